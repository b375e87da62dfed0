"""What an engine's keeper does where the machine does not let it start a child."""

from __future__ import annotations

import sys

import pytest

from voiceos.engines.process import EngineProcess, EngineSpec
from voiceos.errors import EngineCrashed


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
