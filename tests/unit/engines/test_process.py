"""What an engine's keeper does where the machine does not let it start a child."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import sys
import threading
from pathlib import Path

import numpy as np
import psutil
import pytest

from voiceos.audio.frames import RATE_HZ
from voiceos.engines.ended import killed_for_memory
from voiceos.engines.language_model import ProcessLanguageModel
from voiceos.engines.process import EngineProcess, EngineSpec
from voiceos.engines.speech_to_text import ProcessSpeechToText
from voiceos.errors import EngineCrashed, EngineStarved, EngineTimeout, ModelError
from voiceos.thinking.ports import Lane, Message, Sampling


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


@pytest.mark.parametrize(
    ("printed", "kind"),
    [
        ("\nlibgomp: Thread creation failed: Resource temporarily unavailable\n", EngineStarved),
        ("\nlibgomp: Invalid value for environment variable\n", EngineCrashed),
    ],
)
async def test_an_engine_that_ends_as_a_thread_finds_no_memory_tells_of_memory(
    printed: str, kind: type[Exception]
) -> None:
    async with EngineProcess(EngineSpec("tts", "tests.unit.engines.misbehaving:Misbehaving", {})) as engine:
        await engine.wait_ready()
        with pytest.raises(kind) as caught:
            await engine.call("end", text=printed)
        assert type(caught.value) is kind


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux counts whom it ends as memory runs out")
@pytest.mark.parametrize(("counted", "kind"), [(3, EngineCrashed), (4, EngineStarved), (None, EngineStarved)])
async def test_an_engine_that_is_killed_tells_of_memory_where_that_ran_out_and_comes_back(
    counted: int | None, kind: type[EngineCrashed], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the system does not count, it mostly was for memory."""
    (tmp_path / "vmstat").write_text("pgfault 1\noom_kill 3\n")
    monkeypatch.setattr(psutil, "PROCFS_PATH", str(tmp_path))
    spec = EngineSpec("tts", "voiceos.engines.scripted:ScriptedVoice", {"hang_on": "long"})
    async with EngineProcess(spec) as engine:
        await engine.wait_ready()
        speaking = asyncio.create_task(engine.call("synthesize", text="a long text", speed=1.0))
        await asyncio.sleep(0.2)
        assert engine.pid is not None
        (tmp_path / "vmstat").write_text("" if counted is None else f"pgfault 2\noom_kill {counted}\n")
        os.kill(engine.pid, signal.SIGKILL)
        with pytest.raises(EngineCrashed) as caught:
            await speaking
        assert type(caught.value) is kind
        assert (caught.value.spoken == "error.memory") == (kind is EngineStarved)
        while engine.state != "ready":
            await engine._changed.wait()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux counts whom it ends as memory runs out")
async def test_another_program_that_was_ended_for_memory_long_ago_is_not_why_an_engine_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = tmp_path / "vmstat"
    counted.write_text("oom_kill 3\n")
    monkeypatch.setattr(psutil, "PROCFS_PATH", str(tmp_path))
    spec = EngineSpec("tts", "voiceos.engines.scripted:ScriptedVoice", {"hang_on": "long"}, rest_s=0.01)
    async with EngineProcess(spec) as engine:
        await engine.wait_ready()
        counted.write_text("oom_kill 4\n")
        while engine._killed != 4:  # noqa: ASYNC110 - nothing tells of a ping
            await asyncio.sleep(0.01)
        speaking = asyncio.create_task(engine.call("synthesize", text="a long text", speed=1.0))
        await asyncio.sleep(0.2)
        engine.kill()
        with pytest.raises(EngineCrashed) as caught:
            await speaking
        assert type(caught.value) is EngineCrashed


def test_linux_counts_whom_it_ends() -> None:
    assert (killed_for_memory() is None) == (sys.platform != "linux")


async def test_an_engine_that_hangs_is_killed_in_time_however_often_it_is_asked_again() -> None:
    """A caller who gives up and asks anew does not set the clock back."""
    spec = EngineSpec("tts", "voiceos.engines.scripted:ScriptedVoice", {"hang_on": "long"}, budget_s=1.0)
    async with EngineProcess(spec) as engine:
        await engine.wait_ready()
        before = engine.pid
        with pytest.raises(EngineTimeout):
            while True:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(0.4):
                        await engine.call("synthesize", text="a long text", speed=1.0)
        while engine.state != "ready":
            await engine._changed.wait()
        assert engine.pid != before


async def test_an_engine_that_waits_for_its_reader_is_not_taken_for_hung() -> None:
    spec = EngineSpec("llm", "voiceos.engines.scripted:ScriptedLanguageModel", {}, budget_s=2.0)
    async with EngineProcess(spec) as engine:
        model = ProcessLanguageModel(engine)
        tokens = await model.render([Message("user", "one two three")], open_role="assistant")
        await model.extend(Lane.CONVERSATION, tokens)
        pieces = []
        async for piece in model.generate(Lane.CONVERSATION, sampling=Sampling()):
            if not pieces:
                await asyncio.sleep(2.5)
            pieces.append(piece)
        assert "".join(pieces) == "You said: one two three"


async def test_a_transcription_that_is_cancelled_ends_behind_its_step_and_the_next_call_is_taken() -> None:
    """The first would take half a minute, and then the first of the texts: whoever gets it ended first."""
    plan = {"texts": ("one", "two"), "steps": (3000, 0)}
    spec = EngineSpec("stt", "voiceos.engines.scripted:ScriptedRecogniser", plan, budget_s=2.0)
    sound = np.full(RATE_HZ, 0.1, np.float32)
    async with EngineProcess(spec) as engine:
        stt, begun = ProcessSpeechToText(engine), asyncio.Event()
        first = asyncio.create_task(stt.transcribe(sound, language="en", on_encoded=begun.set))
        await begun.wait()
        first.cancel()
        assert (await stt.transcribe(sound, language="en")).text == "one"
        assert first.cancelled()


async def test_what_it_starts_with_is_verified_before_each_start_and_told_to_whoever_asks() -> None:
    spec = EngineSpec("tts", "voiceos.engines.scripted:ScriptedVoice", {})
    faults: list[str] = []

    def verify() -> None:
        if faults:
            raise ModelError(faults[0])

    async with EngineProcess(spec, verify=verify) as engine:
        await engine.wait_ready()
        faults.append("The model has changed on the disk.")
        engine.kill()
        while not isinstance(engine._last_error, ModelError):
            await engine._changed.wait()
        with pytest.raises(ModelError, match="changed on the disk"):
            await engine.call("synthesize", text="hello", speed=1.0)
        faults.clear()
        while engine.state != "ready":
            await engine._changed.wait()


async def test_closing_an_engine_fails_the_call_in_flight_and_those_that_come_after() -> None:
    spec = EngineSpec("tts", "voiceos.engines.scripted:ScriptedVoice", {"hang_on": "long"})
    async with EngineProcess(spec) as engine:
        await engine.wait_ready()
        speaking = asyncio.create_task(engine.call("synthesize", text="a long text", speed=1.0))
        await asyncio.sleep(0)
        assert engine._pending
    async with asyncio.timeout(20):
        with pytest.raises(EngineCrashed, match="was closed"):
            await speaking
        with pytest.raises(EngineCrashed, match="was closed"):
            await engine.call("synthesize", text="hello", speed=1.0)
        await engine.wait_unused()


async def test_whoever_waits_for_an_engine_that_is_closed_while_it_starts_is_told() -> None:
    engine = EngineProcess(EngineSpec("tts", "voiceos.engines.scripted:ScriptedVoice", {}))
    waiting = asyncio.create_task(engine.wait_ready())
    await asyncio.sleep(0)
    await engine.__aexit__()  # not even started
    async with asyncio.timeout(20):
        with pytest.raises(EngineCrashed, match="was closed"):
            await waiting
    async with EngineProcess(engine.spec) as other:
        while other.state != "starting":
            await other._changed.wait()
        waiting = asyncio.create_task(other.wait_ready())
        await asyncio.sleep(0)
    async with asyncio.timeout(20):
        with pytest.raises(EngineCrashed, match="was closed"):
            await waiting


async def test_a_restart_by_hand_is_answered_also_while_the_engine_is_about_to_start() -> None:
    verifying = threading.Event()
    spec = EngineSpec("tts", "voiceos.engines.scripted:ScriptedVoice", {})
    async with EngineProcess(spec, verify=verifying.wait) as engine, asyncio.timeout(30):
        while engine.state != "starting":
            await engine._changed.wait()
        assert engine.pid is None
        restarting = asyncio.create_task(engine.restart())
        await asyncio.sleep(0)
        verifying.set()
        await restarting
        assert engine.state == "ready"
        before = engine.pid
        await engine.restart()
        assert engine.pid not in (before, None)
        restarting = asyncio.create_task(engine.restart())
        await asyncio.sleep(0)
        await engine.__aexit__()
        with pytest.raises(EngineCrashed, match="was closed"):
            await restarting


@pytest.fixture
def misbehaving(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")]))
    return "misbehaving:Misbehaving"


async def test_an_engine_that_prints_without_end_of_line_works_and_is_started_again_when_it_dies(
    misbehaving: str,
) -> None:
    async with EngineProcess(EngineSpec("tts", misbehaving, {"prints": 200_000})) as engine, asyncio.timeout(30):
        assert await engine.call("hello") == "hello"
        assert len(await engine.call("print", text="y" * 200_000)) == 200_000
        before = engine.pid
        engine.kill()
        while engine.pid in (before, None) or engine.state != "ready":
            await engine._changed.wait()
        assert await engine.call("hello") == "hello"


async def test_the_last_line_that_an_engine_printed_is_told_though_it_was_never_ended(misbehaving: str) -> None:
    async with EngineProcess(EngineSpec("tts", misbehaving, {})) as engine, asyncio.timeout(30):
        await engine.call("print", text="first\nsec")
        await engine.call("print", text="ond\nthird")
        engine.kill()
        while engine.state == "ready":
            await engine._changed.wait()
        assert list(engine._stderr)[:3] == ["first", "second", "third"]


async def test_an_answer_that_cannot_be_read_is_a_crash_and_the_engine_comes_back(
    misbehaving: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with EngineProcess(EngineSpec("tts", misbehaving, {})) as engine, asyncio.timeout(30):
        await engine.wait_ready()
        before = engine.pid
        with caplog.at_level(logging.WARNING), pytest.raises(EngineCrashed, match="ValueError"):
            await engine.call("answer")
        while engine.state != "ready":
            await engine._changed.wait()
        assert engine.pid != before
        assert await engine.call("hello") == "hello"
        await engine.restart()
    assert "ValueError" in caplog.text
    assert "what was said" not in caplog.text


async def test_a_machine_without_a_thread_to_spare_is_told_of_and_the_engine_tried_again() -> None:
    starts = 0

    def verify() -> None:
        nonlocal starts
        starts += 1
        if starts == 1:
            raise RuntimeError("can't start new thread")

    spec = EngineSpec("tts", "voiceos.engines.scripted:ScriptedVoice", {})
    async with EngineProcess(spec, verify=verify) as engine, asyncio.timeout(30):
        with pytest.raises(EngineCrashed, match="RuntimeError"):
            await engine.wait_ready()
        while engine.state != "ready":
            await engine._changed.wait()


async def test_what_a_call_leaves_for_the_garbage_collector_is_gone_before_the_next() -> None:
    async with EngineProcess(EngineSpec("tts", "tests.unit.engines.misbehaving:Misbehaving", {})) as engine:
        await engine.wait_ready()
        for _ in range(3):
            await engine.call("litter")
            assert await engine.call("left") == 0


async def test_an_engine_of_which_nobody_asks_anything_rests_once() -> None:
    async with EngineProcess(EngineSpec("tts", "tests.unit.engines.misbehaving:Misbehaving", {})) as engine:
        assert await engine.call("rests") == 0
        async with asyncio.timeout(60):
            while not (rests := await engine.call("rests")):  # noqa: ASYNC110 - to be asked is what it must not be
                await asyncio.sleep(2)
        await asyncio.sleep(4)
        assert await engine.call("rests") - rests <= 1, "it rests again and again"
