"""One engine takes another's place while it runs."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import numpy as np
import psutil
import pytest

from voiceos.app import Engines, Stage, spec
from voiceos.audio.frames import RATE_HZ
from voiceos.catalogue import Model, Store
from voiceos.config import KEYS, Settings
from voiceos.config.plan import with_values
from voiceos.engines.process import EngineSpec, State
from voiceos.errors import EngineError, EngineStarved, ModelError, VoiceosError

HUM = np.full(RATE_HZ, 0.1, np.float32)
SCRIPTED = with_values(
    Settings(), {f"{stage}.engine": "scripted" for stage in ("stt", "llm", "tts")} | {"end_of_turn.engine": "none"}
)

NAMED = with_values(Settings(), {"end_of_turn.engine": "none"})
"""It names models, of which the catalogue knows how much memory they take; what is started is given beside it."""

AMPLE, SHORT = 64_000_000_000, 10_000_000
"""Bytes of free memory: any model fits beside another, or none."""


def voice(settings: Settings) -> EngineSpec:
    """One that hums at another rate for each number of threads, does not load with 13, and finds no memory with 14."""
    if settings.tts.threads == 14:
        return EngineSpec("tts", "builtins:bytearray", {"source": 1 << 50})
    factory = "voiceos.engines.scripted:" + ("ScriptedVoice" if settings.tts.threads != 13 else "NoSuchVoice")
    return EngineSpec("tts", factory, {"rate_hz": 8000 + settings.tts.threads})


@contextlib.asynccontextmanager
async def at_once() -> AsyncIterator[None]:
    yield


async def rate(engines: Engines) -> int:
    return (await engines.tts.synthesize("Hello there.", speed=1.0)).rate_hz


async def test_the_port_goes_to_the_new_engine_and_the_old_one_is_closed() -> None:
    told: list[tuple[Stage, State]] = []
    async with Engines(SCRIPTED, {"tts"}, specs={"tts": voice}, on_state=lambda *one: told.append(one)) as engines:
        port, old = engines.tts, engines.processes["tts"]
        assert await rate(engines) == 8000
        told.clear()
        await engines.replace("tts", with_values(SCRIPTED, {"tts.threads": 3}), at_once)
        assert engines.tts is port
        assert await rate(engines) == 8003
        assert old.pid is None
        assert told == [("tts", "ready")], "the loading of the new one, or the end of the old one, was told"
        last = engines.processes["tts"]
    assert last.state == "stopped"


Free = Callable[[int], None]
"""Has the system tell that so many bytes of memory are free."""


@pytest.fixture
def free(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Free:
    """Where psutil reads it: in files of /proc."""

    def tells(available: int) -> None:
        told = [line for line in Path("/proc/meminfo").read_text().splitlines() if not line.startswith("MemAvailable:")]
        (tmp_path / "meminfo").write_text("\n".join([*told, f"MemAvailable: {available // 1024} kB", ""]))
        monkeypatch.setattr(psutil, "PROCFS_PATH", str(tmp_path))

    return tells


@pytest.mark.parametrize("available", [AMPLE, SHORT], ids=["ample memory", "short memory"])
async def test_one_that_does_not_load_leaves_the_old_one_in_force(available: int, free: Free) -> None:
    free(available)
    async with Engines(NAMED, {"tts"}, specs={"tts": voice}) as engines:
        await rate(engines)
        with pytest.raises(EngineError):
            await engines.replace("tts", with_values(NAMED, {"tts.threads": 13}), at_once)
        assert await rate(engines) == 8000
        with pytest.raises(EngineStarved) as caught:
            await engines.replace("tts", with_values(NAMED, {"tts.threads": 14}), at_once)
        assert caught.value.spoken == "error.memory"
        assert await rate(engines) == 8000


async def test_where_memory_is_short_the_old_one_makes_room_first(free: Free) -> None:
    free(SHORT)
    async with Engines(NAMED, {"tts"}, specs={"tts": voice}) as engines:
        assert await rate(engines) == 8000
        old = engines.processes["tts"]
        begun = asyncio.Event()

        @contextlib.asynccontextmanager
        async def between_turns() -> AsyncIterator[None]:
            begun.set()
            yield

        replacing = asyncio.create_task(engines.replace("tts", with_values(NAMED, {"tts.threads": 5}), between_turns))
        await begun.wait()
        assert await rate(engines) == 8005, "who asks meanwhile waits for the new one"
        await replacing
        assert old.pid is None


@pytest.mark.parametrize(("available", "beside"), [(AMPLE, True), (SHORT, False)], ids=["ample", "short"])
async def test_a_model_is_loaded_beside_the_old_one_only_where_memory_holds_both(
    available: int, beside: bool, free: Free
) -> None:
    free(available)
    async with Engines(NAMED, {"tts"}, specs={"tts": voice}) as engines:
        await rate(engines)
        old, seen = engines.processes["tts"], []

        @contextlib.asynccontextmanager
        async def between_turns() -> AsyncIterator[None]:
            yield
            seen.append(old.pid)  # the new one has its place

        await engines.replace("tts", with_values(NAMED, {"tts.threads": 5}), between_turns)
        assert [pid is not None for pid in seen] == [beside]


async def test_a_scripted_engine_needs_no_room(free: Free) -> None:
    free(SHORT)
    async with Engines(SCRIPTED, {"tts"}, specs={"tts": voice}) as engines:
        await rate(engines)
        before = engines.processes["tts"]
        with pytest.raises(EngineError):
            await engines.replace("tts", with_values(SCRIPTED, {"tts.threads": 13}), at_once)
        assert engines.processes["tts"] is before, "it made room for what it had room beside"


async def test_a_call_in_flight_is_answered_by_the_engine_that_it_was_made_to() -> None:
    def slow(settings: Settings) -> EngineSpec:
        arguments = {"texts": [f"threads {settings.stt.threads}"], "steps": [50]}
        return EngineSpec("stt", "voiceos.engines.scripted:ScriptedRecogniser", arguments)

    async with Engines(SCRIPTED, {"stt"}, specs={"stt": slow}) as engines:
        await engines.wait_ready()
        asked = asyncio.create_task(engines.stt.transcribe(HUM, language="en"))
        await asyncio.sleep(0)
        await engines.replace("stt", with_values(SCRIPTED, {"stt.threads": 2}), at_once)
        assert (await asked).text == "threads 0"
        assert (await engines.stt.transcribe(HUM, language="en")).text == "threads 2"


async def test_a_model_that_is_not_here_starts_nothing(tmp_path: object) -> None:
    async with Engines(SCRIPTED, {"tts"}, store=Store(str(tmp_path))) as engines:
        old = engines.processes["tts"]
        with pytest.raises(ModelError, match="not on this machine"):
            await engines.replace("tts", with_values(SCRIPTED, {"tts.engine": "piper"}), at_once)
        assert engines.processes["tts"] is old


class Anywhere(Store):
    """Every model of the catalogue, as if it were here."""

    def path(self, name: str | Model) -> object:  # type: ignore[override]
        return self.root / (name if isinstance(name, str) else name.name)


OTHER = {
    "stt.engine": "scripted",
    "stt.model": "faster-whisper-tiny",
    "llm.engine": "scripted",
    "llm.model": "smollm2-135m-instruct-q4_1",
    "tts.engine": "scripted",
    "tts.voice": "en_US-kristin-medium",
}


@pytest.mark.parametrize("name", [key.dotted for key in KEYS.values() if key.effect == "engine"])
def test_every_key_that_restarts_an_engine_changes_what_that_engine_is_started_with(name: str) -> None:
    """And those of the end of the turn another model, which `replace_end_of_turn` takes; the vocabulary another
    file, where there is one (`tests/contract/test_spoken_vocabulary.py`)."""
    key = KEYS[name]
    value = OTHER.get(name, 7 if isinstance(key.default, int) and key.default < 10 else 2048)
    if key.section == "end_of_turn" or name == "llm.spoken_vocabulary":
        return
    new = with_values(Settings(), {name: value})
    stages: tuple[Stage, ...] = ("stt", "llm", "tts")
    assert [stage for stage in stages if spec(stage, new, Anywhere()) != spec(stage, Settings(), Anywhere())] == [
        key.section
    ]


async def test_the_judge_of_endings_goes_and_comes(models_dir: object) -> None:
    judged = with_values(SCRIPTED, {"end_of_turn.engine": "smart_turn"})
    async with Engines(SCRIPTED, {"stt"}, store=Store(str(models_dir))) as engines:
        assert engines.end_of_turn is None
        try:
            await engines.replace_end_of_turn(judged, at_once)
        except VoiceosError as error:
            pytest.skip(f"no end-of-turn model here: {error}")
        assert engines.end_of_turn is not None
        await engines.replace_end_of_turn(SCRIPTED, at_once)
        assert engines.end_of_turn is None


async def test_where_memory_is_short_a_call_in_flight_is_waited_for_and_one_that_does_not_end_fails(
    free: Free, monkeypatch: pytest.MonkeyPatch
) -> None:
    free(SHORT)

    def slow(settings: Settings) -> EngineSpec:
        steps = [3000 if settings.stt.threads else 50]
        arguments = {"texts": [f"threads {settings.stt.threads}"], "steps": steps}
        return EngineSpec("stt", "voiceos.engines.scripted:ScriptedRecogniser", arguments)

    async with Engines(NAMED, {"stt"}, specs={"stt": slow}) as engines, asyncio.timeout(60):
        await engines.wait_ready()
        asked = asyncio.create_task(engines.stt.transcribe(HUM, language="en"))
        await asyncio.sleep(0)
        await engines.replace("stt", with_values(NAMED, {"stt.threads": 2}), at_once)
        assert (await asked).text == "threads 0"
        monkeypatch.setattr("voiceos.app.UNUSED_S", 0.2)
        asked = asyncio.create_task(engines.stt.transcribe(HUM, language="en"))
        await asyncio.sleep(0)
        await engines.replace("stt", with_values(NAMED, {"stt.threads": 0}), at_once)
        with pytest.raises(EngineError, match="was closed"):
            await asked
