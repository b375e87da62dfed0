"""Whom it listens to: the modes in which it must be called first."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import numpy as np
import pytest

from tests.scenarios.room import Room, espeak, settings
from voiceos import events as ev
from voiceos.audio.earcons import Earcon
from voiceos.turn_taking.state import Phase

LONG = "One two three four five. Six seven eight nine ten. Eleven twelve thirteen fourteen fifteen. " * 4


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
        assert room.heard_earcon(Earcon.AWAKE)
        assert not room.heard_earcon(Earcon.ASLEEP)


async def test_where_nobody_speaks_it_says_that_it_has_stopped_listening() -> None:
    async with Room(hears=UTTERANCES, settings=settings(listening={"mode": "push", "listen_s": 1})) as room:
        await room.wait(0.5)  # the sound that it has started is out
        room.live.listen()
        await room.wait(1.5)
        assert room.heard_earcon(Earcon.AWAKE)
        assert room.heard_earcon(Earcon.ASLEEP)
        await room.say("hello there my friend")
        await room.wait(1.0)
        assert room.live.conductor.state.turn == 0


@pytest.mark.parametrize("mode", ["open", "name", "push", "wakeword"])
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
        assert not room.heard_earcon(Earcon.AWAKE)


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


WAKE = settings(listening={"mode": "wakeword", "listen_s": 2})


async def test_in_mode_wakeword_nothing_is_recognised_before_the_wake_word() -> None:
    async with Room(hears=UTTERANCES, settings=WAKE) as room:
        await room.say("hello there my friend")
        await room.say("what is the weather like today")
        await room.wait(1.0)
        assert room.live.conductor.state.turn == 0
        assert await recognised(room) == 0
        await room.say("okay nabu")
        async with asyncio.timeout(20):
            while not room.heard_earcon(Earcon.AWAKE):
                await room.wait(0.1)
        await room.say("hello there my friend")
        await room.answered()
        assert room.said() == ["You said: utterance 1"], "the wake word alone was recognised, or the question not"
        assert not room.heard_earcon(Earcon.ASLEEP)


async def test_a_question_in_one_breath_with_the_wake_word_is_answered_without_it() -> None:
    async with Room(hears=["Okay, Nabu, tell me a joke."], settings=WAKE) as room:
        await room.say("okay nabu, tell me a joke about a boat")
        await room.answered()
        user, assistant = room.live.history()
        assert user.text.endswith("tell me a joke.")
        assert "Nabu" not in user.text
        assert assistant.text == "You said: tell me a joke."


async def test_the_wake_word_alone_opens_a_window_that_closes_again() -> None:
    async with Room(hears=UTTERANCES, settings=WAKE) as room:
        await room.wait(0.5)
        await room.say("okay nabu")
        await room.wait(3.5)
        assert room.said() == []
        assert room.heard_earcon(Earcon.ASLEEP)
        assert await recognised(room) == 0


async def test_the_wake_word_over_a_reply_ends_it_and_what_follows_is_answered() -> None:
    replies = {"llm": {"replies": [("everything", LONG)]}}
    async with Room(
        hears=["Okay Nabu, tell me everything.", *["Okay Nabu, stop."] * 9], engines=replies, settings=WAKE
    ) as room:
        await room.say("okay nabu, tell me everything")
        while room.live.conductor.state.phase is not Phase.SPEAKING:
            await room.wait(0.1)
        await room.wait(1.0)
        await room.say("okay nabu, stop")
        await room.wait(1.0)  # it may have stopped before the last word was out
        await room.live.conductor.wait_idle()
        (cut,) = room.said()
        assert LONG.startswith(cut.rstrip("—… "))
        assert room.live.conductor.state.phase is Phase.QUIET


async def test_the_wake_word_stops_it_even_where_it_cannot_listen_as_it_speaks() -> None:
    replies = {"llm": {"replies": [("everything", LONG)]}}
    async with Room(hears=["Tell me everything.", "and what is next"], engines=replies, settings=WAKE) as room:
        conductor = room.live.conductor
        conductor.post(ev.EchoRemains(0.0))
        room.live.listen()
        await room.wait(0.2)
        await room.say("tell me everything you know")
        while conductor.state.phase is not Phase.SPEAKING:
            await room.wait(0.1)
        await room.wait(0.5)
        await room.say("what is the weather like")
        assert conductor.state.phase is Phase.SPEAKING, "in half duplex it listened as it spoke"
        await room.say("okay nabu")
        await room.wait(0.3)
        assert conductor.state.phase is Phase.QUIET
        await room.say("and what is next my friend")
        await room.answered()
        assert "You said: and what is next" in room.said()


async def test_as_it_tells_its_wake_word_it_does_not_wake_itself() -> None:
    async with Room(settings=WAKE) as room:
        room.live.conductor.announce("mode_wakeword", key=True)
        while room.live.conductor.state.phase is not Phase.SPEAKING:
            await room.wait(0.1)
        await room.say("okay nabu")  # as the microphone hears it from the loudspeaker
        await room.live.conductor.wait_idle()
        assert not room.heard_earcon(Earcon.AWAKE)
        assert room.said() == ["All right. Say Okay Nabu, and I'll listen."]
