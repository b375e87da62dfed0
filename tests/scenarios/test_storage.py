"""A conversation on a disk that takes nothing."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.scenarios.room import Room, settings
from tests.scenarios.served import Served
from voiceos import muted, stored
from voiceos.daemon.client import ControlClient
from voiceos.speaking.clips import Clips


@pytest.mark.skipif(not Path("/sys").is_dir(), reason="needs a folder that not even root may write to")
async def test_what_cannot_be_kept_is_told_once_and_the_conversation_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", "/sys")
    told = Clips("en").get("error.storage")[2]
    async with Room(hears=["hello there"], settings=settings(turn_taking={"unjudged_silence_ms": 600})) as room:
        own_words = []
        for _ in range(3):
            await room.say("hello there my friend")
            await room.answered()
            await room.wait(1.0)
            await room.live.conductor.wait_idle()
            own_words.append(room.live.conductor.last_reply())
            own_words.append(room.live.conductor.own_words(asyncio.get_running_loop().time()))
        assert room.said()[-1] == "You said: hello there"
        samples, rate_hz, _ = Clips("en").get("error.storage")
        assert room.heard_clip(samples, rate_hz) > 0.9
        assert sum(told in words for words in own_words) <= 1


async def test_a_mute_that_cannot_be_kept_is_told_once_and_kept_as_soon_as_there_is_room() -> None:
    samples, rate_hz, _ = Clips("en").get("error.storage")
    async with Served() as room, ControlClient() as client, asyncio.timeout(40):
        stored.MICROPHONE.path.mkdir(parents=True)  # nothing takes the place of a folder
        await client.call("mute")
        while room.heard_clip(samples, rate_hz) < 0.9:
            await room.wait(0.2)
        (told,) = (await client.call("status"))["degraded"]
        assert "whether the microphone is muted" in told["what"]
        stored.MICROPHONE.path.rmdir()
        while not muted.load():
            await room.wait(0.1)
        while (await client.call("status"))["degraded"]:
            await room.wait(0.1)
    assert muted.load()


async def test_a_mute_that_cannot_be_kept_is_tried_a_last_time_at_the_end() -> None:
    async with Served() as room, ControlClient() as client, asyncio.timeout(40):
        stored.MICROPHONE.path.mkdir(parents=True)
        await client.call("mute")
        while not (await client.call("status"))["degraded"]:
            await room.wait(0.05)
        stored.MICROPHONE.path.rmdir()
    assert muted.load()
