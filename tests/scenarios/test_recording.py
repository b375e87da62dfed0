"""A conversation that is recorded and decided again."""

from __future__ import annotations

import asyncio
import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.scenarios.room import Room
from voiceos import events as ev
from voiceos.audio.frames import FRAME_SAMPLES, Frame
from voiceos.clock import SystemClock
from voiceos.daemon.recording import Recording
from voiceos.daemon.records import Records, last
from voiceos.errors import StorageError
from voiceos.observer import Observers
from voiceos.turn_taking.policy import Policy
from voiceos.turn_taking.recording import replay
from voiceos.turn_taking.state import Phase, State

LONG = "One two three four five. Six seven eight nine ten. Eleven twelve thirteen fourteen fifteen. " * 4


def replayed(*arguments: str, **environ: str) -> tuple[int, str]:
    command = [sys.executable, "-m", "voiceos", "replay", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | environ)
    return done.returncode, done.stdout + done.stderr


def opened() -> list[Path]:
    """Files that this process has open."""
    return [handle.resolve() for handle in Path("/proc/self/fd").iterdir()]


async def test_a_conversation_with_a_barge_in_is_replayed_to_the_same_decisions(tmp_path: Path) -> None:
    path = tmp_path / "talk.jsonl"
    said: list[str] = []
    recording = Recording(path, audio=True, announce=said.append)
    records = Records(100, SystemClock())
    async with (
        recording,
        records,
        Room(
            hears=["tell me everything", "wait a moment please"],
            engines={"llm": {"replies": [("everything", LONG)]}},
            observer=Observers([recording, records]),
        ) as room,
    ):
        await room.say("tell me everything you know")
        while room.live.conductor.state.phase is not Phase.SPEAKING:
            await room.wait(0.1)
        await room.wait(1.5)
        await room.say("wait a moment please")
        await room.answered()
    assert said == ["recorded"]
    for file in (path, path.with_suffix(".wav")):
        assert file.stat().st_mode & 0o777 == 0o600
    assert soundfile.info(path.with_suffix(".wav")).duration > 3
    lines = path.read_text().splitlines(keepends=True)
    assert any('"is":"Suspend"' in line for line in lines)
    done = replay(lines)
    assert done.difference is None, done.difference
    assert done.turns == 2
    assert replay(lines, policy=Policy(barge_in=False)).difference is not None

    code, told = replayed(str(path))
    assert code == 0 and "The same decisions" in told
    code, told = replayed(str(path), "--by-settings", VOICEOS_TURN_TAKING__BARGE_IN="false")
    assert code == 1 and "The first difference" in told

    first, second = last(10)
    assert first["turn"] == 1 and first["interrupted"] is True and first["latency_ms"] > 0
    assert second["turn"] == 2 and "interrupted" not in second
    assert not {"heard", "said"} & (set(first) | set(second))


async def test_a_recording_never_replaces_a_file(tmp_path: Path) -> None:
    path = tmp_path / "talk.jsonl"
    path.write_text("mine")
    with pytest.raises(StorageError, match="cannot be recorded to"):
        async with Recording(path, audio=False, announce=lambda sentence: None):
            pass
    assert path.read_text() == "mine"


async def test_a_disk_that_becomes_full_ends_a_recording_with_what_is_whole(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "talk.jsonl"
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    async with Recording(path, audio=True, announce=lambda sentence: None) as part, asyncio.timeout(20):
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))  # the system takes a part, and then nothing
        try:
            while len(part.degraded()) < 2:
                part.frame(Frame(1.0, np.full(FRAME_SAMPLES, 0.5, np.float32)))
                part.decided(ev.Announce(1.0, "what somebody said " * 200), Policy(), State(), ())
                await asyncio.sleep(0.01)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert {one.what for one in part.degraded()} == {
            f"{file} is recorded to no more: File too large." for file in (path, path.with_suffix(".wav"))
        }
    assert path.read_text().endswith("}\n")
    assert all(json.loads(line) for line in path.read_text().splitlines())
    samples, rate_hz = soundfile.read(path.with_suffix(".wav"))
    assert rate_hz == 16_000
    assert len(samples) >= FRAME_SAMPLES
    assert samples == pytest.approx(0.5, abs=1e-4)
    assert "what somebody said" not in caplog.text


async def test_a_recording_that_cannot_begin_leaves_no_file_open(tmp_path: Path) -> None:
    path = tmp_path / "talk.jsonl"
    path.with_suffix(".wav").write_text("mine")
    recording = Recording(path, audio=True, announce=lambda sentence: None)
    with pytest.raises(StorageError, match="cannot be recorded to"):
        await recording.__aenter__()
    assert path not in opened()
    assert path.with_suffix(".wav").read_text() == "mine"
