"""An engine that hangs in a long run counts only where the program has noticed it."""

from __future__ import annotations

import asyncio
import random
import sys

import psutil
import pytest

from voiceos.bench.hung_engine import HANG_S, NOTICED_S, HungEngine, choose
from voiceos.engines.process import EngineProcess, EngineSpec
from voiceos.errors import VoiceosError

CHANCE = random.Random(1)

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="long runs are for Linux only")


def spec(**what: float) -> EngineSpec:
    return EngineSpec("tts", "voiceos.engines.scripted:ScriptedVoice", {}, **what)  # type: ignore[arg-type]


def test_it_is_waited_for_longer_than_one_that_rests_can_go_unnoticed() -> None:
    assert spec().rest_s + HANG_S < NOTICED_S


async def test_an_engine_that_hangs_while_it_rests_is_given_up() -> None:
    async with EngineProcess(spec(rest_s=0.5, budget_s=0.5)) as engine, asyncio.timeout(30):
        await engine.wait_ready()
        assert engine.pid is not None
        before = psutil.Process(engine.pid)
        await HungEngine(before).given_up(20.0)
        while engine.state != "ready" or engine.pid == before.pid:
            await engine._changed.wait()


async def test_one_that_nobody_misses_fails_the_run_and_goes_on() -> None:
    async with EngineProcess(spec()) as engine, asyncio.timeout(30):
        await engine.wait_ready()
        assert engine.pid is not None
        one = psutil.Process(engine.pid)
        with pytest.raises(VoiceosError, match="not given up"):
            await HungEngine(one).given_up(0.3)
        await engine.call("synthesize", text="hello", speed=1.0)
        assert engine.pid == one.pid


def test_only_an_engine_that_is_ready_is_chosen_and_none_where_there_is_none() -> None:
    own = psutil.Process().pid
    starting = {"name": "stt", "pid": own, "state": "starting"}
    gone = {"name": "llm", "pid": None, "state": "down"}
    assert choose([], CHANCE) is None
    assert choose([starting, gone], CHANCE) is None
    one = choose([starting, gone, {"name": "tts", "pid": own, "state": "ready"}], CHANCE)
    assert one is not None
    assert one.pid == own
