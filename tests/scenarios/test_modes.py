"""Whom it listens to: the modes in which it must be called first."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import numpy as np
import pytest

from tests.scenarios.room import Room, espeak, settings
from voiceos.audio import earcons
from voiceos.audio.earcons import Earcon
from voiceos.turn_taking.state import Phase

LONG = "One two three four five. Six seven eight nine ten. Eleven twelve thirteen fourteen fifteen. " * 4
RATE_HZ = 16_000


def heard_earcon(room: Room, earcon: Earcon) -> bool:
    return room.heard_clip(earcons.synthesise(earcon, RATE_HZ), RATE_HZ) > 0.9


async def recognised(room: Room) -> int:
    """How many utterances the recogniser has been given: each is the next of the texts that it hears."""
    text = (await room.live.engines.stt.transcribe(espeak("hello"), language="en")).text
    return int(text.removeprefix("utterance "))


UTTERANCES = [f"utterance {number}" for number in range(9)]


async def test_in_mode_push_nothing_is_recognised_before_it_is_asked_to_listen() -> None:
    async with Room(hears=UTTERANCES, settings=settings(listening={"mode": "push", "listen_s": 2})) as room:
        await room.say("hello there my friend")
        await room.wait(1.0)
        assert room.live.conductor.state.turn == 0
        assert await recognised(room) == 0
        assert room.live.conductor.listen()
        await room.wait(0.3)
        await room.say("hello there my friend")
        await room.answered()
        assert room.said() == ["You said: utterance 1"]
        assert heard_earcon(room, Earcon.AWAKE)
        assert not heard_earcon(room, Earcon.ASLEEP)


async def test_where_nobody_speaks_it_says_that_it_has_stopped_listening() -> None:
    async with Room(hears=UTTERANCES, settings=settings(listening={"mode": "push", "listen_s": 1})) as room:
        await room.wait(0.5)  # the sound that it has started is out
        room.live.listen()
        await room.wait(1.5)
        assert heard_earcon(room, Earcon.AWAKE)
        assert heard_earcon(room, Earcon.ASLEEP)
        await room.say("hello there my friend")
        await room.wait(1.0)
        assert room.live.conductor.state.turn == 0


@pytest.mark.parametrize("mode", ["open", "name", "push"])
async def test_asked_to_listen_it_stops_talking_and_does_so(mode: str) -> None:
    async with Room(
        hears=["tell me everything", "what is next"],
        engines={"llm": {"replies": [("everything", LONG)]}},
        settings=settings(listening={"mode": mode}),
    ) as room:
        room.live.listen()
        await room.say("tell me everything you know")
        while room.live.conductor.state.phase is not Phase.SPEAKING:
            await room.wait(0.1)
        await room.wait(1.0)
        room.live.listen()
        await room.wait(0.2)
        assert room.live.conductor.state.phase is Phase.QUIET
        await room.say("what is next my friend")
        await room.answered()
        cut, after = room.said()
        assert LONG.startswith(cut.rstrip("—… "))
        assert after == "You said: what is next"


async def test_whoever_speaks_as_they_press_is_heard_from_their_first_word_on() -> None:
    async with Room(hears=UTTERANCES, settings=settings(listening={"mode": "push"})) as room:
        speech = asyncio.create_task(room.say("hello there my friend"))
        await asyncio.sleep(0.25)
        room.live.listen()
        await speech
        sound = espeak("hello there my friend")
        loud = np.flatnonzero(np.abs(sound) > 0.02)
        assert len(room.live.conductor._ears.gate.utterance()) > loud[-1] - loud[0]
        await room.answered()
        assert room.said() == ["You said: utterance 0"]


async def test_with_the_microphone_off_it_does_not_listen_and_says_so() -> None:
    async with Room(settings=settings(listening={"mode": "push"})) as room:
        room.live.toggle_mute()
        await room.wait(0.3)
        assert not room.live.conductor.listen()
        await room.wait(0.5)
        assert not heard_earcon(room, Earcon.AWAKE)


async def test_the_mode_is_changed_by_voice() -> None:
    async with Room(hears=["Only listen when I press the button.", "hello", "Listen to everything.", "hello"]) as room:
        await room.say("only listen when I press the button")
        await room.answered()
        assert room.live.conductor.mode == "push"
        assert "key" in room.said()[-1]
        room.live.conductor.state = replace(room.live.conductor.state, follow_up_until=0.0)
        await room.wait(0.2)
        await room.say("hello there my friend")
        await room.wait(1.0)
        assert len(room.said()) == 1
        room.live.listen()
        await room.wait(0.2)
        await room.say("hello there my friend")
        await room.answered()
        assert room.said()[-1] == "You said: hello"
        await room.say("listen to everything I say")
        await room.answered()
        assert room.live.conductor.mode == "open"
