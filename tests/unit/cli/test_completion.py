"""What the shell offers behind a verb."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("voiceos sta", ["status"]),
        ("voiceos mode ", ["open", "name", "push", "wakeword"]),
        ("voiceos restart-engine t", ["tts"]),
        ("voiceos events st", ["state"]),
        ("voiceos models use faster-whisper-tiny", ["faster-whisper-tiny", "faster-whisper-tiny.en"]),
        ("voiceos config get audio.vol", ["audio.volume"]),
    ],
)
def test_words_are_offered(typed: str, offered: list[str]) -> None:
    shell = {"_VOICEOS_COMPLETE": "complete_bash", "COMP_WORDS": typed, "COMP_CWORD": str(typed.count(" "))}
    script = "import sys; sys.argv = ['voiceos']; from voiceos.__main__ import main; main()"
    done = subprocess.run([sys.executable, "-c", script], env=os.environ | shell, capture_output=True, text=True)
    assert done.stdout.split() == offered, done.stderr
