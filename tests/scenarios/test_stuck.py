"""An engine stops dead while nobody speaks: it is replaced, and that is said before anybody asks it for anything."""

from __future__ import annotations

import asyncio
import os
import signal

import pytest

from tests.scenarios.room import Room
from voiceos.app import Stage
from voiceos.languages import Phrases
from voiceos.speaking.clips import Clips


@pytest.mark.parametrize("stage", ["stt", "llm", "tts"])
@pytest.mark.parametrize("how", [signal.SIGSTOP, signal.SIGSEGV], ids=["stuck", "crashed"])
async def test_an_engine_that_fails_while_it_rests_is_replaced_and_told_of_unasked(
    stage: Stage, how: signal.Signals
) -> None:
    samples, rate_hz, _ = Clips("en").get(f"error.{stage}")
    async with Room(hangs={stage}) as room, asyncio.timeout(60):
        before = {name: process.pid for name, process in room.live.engines.processes.items()}
        failed = before[stage]
        assert failed is not None
        os.kill(failed, how)
        while Phrases("en").text("restored") not in room.said():
            await room.wait(0.2)
        await room.live.conductor.wait_idle()
        assert room.heard_clip(samples, rate_hz) > 0.9
        after = {name: process.pid for name, process in room.live.engines.processes.items()}
        assert [name for name in before if before[name] != after[name]] == [stage]
        await room.say("hello there my friend")
        await room.answered()
        assert room.said()[-1] == "You said: hello there"


async def test_a_bug_in_a_deed_is_heard_and_the_next_wish_is_met(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def planted(*_: object) -> None:
        raise RuntimeError("what somebody said")

    samples, rate_hz, _ = Clips("en").get("error.unknown")
    async with Room(hears=["what time is it", "how are you"]) as room:
        with monkeypatch.context() as context:
            context.setattr(room.live.conductor.deeds, "_perform", planted)
            await room.say("what time is it")
            await room.live.conductor.wait_answered()
        assert room.heard_clip(samples, rate_hz) > 0.9
        await room.say("how are you")
        await room.answered()
        assert room.said()[-1] == "You said: how are you"
    assert "a bug: RuntimeError at test_stuck.py:" in caplog.text
    assert "what somebody said" not in caplog.text
