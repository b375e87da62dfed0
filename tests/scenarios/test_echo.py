"""Its own words, come back while it says them, are no turn; said by somebody they are one."""

from __future__ import annotations

import pytest

from tests.scenarios.room import Room
from voiceos.audio.echo import Echo
from voiceos.turn_taking.state import Phase

TOLD = "The capital of France is Paris, and it has been so for centuries, as everybody knows who has ever been there."
NO_ECHO, ECHO = Echo(False), Echo(True)


@pytest.mark.parametrize(
    ("echo", "heard", "answers"),
    [
        (None, "the capital of france is paris", 1),
        (ECHO, "the capital of france is paris", 1),
        (NO_ECHO, "the capital of spain is madrid", 2),
        (ECHO, "is paris", 1),
        (None, "is paris", 2),
        (NO_ECHO, "is paris", 2),
        (ECHO, "is madrid", 2),
    ],
)
async def test_its_words_come_back_over_the_reply_are_an_echo_where_there_may_be_one(
    echo: Echo | None, heard: str, answers: int
) -> None:
    async with Room(hears=["tell me", heard], engines={"llm": {"replies": [("tell me", TOLD)]}}) as room:
        room.sound.echo = echo
        await room.say("tell me about it")
        while room.live.conductor.state.phase is not Phase.SPEAKING:
            await room.wait(0.1)
        await room.wait(0.5)
        await room.say("it is so")
        await room.answered()
        assert len(room.said()) == answers


@pytest.mark.parametrize("echo", [None, ECHO, NO_ECHO])
async def test_who_says_its_words_back_once_they_have_sounded_is_answered(echo: Echo | None) -> None:
    said = "the capital of france is paris"
    async with Room(hears=[said, said]) as room:
        room.sound.echo = echo
        await room.say("is it so")
        await room.answered()
        await room.wait(0.4)
        await room.say("it is so")
        await room.answered()
        assert room.said() == [f"You said: {said}"] * 2
