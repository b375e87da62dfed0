"""The verbs that need real engines and no sound card, from the outside."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from voiceos.audio.files import write

STARTER = "version = 1\n"
"""The defaults are the starter set."""


def voiceos(*arguments: str, home: Path, models: Path, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    (home / "config.toml").write_text(STARTER)
    command = [sys.executable, "-m", "voiceos", *arguments, "--config", str(home / "config.toml")]
    environment = os.environ | {"VOICEOS_MODELS": str(models)}
    return subprocess.run(command, input=stdin, capture_output=True, env=environment, cwd=home, check=False)


@pytest.fixture
def question(tmp_path: Path, models_dir: Path) -> bytes:
    """A WAV file as `say` writes it to standard output."""
    said = voiceos("say", "What is the capital of Italy?", "--out", "-", home=tmp_path, models=models_dir)
    assert said.returncode == 0, said.stderr
    return said.stdout


def test_speech_goes_through_pipes(question: bytes, tmp_path: Path, models_dir: Path) -> None:
    samples, rate_hz = soundfile.read(io.BytesIO(question))
    assert len(samples) > rate_hz
    heard = voiceos("transcribe", "-", home=tmp_path, models=models_dir, stdin=question)
    assert "capital of italy" in heard.stdout.decode().lower()
    assert not (tmp_path / "-").exists()


def test_one_bad_file_spoils_no_other(question: bytes, tmp_path: Path, models_dir: Path) -> None:
    (tmp_path / "good.wav").write_bytes(question)
    (tmp_path / "bad.wav").write_text("no sound")
    write(tmp_path / "silent.wav", np.zeros(16_000, np.float32), 16_000)
    files = ["bad.wav", "missing.wav", "silent.wav", "good.wav"]
    done = voiceos("transcribe", *files, home=tmp_path, models=models_dir)
    assert done.returncode == 5
    bad, missing, silent, good = done.stdout.decode().split("\n")[:4]
    assert (bad, missing, silent) == ("", "", "")
    assert "capital of italy" in good.lower()
    told = done.stderr.decode()
    assert "bad.wav" in told and "missing.wav" in told and "Traceback" not in told
    for_programs = voiceos("transcribe", *files, "--json", home=tmp_path, models=models_dir)
    records = [json.loads(line) for line in for_programs.stdout.splitlines()]
    assert [record["file"] for record in records] == files
    assert ["error" in record for record in records] == [True, True, False, False]


def test_a_text_without_words_is_told(tmp_path: Path, models_dir: Path) -> None:
    done = voiceos("say", "\N{SLIGHTLY SMILING FACE}", "--out", "said.wav", home=tmp_path, models=models_dir)
    assert done.returncode == 5
    assert "nothing in this text that can be spoken" in done.stderr.decode()
    assert not (tmp_path / "said.wav").exists()
