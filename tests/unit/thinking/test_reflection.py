"""Facts drawn in idle time, with the scripted model."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import AsyncIterator, Iterator

import pytest

from tests.unit.memory.life import day
from voiceos.engines.language_model import ProcessLanguageModel
from voiceos.engines.process import EngineProcess, EngineSpec
from voiceos.errors import EngineError
from voiceos.memory import Store
from voiceos.thinking.ports import Lane
from voiceos.thinking.reflection import Reflection, in_thread

REPLIES = [
    ("sister (\\w+)", '[["user","sister","\\1"]]'),
    ("live in (\\w+)", '[["user","lives_in","\\1"],["user","wife","Nobody"]]'),
    ("die", '[["user","plans","die"]]'),
    ("rubbish", "}{"),
]


@pytest.fixture
async def model() -> AsyncIterator[ProcessLanguageModel]:
    spec = EngineSpec("llm", "voiceos.engines.scripted:ScriptedLanguageModel", {"replies": REPLIES, "otherwise": "[]"})
    async with EngineProcess(spec) as process:
        yield ProcessLanguageModel(process)


@pytest.fixture
def store() -> Iterator[Store]:
    with Store() as opened:
        yield opened


def reflection(model: ProcessLanguageModel, store: Store, room_tokens: int = 1024) -> Reflection:
    return Reflection(model, functools.partial(in_thread, store), language="en", room_tokens=room_tokens)


def say(store: Store, *said: str) -> None:
    for number, text in enumerate(said):
        store.remember_turn(text, "You live in Oslo, don't you?", at=day(number), conversation="a")


def known(store: Store) -> set[tuple[str, str, str]]:
    return {(fact.subject, fact.relation, fact.value) for fact in store.facts()}


async def test_facts_are_drawn_once_and_only_from_what_the_user_said(model: ProcessLanguageModel, store: Store) -> None:
    say(store, "My sister Anna called.", "I live in Rome.", "Do I live in Oslo?", "rubbish", "Well.")
    assert await reflection(model, store).draw() == 2
    assert known(store) == {("user", "sister", "Anna"), ("user", "lives_in", "Rome")}
    assert await reflection(model, store).draw() == 0


async def test_what_is_said_in_need_becomes_no_plan(model: ProcessLanguageModel, store: Store) -> None:
    say(store, "I want to die.")
    assert await reflection(model, store).draw() == 0
    assert store.undrawn() == []


async def test_broken_off_it_goes_on_where_it_was(model: ProcessLanguageModel, store: Store) -> None:
    say(store, *(f"I live in {town}." for town in ("Rome", "Oslo", "Bonn", "Graz", "Pisa", "Bern")))
    while store.undrawn():
        drawing = asyncio.create_task(reflection(model, store).draw())
        await asyncio.sleep(0.05)
        drawing.cancel()
        await asyncio.gather(drawing, return_exceptions=True)
    assert known(store) == {("user", "lives_in", "Bern")}
    assert sorted(fact.weight for fact in store.facts(superseded=True)) == [1] * 6


async def test_it_leaves_the_conversation_in_its_lane(model: ProcessLanguageModel, store: Store) -> None:
    await model.extend(Lane.CONVERSATION, [1, 2, 3])
    say(store, "I live in Rome.")
    await reflection(model, store).draw()
    assert await model.extend(Lane.CONVERSATION, [1, 2, 3, 4]) == 1


async def test_many_statements_fit_into_little_room(model: ProcessLanguageModel, store: Store) -> None:
    say(store, *(f"I live in Rome, which is {'very ' * 30}nice." for _ in range(9)), "I live in Oslo. " * 200)
    assert await reflection(model, store, 600).draw() == 10
    assert [fact.value for fact in store.facts()] == ["Oslo"]  # of the one that is too long by rule alone
    assert store.undrawn() == []


async def test_without_room_for_the_instructions_it_says_so(model: ProcessLanguageModel, store: Store) -> None:
    say(store, "I live in Rome.")
    with pytest.raises(EngineError, match="background") as refused:
        await reflection(model, store, 200).draw()
    assert "llm.background_tokens" in refused.value.hint
    assert store.undrawn()
