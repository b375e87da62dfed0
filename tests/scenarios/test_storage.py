"""A conversation on a disk that takes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scenarios.room import Room, settings
from voiceos.speaking.clips import Clips

pytestmark = pytest.mark.skipif(not Path("/sys").is_dir(), reason="needs a folder that not even root may write to")


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
            own_words.append(room.live.conductor.own_words())
        assert room.said()[-1] == "You said: hello there"
        samples, rate_hz, _ = Clips("en").get("error.storage")
        assert room.heard_clip(samples, rate_hz) > 0.9
        assert sum(told in words for words in own_words) <= 1
