from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

CLAIMED = """
import os, sys
from voiceos import log
log.claim_stderr()
log.setup("INFO")
os.write(2, b"ALSA lib pcm.c:8568: underrun occurred\\n")
print("mine", file=sys.stderr)
"""


def run(script: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-X", "dev", "-c", script]
    return subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)


def test_native_libraries_do_not_write_into_the_terminal() -> None:
    assert run(CLAIMED).stderr == "mine\n"


def test_without_standard_error_there_is_no_log() -> None:
    script = "import sys; sys.stderr = None; from voiceos import log; log.claim_stderr(); log.setup('INFO'); "
    done = run(script + "import logging; logging.getLogger('voiceos.x').warning('lost'); print('well')")
    assert (done.returncode, done.stdout, done.stderr) == (0, "well\n", "")


@pytest.mark.skipif(not Path("/dev/full").is_char_device(), reason="no /dev/full here")
@pytest.mark.parametrize("level", ["INFO", "DEBUG"])
def test_a_full_disk_behind_standard_error_is_no_reason_to_end(level: str) -> None:
    script = CLAIMED.replace("INFO", level) + "import logging; logging.getLogger('voiceos').warning('x'); print('well')"
    command = [sys.executable, "-c", script]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            command, stdout=subprocess.PIPE, stderr=full, text=True, check=False, stdin=subprocess.DEVNULL
        )
    assert (done.returncode, done.stdout) == (0, "well\n")


def test_an_error_that_nobody_expected_is_still_seen() -> None:
    assert "ZeroDivisionError" in run(CLAIMED + "1 / 0").stderr


def test_a_crash_still_tells_where_it_was() -> None:
    assert "Segmentation fault" in run(CLAIMED + "import ctypes; ctypes.string_at(0)").stderr
