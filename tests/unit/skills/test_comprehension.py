"""Questions that no rule knows, answered with what was told where the language model judges that it tells them."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from datetime import datetime

import pytest

from voiceos.engines.language_model import ProcessLanguageModel
from voiceos.engines.process import EngineProcess, EngineSpec
from voiceos.languages import Phrases, table
from voiceos.skills.comprehension import Comprehension
from voiceos.skills.in_force import Held
from voiceos.skills.recounting import Recounting
from voiceos.skills.told import Told
from voiceos.thinking.judgement import Judgement
from voiceos.thinking.ports import Lane

NOW = datetime(2026, 3, 1, 12, 0).astimezone()
RECOUNTING = Recounting("en")
NEVER_TOLD = Phrases("en").variants("never_told")
PROBES = [probe["question"] for probe in table("en", "judging")["probes"] if probe["tells"]]

# What the model says "yes" to (0.99), and to what both are as likely (0.5); to all else "no".
TELLS = (
    "allergic to kiwi.*must I not eat",
    "runs the bar.*owns the bar",
    "want to study (?:law|art).*subject",
    "live (?:near|in).*home",
    "plays the cello.*make music on",
    "rent is nine.*rent",
    "cuts my hair.*barber",
)
MAY_TELL = ("My wife Eva died.*did Eva die of", "(?:drums|piano).*make music on")
LIKELY, UNLIKELY = "landlord wants.*rent", "(?:closed up shop|Leon is tall).*barber"


def said(text: str, day: int = 1) -> Held:
    return Held("", "", "", text, NOW.replace(month=1, day=day))


class Forgetful(ProcessLanguageModel):
    """Something is forgotten between two of its calls, and the lane emptied."""

    async def next_probabilities(self, lane: Lane, candidates: Sequence[str], *, watched: bool = False) -> list[float]:
        await self.extend(lane, [])
        return await super().next_probabilities(lane, candidates, watched=watched)


@pytest.fixture
async def comprehension() -> AsyncIterator[Comprehension]:
    yes = [(re.escape(f"Question: {question}"), "yes") for question in PROBES]
    replies = [*yes, *((f"(?s){one}", "yes") for one in TELLS), *((f"(?s){one}", "perhaps") for one in MAY_TELL)]
    replies += [(f"(?s){LIKELY}", "yes 0.6"), (f"(?s){UNLIKELY}", "yes 0.25")]
    spec = EngineSpec(
        "llm", "voiceos.engines.scripted:ScriptedLanguageModel", {"replies": [*replies, ("(?s).*", "no")]}
    )
    async with EngineProcess(spec) as process:
        judgement = Judgement(ProcessLanguageModel(process), language="en")
        await judgement.prepare()
        assert judgement.able
        yield Comprehension(judgement, RECOUNTING, language="en")


async def asked(
    comprehension: Comprehension,
    question: str,
    *told: Held,
    later: Sequence[Held] = (),
    by_rule: Told | None = None,
    names: bool = False,
) -> str:
    """Empty where the language model is to answer.

    Args:
        later: what was told of the same as whatever it is.
    """

    async def since(one: Held) -> list[Held]:
        return [other for other in later if other.at > one.at]

    answer = await comprehension.answer(question, told, NOW, since=since, by_rule=by_rule, names_theirs=names)
    return "" if answer is None else "never told" if answer.text in NEVER_TOLD else answer.text


async def test_what_tells_it_is_said(comprehension: Comprehension) -> None:
    told = said("I can't dance."), said("I'm allergic to kiwi.")
    assert await asked(comprehension, "What must I not eat?", *told) == "You're allergic to kiwi."


async def test_of_two_that_tell_it_the_newer_is_said(comprehension: Comprehension) -> None:
    told = said("I want to study art.", 3), said("I want to study law.", 2)
    assert await asked(comprehension, "Which subject do I want?", *told) == "You want to study art."


CELLO = said("Tom plays the cello.", 2)
MUSIC = "What does Tom make music on?"


async def test_what_was_told_of_the_same_later_goes_before(comprehension: Comprehension) -> None:
    told, moved = said("I live near the sea.", 2), said("I live in a tower.", 3)
    earlier = said("I live in a tent.", 1)
    assert await asked(comprehension, "Where's home?", told, later=[moved, earlier]) == "You live in a tower."
    assert await asked(comprehension, "Where's home?", told, later=[earlier]) == "You live near the sea."
    assert (
        await asked(comprehension, "Where's home?", told, later=[said("I can't dance.", 3)]) == "You live near the sea."
    )


async def test_what_tells_of_a_change_need_not_tell_it_as_surely(comprehension: Comprehension) -> None:
    changed = said("Tom has given up the cello, Tom plays the drums.", 3)
    assert await asked(comprehension, MUSIC, CELLO, later=[changed]) == f"{changed.sentence}"
    beside = said("Tom loves the piano.", 3)
    assert await asked(comprehension, MUSIC, CELLO, later=[beside]) == "Tom plays the cello."


async def test_what_was_told_later_need_not_be_as_likely(comprehension: Comprehension) -> None:
    rent, more = said("My rent is nine hundred.", 2), said("The landlord wants a thousand.", 3)
    answer = await asked(comprehension, "What rent do I pay?", rent, later=[more])
    assert answer == more.sentence


async def test_what_tells_of_a_change_may_be_unlikely(comprehension: Comprehension) -> None:
    hair, closed = said("Leon cuts my hair.", 2), said("Leon has closed up shop, Curtis does it now.", 3)
    answer = await asked(comprehension, "Who's my barber?", hair, later=[closed])
    said_so = f"2 months ago, on a Saturday you said: {closed.sentence}"
    assert answer == f"I don't know that for sure, only that {said_so}"
    answer = await asked(comprehension, "Who's my barber?", hair, later=[said("Leon is tall.", 3)])
    assert answer == "Leon cuts your hair."


async def test_what_rules_find_may_have_changed_as_well(comprehension: Comprehension) -> None:
    by_rule = Told("Tom plays the cello.", said=CELLO)
    changed = said("Tom has given up the cello, Tom plays the drums.", 3)
    assert await asked(comprehension, MUSIC, by_rule=by_rule, later=[changed]) == changed.sentence
    assert await asked(comprehension, MUSIC, by_rule=by_rule) == "Tom plays the cello."


async def test_what_was_told_later_and_does_not_tell_it_takes_no_place(comprehension: Comprehension) -> None:
    later = [said("Tom plays chess.", 3)]
    by_rule = Told("Tom plays the cello.", said=CELLO)  # and that tells it no better
    answer = await asked(comprehension, "Who else plays like Tom?", by_rule=by_rule, later=later)
    assert answer == "I don't know that for sure, only that Tom plays the cello."


async def test_what_does_not_hold_what_is_wanted_takes_no_place(comprehension: Comprehension) -> None:
    later = [said("Now a cousin runs the bar.", 3)]
    assert (
        await asked(comprehension, "Who owns the bar?", said("Tom runs the bar."), later=later) == "Tom runs the bar."
    )


async def test_what_only_may_tell_it_is_said_as_that(comprehension: Comprehension) -> None:
    told = said("My wife Eva died.")
    answer = await asked(comprehension, "What did Eva die of?", told, names=True)
    assert answer == "I don't know that for sure, only that your wife Eva died."


async def test_a_name_keeps_its_capital_letter_behind_the_doubt(comprehension: Comprehension) -> None:
    never = RECOUNTING.never_told()
    answer = await asked(comprehension, "Who owns the bar?", said("Tom's brother runs the bar."), by_rule=never)
    assert answer == "I don't know that for sure, only that Tom's brother runs the bar."


async def test_who_asks_for_a_name_is_told_no_other_thing_for_sure(comprehension: Comprehension) -> None:
    assert await asked(comprehension, "Who owns the bar?", said("Tom runs the bar.")) == "Tom runs the bar."
    answer = await asked(comprehension, "Who owns the bar in our street?", said("A cousin runs the bar."))
    assert answer == "I don't know that for sure, only that a cousin runs the bar."


@pytest.mark.parametrize(
    ("question", "names", "answer"),
    [
        ("What was my first job?", False, "never told"),
        ("Which band does Eva play in?", True, "never told"),
        ("When did we get the boat?", False, "never told"),
        # What may be asked of the world, or for advice, stays the language model's.
        ("How long do I boil an egg?", False, ""),
        ("Why does my dog bark at night?", False, ""),
        ("How often does my cat need a vet?", False, ""),
        ("What's a good present for my mother?", False, ""),
        ("Who plays the cello in the Berlin orchestra?", False, ""),
        ("What can I do about my back?", False, ""),
        ("Does my wife still love me?", False, ""),
        ("What should Eva do?", True, ""),
    ],
)
async def test_what_nothing_tells_was_never_told(
    comprehension: Comprehension, question: str, names: bool, answer: str
) -> None:
    assert await asked(comprehension, question, said("I can't dance."), names=names) == answer


async def test_where_rules_know_facts_nothing_else_is_judged(comprehension: Comprehension) -> None:
    fact = Told("You live in Rome.", (1,))
    assert await asked(comprehension, "Where do I live?", said("I can't dance."), by_rule=fact) == fact.text


async def test_a_fact_in_force_gives_way_to_what_was_told_later_and_tells_it(comprehension: Comprehension) -> None:
    near = Held("user", "lives_in", "the sea", "I live near the sea.", NOW.replace(month=1, day=2), 1)
    by_rule = Told("You live near the sea.", (1,), fact=near)
    tower, same, other = said("I live in a tower.", 3), said("I live near the sea still.", 3), said("I can't dance.", 4)
    assert await asked(comprehension, "Where's home?", by_rule=by_rule, later=[other, tower]) == "You live in a tower."
    assert await asked(comprehension, "Where's home?", by_rule=by_rule, later=[other, same]) == by_rule.text
    assert await asked(comprehension, "Where's home?", by_rule=by_rule, later=[other]) == by_rule.text
    swapped = said("I live in a tent now, I swapped the sea for it.", 3)
    assert await asked(comprehension, "Where's home?", by_rule=by_rule, later=[swapped]) != by_rule.text


async def test_what_only_shares_words_with_a_question_is_judged(comprehension: Comprehension) -> None:
    died = said("My wife Eva died.")
    by_rule = Told("Your wife Eva died.", said=died)
    assert await asked(comprehension, "What did Eva die of?", by_rule=by_rule) == "Your wife Eva died."
    answer = await asked(comprehension, "What did Eva leave when she died?", by_rule=by_rule)
    assert answer == "I don't know that for sure, only that your wife Eva died."


async def test_what_rules_take_for_never_told_may_stand_in_other_words(comprehension: Comprehension) -> None:
    never = RECOUNTING.never_told()
    told = said("I'm allergic to kiwi.")
    answer = await asked(comprehension, "What must I not eat?", told, by_rule=never)
    assert answer == "I don't know that for sure, only that you're allergic to kiwi."
    assert await asked(comprehension, "What did I eat?", told, by_rule=never) == "never told"


async def test_what_takes_too_long_is_answered_as_rules_have_it(comprehension: Comprehension) -> None:
    comprehension.patience_s = 0.0
    never = RECOUNTING.never_told()
    assert (
        await asked(comprehension, "What must I not eat?", said("I'm allergic to kiwi."), by_rule=never) == "never told"
    )
    assert await asked(comprehension, "What must I not eat?", said("I'm allergic to kiwi.")) == ""


async def test_where_something_is_forgotten_meanwhile_rules_answer(
    comprehension: Comprehension, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = said("I'm allergic to kiwi")
    assert await asked(comprehension, "What must I not eat?", told)
    model = comprehension._judgement._model
    assert isinstance(model, ProcessLanguageModel)
    monkeypatch.setattr(comprehension._judgement, "_model", Forgetful(model.process))
    assert not await asked(comprehension, "What must I not eat?", told)
