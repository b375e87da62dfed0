"""What answers cost with a memory: nothing where nothing is recalled."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from pathlib import Path

import pytest

from voiceos.engines.language_model import ProcessLanguageModel
from voiceos.engines.process import EngineProcess, EngineSpec
from voiceos.thinking.ports import Lane, Recalled
from voiceos.thinking.prompt import Conversation, Persona
from voiceos.thinking.thinker import Thinker

NOW = datetime(2026, 3, 2, 12, 0)
SPEC = EngineSpec(
    "llm",
    "voiceos.engines.scripted:ScriptedLanguageModel",
    {"replies": [(r"sister is (\w+)", r"She is called \1.")], "otherwise": "I see."},
)


class Counting(ProcessLanguageModel):
    """Adds up what the conversation's lane evaluates."""

    evaluated = 0

    async def extend(self, lane: Lane, tokens: Sequence[int], *, watch: int | None = None) -> int:
        count = await super().extend(lane, tokens, watch=watch)
        self.evaluated += count if lane is Lane.CONVERSATION else 0
        return count


class Told:
    """Remembers somebody's sister."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, list[str]]] = []
        self.useful: list[int] = []
        self.erased = 0

    async def recall(
        self, text: str, now: datetime, *, before: Sequence[str], since: datetime | None
    ) -> Recalled | None:
        self.asked.append((text, list(before)))
        return Recalled("[They told you before: the user's sister is Anna.]", (7,)) if "sister" in text else None

    def used(self, facts: Sequence[int], now: datetime) -> None:
        self.useful += facts

    def forgotten(self) -> None:
        self.erased += 1


@pytest.fixture
async def model() -> AsyncIterator[Counting]:
    async with EngineProcess(SPEC) as process:
        yield Counting(process)


def thinker(model: Counting, memory: Told | None) -> Thinker:
    made = Thinker(model, Conversation(Persona.load("en", "Ada")))
    made.remembrance = memory
    return made


async def turn(thinker: Thinker, text: str, number: int = 0) -> str:
    """One whole turn, as the conversation holds it."""
    now = NOW.replace(second=number)
    await thinker.prepare(now)
    await thinker.prepare(now, text.rsplit(" ", 1)[0])
    answer = "".join([piece async for piece in thinker.reply(text, now, on_judged=lambda odds: None)])
    thinker.heard(text, answer, now)
    await thinker.settle()
    return answer


TALK = ("hello there my friend", "the weather is nice today", "tell me a story", "good night then")


async def test_turns_that_need_no_memory_evaluate_no_token_more(model: Counting) -> None:
    counts = []
    for memory in (None, Told()):
        await model.extend(Lane.CONVERSATION, [])
        model.evaluated = 0
        one = thinker(model, memory)
        for number, text in enumerate(TALK):
            await turn(one, text, number)
        counts.append(model.evaluated)
    assert counts[0] == counts[1]


async def test_with_something_always_in_mind_each_turn_evaluates_no_token_more(model: Counting) -> None:
    counts = []
    for known in ("", "The user told you earlier: the user likes tea."):
        await model.extend(Lane.CONVERSATION, [])
        one = thinker(model, Told())
        one.know(known)
        await one.warm_up()
        model.evaluated = 0
        for number, text in enumerate(TALK):
            await turn(one, text, number)
        counts.append(model.evaluated)
    assert counts[0] == counts[1]


async def test_what_is_recalled_costs_its_own_tokens_and_stays_as_it_was(model: Counting) -> None:
    counts = []
    memory = Told()
    for remembrance in (None, memory):
        await model.extend(Lane.CONVERSATION, [])
        one = thinker(model, remembrance)
        await one.settle()
        model.evaluated = 0
        async for _ in one.reply("who is my sister?", NOW, on_judged=lambda odds: None):
            pass
        counts.append(model.evaluated)
    assert counts[1] - counts[0] == len(["[They", "told", "you", "before:", "the", "user's", "sister", "is", "Anna.]"])
    one.heard("who is my sister?", "She is called Anna.", NOW)
    assert memory.useful == [7]
    await turn(one, "well then my friend", 1)
    assert [text for text, _ in memory.asked] == ["who is my sister?", "well then my friend"]
    assert memory.asked[-1][1] == ["who is my sister?"]
    prompt = [message.text for message in one.conversation.messages()]
    assert any(text.endswith("who is my sister? [They told you before: the user's sister is Anna.]") for text in prompt)
    assert "sister is" not in " ".join(said.text for said in one.conversation.said() if said.role == "user")


class ByRule(Told):
    """Answers by itself."""

    async def recall(
        self, text: str, now: datetime, *, before: Sequence[str], since: datetime | None
    ) -> Recalled | None:
        return Recalled("", (7,), answer="Your sister is Anna.")


async def test_what_is_answered_by_rule_costs_no_token_and_the_model_says_nothing(model: Counting) -> None:
    memory = ByRule()
    one = thinker(model, memory)
    await one.settle()
    model.evaluated = 0
    pieces = [piece async for piece in one.reply("who is my sister?", NOW, opening="Well,")]
    assert "".join(pieces) == " Your sister is Anna."
    assert model.evaluated == 0
    odds: list[float] = []
    assert [piece async for piece in one.reply("who is my sister?", NOW, on_judged=odds.append)] == [
        "Your sister is Anna."
    ]
    assert len(odds) == 1, "whether the turn is over is told all the same"
    one.heard("who is my sister?", "Your sister is Anna.", NOW)
    assert memory.useful == [7]
    assert [message.text for message in one.conversation.messages()][-1] == "Your sister is Anna."


async def test_an_answer_of_which_nothing_was_heard_used_nothing(model: Counting) -> None:
    memory = Told()
    one = thinker(model, memory)
    async for _ in one.reply("who is my sister?", NOW):
        break
    one.heard("who is my sister?", "", NOW)
    assert memory.useful == []


async def test_what_is_known_is_never_kept_with_the_evaluated_persona(model: Counting, tmp_path: Path) -> None:
    file = tmp_path / "persona.lane"
    one = Thinker(model, Conversation(Persona.load("en", "Ada")), saved=file)
    one.know("The user told you earlier: the user likes Darjeeling.")
    await one.warm_up()
    assert b"Darjeeling" not in file.read_bytes()
    assert await one.prepare(NOW) < 10  # yet it is evaluated


async def test_what_is_forgotten_is_known_no_more(model: Counting) -> None:
    memory = Told()
    one = thinker(model, memory)
    one.know("The user told you earlier: the user likes tea.")
    one.forget([])
    assert "tea" not in one.conversation.messages()[0].text
    assert memory.erased == 1
