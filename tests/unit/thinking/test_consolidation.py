"""Days and weeks in the user's own words, and a profile by the scripted model, of which what holds is kept."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import datetime
from typing import TypeVar

import pytest

from tests.unit.memory.life import ZONE, day
from voiceos.engines.language_model import ProcessLanguageModel
from voiceos.engines.process import EngineProcess, EngineSpec
from voiceos.errors import EngineError
from voiceos.memory import USER, Kind, Scope, Store
from voiceos.thinking.consolidation import MOST_OF_DAY, MOST_OF_WEEK, Consolidation
from voiceos.thinking.ports import Lane
from voiceos.thinking.reflection import Ask, in_thread

REPLIES = [
    ("the user lives in (\\w+)", '["You live in \\1 and work as a baker.","You are rich.","You like tea."]'),
]
NOW = datetime(2026, 3, 16, 9, 0, tzinfo=ZONE)
"""A Monday."""
T = TypeVar("T")


@pytest.fixture
async def model() -> AsyncIterator[ProcessLanguageModel]:
    spec = EngineSpec("llm", "voiceos.engines.scripted:ScriptedLanguageModel", {"replies": REPLIES, "otherwise": "[]"})
    async with EngineProcess(spec) as process:
        yield ProcessLanguageModel(process)


@pytest.fixture
def store() -> Iterator[Store]:
    with Store() as opened:
        yield opened


def consolidation(
    model: ProcessLanguageModel,
    store: Store,
    room_tokens: int = 1024,
    profile_tokens: int = 60,
    ask: Ask | None = None,
) -> Consolidation:
    return Consolidation(
        model,
        ask or functools.partial(in_thread, store),
        language="en",
        room_tokens=room_tokens,
        profile_tokens=profile_tokens,
        now=lambda: NOW,
    )


def say(store: Store, number: float, *said: str) -> None:
    for place, text in enumerate(said):
        store.remember_turn(text, "You live in Oslo, don't you?", at=day(number + place / 1440), conversation="a")


def told(store: Store, scope: Scope) -> dict[int, tuple[str, ...]]:
    """By the first day of its span."""
    return {one.begins.day: one.lines for one in store.chronicle.newest(scope)}


def know(store: Store) -> None:
    for relation, value, kind in (
        ("lives_in", "Rome", Kind.FACT),
        ("works_as", "baker", Kind.FACT),
        ("sister", "Anna", Kind.PERSON),
        ("likes", "tea", Kind.PREFERENCE),
    ):
        store.remember_fact(USER, relation, value, at=day(1), kind=kind)


async def test_of_a_day_is_kept_what_the_user_said_and_nothing_else(model: ProcessLanguageModel, store: Store) -> None:
    say(store, 1, "I moved to Rome.", "Why is the sky blue?", "Why?", "louder", "I moved to Rome.", "Tell me a joke.")
    assert await consolidation(model, store).run() == 2
    assert told(store, Scope.DAY) == {2: ("You moved to Rome.", 'You asked: "Why is the sky blue?"')}
    assert told(store, Scope.WEEK) == {
        2: ("On Monday: You moved to Rome.", 'On Monday: You asked: "Why is the sky blue?"')
    }
    assert await consolidation(model, store).run() == 0


async def test_a_turn_that_tells_nothing_is_gone_through_too(model: ProcessLanguageModel, store: Store) -> None:
    say(store, 1, "My sister Anna has a new piano, and that is no rubbish.", "Hm.")
    say(store, 2, "Hm.", "volume up")
    await consolidation(model, store).run()
    assert told(store, Scope.DAY) == {2: ("Your sister Anna has a new piano, and that is no rubbish.",)}
    assert store.chronicle.day_to_sum(NOW.date()) is None


async def test_what_was_said_in_need_is_in_no_summary(model: ProcessLanguageModel, store: Store) -> None:
    say(store, 1, "I want to kill myself.", "I moved to Rome.")
    await consolidation(model, store).run()
    assert told(store, Scope.DAY) == {2: ("You moved to Rome.",)}


async def test_what_was_to_be_remembered_is_told_too(model: ProcessLanguageModel, store: Store) -> None:
    say(store, 1, "Remember that I moved to Rome.")
    await consolidation(model, store).run()
    assert told(store, Scope.DAY) == {2: ("You moved to Rome.",)}


BIRDS = ("red", "blue", "green", "black", "white", "grey", "brown", "pink", "gold")


async def test_of_much_what_told_a_fact_and_then_the_longest_is_kept(model: ProcessLanguageModel, store: Store) -> None:
    say(store, 1, *(f"I saw the {bird} bird {'over the hill ' * number}today." for number, bird in enumerate(BIRDS)))
    turn = store.remember_turn("I live in Oslo.", "I see.", at=day(1.1), conversation="a")
    store.remember_fact(USER, "lives_in", "Oslo", at=turn.at, episode=turn.id)
    await consolidation(model, store, 500).run()
    (lines,) = told(store, Scope.DAY).values()
    assert len(lines) == MOST_OF_DAY and lines[-1] == "You live in Oslo."
    assert [line.split()[3] for line in lines[:-1]] == list(BIRDS[1 - MOST_OF_DAY :])


async def test_a_week_has_something_of_each_day_and_questions_last(model: ProcessLanguageModel, store: Store) -> None:
    for number, bird in enumerate(BIRDS[:6]):
        say(store, 1 + number, f"I saw a {bird} bird.", "Why is it that all of them fly to the south in autumn?")
    await consolidation(model, store).run()
    week = told(store, Scope.WEEK)[2]
    names = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
    assert [line for line in week if "bird" in line] == [
        f"On {name}: You saw a {bird} bird." for name, bird in zip(names, BIRDS, strict=False)
    ]
    assert len(week) == MOST_OF_WEEK


async def test_today_and_this_week_are_not_over(model: ProcessLanguageModel, store: Store) -> None:
    say(store, 15, "I moved to Rome.")
    say(store, 14.5, "I moved to Rome.")
    await consolidation(model, store).run()
    assert told(store, Scope.DAY) == {15: ("You moved to Rome.",)}
    assert list(told(store, Scope.WEEK)) == [9]


async def test_broken_off_it_goes_on_where_it_was(model: ProcessLanguageModel, store: Store) -> None:
    for number in range(8):
        say(store, number, f"I moved to {BIRDS[number]}.")
    one = consolidation(model, store)
    while store.chronicle.day_to_sum(NOW.date()) is not None:
        running = asyncio.create_task(one.run())
        await asyncio.sleep(0.05)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert len(told(store, Scope.DAY)) == 8
    assert await consolidation(model, store).run() <= 2  # the weeks, after a restart
    assert len(told(store, Scope.WEEK)) == 2


async def test_it_leaves_the_conversation_in_its_lane(model: ProcessLanguageModel, store: Store) -> None:
    await model.extend(Lane.CONVERSATION, [1, 2, 3])
    say(store, 1, "I moved to Rome.")
    await consolidation(model, store).run()
    assert await model.extend(Lane.CONVERSATION, [1, 2, 3, 4]) == 1


async def test_without_room_for_the_instructions_it_says_so(model: ProcessLanguageModel, store: Store) -> None:
    say(store, 1, "I moved to Rome.")
    know(store)
    with pytest.raises(EngineError, match="background") as refused:
        await consolidation(model, store, 250).run()
    assert "llm.background_tokens" in refused.value.hint
    assert told(store, Scope.DAY) == {2: ("You moved to Rome.",)}, "that takes no model"


async def test_the_profile_tells_what_is_known_and_how_it_stands(model: ProcessLanguageModel, store: Store) -> None:
    say(store, 1, "Well.")
    say(store, 2, "Well.")
    know(store)
    await consolidation(model, store).run()
    profile = store.chronicle.profile()
    assert profile is not None
    assert profile.lines == (
        "You live in Rome and work as a baker.",
        "You like tea.",
        "You have known me since March 2, 2026.",
        "You have talked to me on 2 days, mostly in the morning.",
        "You often speak of Anna.",
    )
    assert len(store.chronicle.sources(profile.id)) == 4
    assert await consolidation(model, store).run() == 0
    store.remember_fact(USER, "lives_in", "Oslo", at=day(3))
    assert await consolidation(model, store).run() == 1, "it was no longer so"
    again = store.chronicle.profile()
    assert again is not None and again.lines[0] == "You live in Oslo and work as a baker."


async def test_the_profile_keeps_to_its_budget(model: ProcessLanguageModel, store: Store) -> None:
    know(store)
    assert await consolidation(model, store, profile_tokens=0).run() == 0
    assert await consolidation(model, store, profile_tokens=16).run() == 1
    profile = store.chronicle.profile()
    assert profile is not None
    assert profile.lines == ("You live in Rome and work as a baker.", "You often speak of Anna.")


async def test_of_little_there_is_no_profile(model: ProcessLanguageModel, store: Store) -> None:
    store.remember_fact(USER, "lives_in", "Rome", at=day(1))
    assert await consolidation(model, store).run() == 0
    assert store.chronicle.profile() is None


@pytest.mark.parametrize("forgets_at", range(1, 9))
async def test_what_is_forgotten_while_it_writes_is_in_no_summary(
    model: ProcessLanguageModel, store: Store, forgets_at: int
) -> None:
    say(store, 1, "I moved to Rome.")
    say(store, 2, "I moved to Graz.")
    asked = 0

    async def ask(work: Callable[[Store], T]) -> T:
        nonlocal asked
        asked += 1
        if asked == forgets_at:
            store.forget(store.select_about("Rome"))
        return await in_thread(store, work)

    await consolidation(model, store, ask=ask).run()
    assert told(store, Scope.DAY) == {3: ("You moved to Graz.",)}
    assert told(store, Scope.WEEK) == {2: ("On Tuesday: You moved to Graz.",)}
    assert store.chronicle.day_to_sum(NOW.date()) is None
