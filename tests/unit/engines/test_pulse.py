"""An engine that is stuck is noticed also where nobody asks it for anything, and one that works is left alone."""

from __future__ import annotations

import asyncio
import os
import signal
import sys

import numpy as np
import pytest

from voiceos.audio.frames import RATE_HZ
from voiceos.engines.process import EngineProcess, EngineSpec, State
from voiceos.engines.speech_to_text import ProcessSpeechToText
from voiceos.errors import EngineTimeout


@pytest.mark.skipif(sys.platform == "win32", reason="no process can be stopped there")
async def test_one_that_is_stuck_while_it_rests_is_replaced_though_nobody_missed_it() -> None:
    told: list[tuple[State, bool, bool]] = []
    spec = EngineSpec("tts", "voiceos.engines.scripted:ScriptedVoice", {}, budget_s=0.5, rest_s=0.2)
    engine = EngineProcess(spec, on_state=lambda state: told.append((state, engine.broke_down, engine.missed)))
    async with engine, asyncio.timeout(60):
        await engine.wait_ready()
        before = engine.pid
        assert before is not None
        os.kill(before, signal.SIGSTOP)
        while engine.state != "down":
            await engine._changed.wait()
        assert isinstance(engine.last_error, EngineTimeout)
        while engine.state != "ready":
            await engine._changed.wait()
        assert engine.pid != before
    assert ("down", True, False) in told


async def test_one_that_rests_or_computes_for_long_is_left_alone() -> None:
    """It would be asked five times, and killed twice, if a computation counted as rest or an answer did not come."""
    plan = {"texts": ("one",), "steps": (100,)}
    spec = EngineSpec("stt", "voiceos.engines.scripted:ScriptedRecogniser", plan, budget_s=0.5, rest_s=0.2)
    async with EngineProcess(spec) as engine, asyncio.timeout(60):
        await engine.wait_ready()
        assert (engine.state, engine.last_error) == ("ready", None)
        before = engine.pid
        await asyncio.sleep(1.0)
        sound = np.full(RATE_HZ, 0.1, np.float32)
        assert (await ProcessSpeechToText(engine).transcribe(sound, language="en")).text == "one"
        assert engine.pid == before
        assert engine.waits_s == 0.0


async def test_one_that_is_restarted_by_hand_has_not_failed() -> None:
    told: list[tuple[State, bool, bool]] = []
    spec = EngineSpec("tts", "voiceos.engines.scripted:ScriptedVoice", {})
    engine = EngineProcess(spec, on_state=lambda state: told.append((state, engine.broke_down, engine.missed)))
    async with engine, asyncio.timeout(60):
        await engine.wait_ready()
        await engine.restart()
    assert ("down", False, False) in told
    assert ("down", True, False) not in told


async def test_loading_may_take_longer_than_a_step_of_work() -> None:
    """Its own budget is `start_budget_s`."""
    spec = EngineSpec("tts", "subprocess:run", {"args": ["sleep", "2"]}, budget_s=0.5)
    async with EngineProcess(spec) as engine, asyncio.timeout(60):
        await engine.wait_ready()
