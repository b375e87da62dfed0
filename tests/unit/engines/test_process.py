"""What an engine's keeper does where the machine does not let it start a child."""

from __future__ import annotations

import asyncio
import os
import signal
import sys

import pytest

from voiceos.engines.process import EngineProcess, EngineSpec
from voiceos.errors import EngineCrashed, EngineStarved


async def test_an_engine_that_cannot_even_be_started_is_told_of_and_tried_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    spec = EngineSpec("tts", "voiceos.engines.scripted:ScriptedVoice", {})
    interpreter = sys.executable
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    async with EngineProcess(spec) as engine:
        with pytest.raises(EngineCrashed, match="cannot be started"):
            await engine.wait_ready()
        monkeypatch.setattr(sys, "executable", interpreter)
        while engine.state != "starting":
            await engine._changed.wait()
        await engine.wait_ready()


@pytest.mark.skipif(sys.platform != "linux", reason="which signal it was is known on Linux only")
async def test_an_engine_that_the_system_kills_tells_of_memory_and_comes_back() -> None:
    spec = EngineSpec("tts", "voiceos.engines.scripted:ScriptedVoice", {"hang_on": "long"})
    async with EngineProcess(spec) as engine:
        await engine.wait_ready()
        speaking = asyncio.create_task(engine.call("synthesize", text="a long text", speed=1.0))
        await asyncio.sleep(0.2)
        assert engine.pid is not None
        os.kill(engine.pid, signal.SIGKILL)
        with pytest.raises(EngineStarved) as caught:
            await speaking
        assert caught.value.spoken == "error.memory"
        while engine.state != "ready":
            await engine._changed.wait()
