"""A report that may be shared: what was planted in every corner is not in it, and what helps is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import voiceos
from voiceos.redaction import Redactor

NAME, PERSONA, DEVICE = "Wilhelmina", "You adore the poems of Zebulon Quist.", "Wilhelmina's Earbuds Pro"
SAID = "remind me of the divorce lawyer"
TOKEN = "hf_" + "aBcDeFgHiJkLmNoPqRsTuVwX"
PASSWORD = "correct-horse-battery"

LOG = f"""
2026-01-01T10:00:00+0100 thishost voiceos[12]: voiceos.audio: opened {DEVICE}
2026-01-01T10:00:01+0100 thishost voiceos[12]: voiceos.models: Authorization: Bearer {TOKEN}
2026-01-01T10:00:01+0100 thishost voiceos[12]: fetching https://{NAME}:{PASSWORD}@models.example/x?token={TOKEN}
2026-01-01T10:00:02+0100 thishost voiceos[12]: /home/somebody/music/x.wav cannot be read, HF_TOKEN={TOKEN}
2026-01-01T10:00:03+0100 thishost voiceos[12]: headset AA:BB:CC:DD:EE:FF at 192.168.17.23, wilhelmina@family.example
2026-01-01T10:00:04+0100 thishost voiceos[12]: the tts engine ended unexpectedly with code 70
"""


@pytest.fixture
def report(tmp_path: Path) -> str:
    home = tmp_path / "home"
    (home / "config").mkdir(parents=True)
    settings = home / "config.toml"
    settings.write_text(
        f'version = 1\n[assistant]\nuser_name = "{NAME}"\npersona = "{PERSONA}"\n'
        f'[audio]\ninput_device = "{DEVICE}"\nvolume = 0.35\n[turn_taking]\nend_silence_ms = 640\n'
    )
    state = home / "state" / "voiceos"
    state.mkdir(parents=True)
    turn = {"version": 1, "at": "2026-01-01T10:00:00", "turn": 4, "latency_ms": 1234, "heard": SAID}
    (state / "turns.jsonl").write_text(json.dumps(turn) + "\n")
    journal = tmp_path / "bin" / "journalctl"
    journal.parent.mkdir()
    journal.write_text(f"#!/bin/sh\ncat <<'END'\n{LOG}\nEND\n")
    journal.chmod(0o755)
    done = subprocess.run(
        [sys.executable, "-m", "voiceos", "report", "--no-checks", "--out", "report.txt", "--config", str(settings)],
        capture_output=True,
        text=True,
        check=False,
        cwd=home,
        env=os.environ
        | {
            "HOME": str(home),
            "XDG_STATE_HOME": str(home / "state"),
            "HF_TOKEN": TOKEN,
            "VOICEOS_MODELS": str(home / "models"),
            "PATH": f"{journal.parent}:{os.environ['PATH']}",
        },
    )
    assert done.returncode == 0, done.stderr
    assert "read it before you share it" in done.stdout
    path = home / "report.txt"
    assert path.stat().st_mode & 0o777 == 0o600
    return path.read_text()


def test_nothing_private_is_in_it(report: str) -> None:
    planted = [NAME, "Zebulon", "Earbuds", "divorce", TOKEN, PASSWORD, "somebody", "AA:BB", "192.168", "family.example"]
    assert [word for word in planted if word.lower() in report.lower()] == []


def test_what_helps_is_in_it(report: str) -> None:
    for wanted in (
        f"voiceos {voiceos.__version__}",
        "llama-cpp-python",
        "audio.volume = 0.35",
        "turn_taking.end_silence_ms = 640",
        f"assistant.user_name = <{len(NAME)} characters>",
        '"latency_ms": 1234',
        "the tts engine ended unexpectedly with code 70",
        "READ IT BEFORE YOU SHARE IT",
    ):
        assert wanted in report, wanted


def test_wrong_settings_are_named_without_their_values(tmp_path: Path) -> None:
    settings = tmp_path / "config.toml"
    settings.write_text(f'version = 1\n[assistant]\nlanguage = "{NAME}"\n')
    command = [sys.executable, "-m", "voiceos", "report", "--out", "report.txt", "--config", str(settings)]
    subprocess.run(command, check=True, cwd=tmp_path, capture_output=True)
    report = (tmp_path / "report.txt").read_text()
    assert "assistant.language" in report
    assert NAME not in report


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("api_key = 'abc def'", "api_key = <secret>"),
        ('"password": "hunter2"', '"password": <secret>'),
        ("llm.max_reply_tokens = 200", "llm.max_reply_tokens = 200"),
        ("turned 1.2.3 into 4.5", "turned 1.2.3 into 4.5"),
        ("300 tokens in 20 ms", "300 tokens in 20 ms"),
        ("Annabel and Ann", "Annabel and <private>"),
    ],
)
def test_secrets_go_and_the_rest_stays(text: str, left: str) -> None:
    assert Redactor(["Ann"]).text(text) == left
