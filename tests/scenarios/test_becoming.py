"""How it becomes another with time together: counted while it runs, taken in silence or at a start, told and undone."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path

import pytest

from tests.scenarios.house import House
from voiceos import temperament
from voiceos.languages import table
from voiceos.traits import kept, undone

SAYS = table("en", "traits")["says"]
SHORT, SERIOUS = "Keep answers short.", "You seldom joke."
SENTENCE = "One two three four five six seven eight nine ten. "


async def becomes(house: House, line: str, *, gone: bool = False) -> None:
    """Return once the language model is told so, or is no longer."""
    async with asyncio.timeout(20):
        while (line in house.live.conversation.persona.system) is gone:
            await house.wait(0.1)


async def ask(house: House) -> str:
    await house.say("hello there my friend")
    await house.answered()
    return house.said()[-1]


async def test_what_is_asked_for_twice_is_kept_over_a_restart_told_and_undone(tmp_path: Path) -> None:
    today = datetime.now().astimezone().date()
    async with House(tmp_path, hears=["keep it short", "shorter please"]) as house:
        await ask(house)
        await ask(house)
        assert SHORT not in house.live.conversation.persona.system, "it changes in silence, not in the conversation"
    assert kept.load().seen("shorter", today) == 2
    llm = {"replies": [("story", SENTENCE * 6), ("station", SENTENCE * 6)]}
    hears = [
        *("where is the station", "tell me a story", "have you changed"),
        *("be as before", "have you changed", "where is the station", "be as you were before"),
    ]
    async with House(tmp_path, hears=hears, engines={"llm": llm}) as house:
        assert house.live.conversation.persona.system.endswith(SHORT)
        assert await ask(house) == (SENTENCE * 3).strip()
        assert await ask(house) == (SENTENCE * 6).strip(), "a story has a length of its own"
        assert "I became shorter, because you asked for shorter answers 2 times" in await ask(house)
        assert await ask(house) == SAYS["undone"].format(became="shorter")
        await becomes(house, SHORT, gone=True)
        assert await ask(house) == SAYS["undone_since"]
        assert await ask(house) == (SENTENCE * 6).strip()
        assert await ask(house) == SAYS["nothing_to_undo"]
    async with House(tmp_path, hears=["have you changed"]) as house:
        assert SHORT not in house.live.conversation.persona.system
        assert await ask(house) == SAYS["undone_since"]


async def test_in_a_long_silence_it_takes_its_step_and_the_command_line_takes_it_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(temperament, "WRITTEN_S", 0.1)
    monkeypatch.setattr(temperament, "SETTLED_S", 0.2)
    async with House(tmp_path, hears=["don't joke please"]) as house:
        await ask(house)
        await becomes(house, SERIOUS)
        kept.update(lambda book: undone(book, datetime.now().astimezone().date())[0])
        await becomes(house, SERIOUS, gone=True)
    assert [change.undone is not None for change in kept.load().changes] == [True]


async def test_switched_off_nothing_is_counted_and_what_it_has_become_holds_no_more(tmp_path: Path) -> None:
    async with House(tmp_path, hears=["don't joke please"]) as house:
        await ask(house)
    async with House(tmp_path, hears=["don't joke please", "have you changed"]) as house:
        assert SERIOUS in house.live.conversation.persona.system
        await house.changed(assistant__drift=0)
        await becomes(house, SERIOUS, gone=True)
        before = kept.load()
        await ask(house)
        assert await ask(house) == SAYS["never"]
    assert kept.load() == before


async def test_off_the_record_nothing_is_counted(tmp_path: Path) -> None:
    async with House(tmp_path, hears=["off the record", "don't joke please"]) as house:
        for _ in range(2):
            await house.say("hello there my friend")
            await house.answered()
    assert kept.load().days == {}
