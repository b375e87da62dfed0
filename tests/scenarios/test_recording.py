"""A conversation that is recorded and decided again."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import soundfile

from tests.scenarios.room import Room
from voiceos.clock import SystemClock
from voiceos.daemon.recording import Recording
from voiceos.daemon.records import Records, last
from voiceos.errors import StorageError
from voiceos.observer import Observers
from voiceos.turn_taking.policy import Policy
from voiceos.turn_taking.recording import replay
from voiceos.turn_taking.state import Phase

LONG = "One two three four five. Six seven eight nine ten. Eleven twelve thirteen fourteen fifteen. " * 4


def replayed(*arguments: str, **environ: str) -> tuple[int, str]:
    command = [sys.executable, "-m", "voiceos", "replay", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | environ)
    return done.returncode, done.stdout + done.stderr


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
