"""Recognising while the user speaks on: what is broken off, and what is let finish."""

from __future__ import annotations

import asyncio

import pytest

from tests.scenarios.room import Room, espeak
from voiceos import recognition
from voiceos.turn_taking.state import Phase


async def test_a_recognition_that_is_talked_over_is_broken_off_and_answered_by_nothing() -> None:
    """The first would take ten seconds to hear the first text; so the second hears it, once the first is out of the
    way."""
    async with Room(hears=["hello there", "good morning"], engines={"stt": {"steps": (1000, 0)}}) as room:
        await room.say("hello")
        while room.live.conductor.state.phase is not Phase.PAUSED:
            await room.wait(0.03)
        await room.say("are you there")
        await room.answered()
        assert room.live.conductor.state.turn == 1
        assert room.said() == ["You said: hello there"]
        after = await room.live.engines.stt.transcribe(espeak("hello"), language="en")
        assert after.text == "good morning"


async def test_a_recognition_of_a_turn_that_was_broken_off_holds_up_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first would take ten seconds to hear the first text, as above."""
    monkeypatch.setattr(recognition, "UNKNOWN_S", 0.1)
    async with Room(hears=["hello there", "good morning"], engines={"stt": {"steps": (1000, 0)}}) as room:
        await room.say("hello")
        while room.live.conductor.state.phase is not Phase.PAUSED:
            await room.wait(0.03)
        room.live.conductor.break_off()
        await room.live.conductor.wait_idle()
        await room.say("Anna only knew when you were near and a rainy lemon moon warm all around a lonely mill")
        await room.answered()
        assert room.live.conductor.state.known == "hello there"


async def test_of_a_long_turn_something_is_known_before_its_end_though_each_pause_begins_anew() -> None:
    """Each recognition takes longer than it is to the next pause."""
    words = ", ".join(["Anna and Bert"] * 9)
    async with Room(hears=["Anna and Bert"] * 99, engines={"stt": {"steps": (200,) * 99}}) as room:
        speaking = asyncio.create_task(room.say(words))
        known: set[str] = set()
        while not speaking.done():
            await asyncio.sleep(0.03)
            known.add(room.live.conductor.state.known)
        assert room.live.conductor.state.revision > 4, "too few stops were taken for pauses"
        assert known == {"", "Anna and Bert"}
