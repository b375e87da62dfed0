"""Errors of verbs say what to do next."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest


def voiceos(*arguments: str, **environ: str) -> tuple[int, str]:
    command = [sys.executable, "-m", "voiceos", *arguments]
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        env=os.environ | {"NO_COLOR": "1"} | environ,
    )
    return done.returncode, done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "hint"),
    [
        (("report", "--no-checks", "--out", "/nowhere/report.txt"), 7, "df -h /nowhere"),
        (("replay", "/nowhere.jsonl"), 1, "`voiceos run --record FILE`"),
        (("replay", __file__), 1, "`voiceos run --record FILE`"),
        (("ask", "--audio", "/nowhere.wav"), 5, "Name a sound file"),
        (("config", "check", "/nowhere.toml"), 3, "docs/configuration.md"),
    ],
)
def test_what_is_missing_is_named_and_what_to_do(arguments: tuple[str, ...], code: int, hint: str) -> None:
    ended, error = voiceos(*arguments)
    assert (ended, hint in error) == (code, True), error


def test_the_hint_of_a_check_is_not_the_check() -> None:
    assert "voiceos config check" not in voiceos("config", "check", "/nowhere.toml")[1]


def test_a_runtime_folder_that_no_socket_fits_is_named_as_such(tmp_path: Path) -> None:
    long = tmp_path / ("x" * 120)
    long.mkdir()
    ended, error = voiceos("status", XDG_RUNTIME_DIR=str(long))
    assert (ended, "XDG_RUNTIME_DIR" in error) == (8, True), error
