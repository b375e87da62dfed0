"""`voiceos setup`: the first meeting by text, for people of three temperaments."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from voiceos.cli.main import app
from voiceos.meeting import Question, Stage, kept
from voiceos.memory import USER, Store
from voiceos.thinking import character


@pytest.fixture(autouse=True)
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("VOICEOS_MODELS", str(tmp_path / "none"))
    path = tmp_path / "config.toml"
    path.write_text("# mine\nversion = 1\n\n[memory]\nlearn = true  # as it was\n")
    return path


def setup(path: Path, *lines: str, anew: bool = False) -> Result:
    arguments = ["setup", "--config", str(path), *(["--anew"] if anew else [])]
    return CliRunner().invoke(app, arguments, input="".join(f"{line}\n" for line in lines))


def written(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text())


def test_all_is_answered_and_kept_without_sound_or_models(settings: Path) -> None:
    told = setup(
        *(
            settings,
            "I'm Sam",
            "faster",
            "keep",
            "gentle and funny",
            "books",
            "from ten to half past six",
            "never",
            "yes",
        )
    )
    assert told.exit_code == 0, told.output
    assert "Nice to meet you, Sam." in told.stdout or "glad to meet you, Sam." in told.stdout
    assert "This is how I sound" not in told.stdout
    assert written(settings)["assistant"] == {"user_name": "Sam", "character": "ours", "name": "Emma"}
    assert written(settings)["initiative"] == {"quiet_hours": "22:00-06:30", "level": "off"}
    assert written(settings)["tts"] == {"speed": 1.15}
    assert settings.read_text().startswith("# mine\n")
    assert "# as it was" in settings.read_text()
    assert character.load("en", "ours").directness == "gentle"
    assert kept.load().stage is Stage.DONE
    with Store() as store:
        assert [fact.sentence for fact in store.facts(subject=USER)] == ["I'm called Sam."]


def test_skip_back_again_why_and_not_now(settings: Path) -> None:
    told = setup(settings, "again", "skip", "back", "why", "Kim", "not now")
    assert told.exit_code == 0
    assert told.stdout.count("What may I call you?") == 4
    assert "only kept here" in told.stdout
    assert written(settings)["assistant"] == {"user_name": "Kim"}
    assert kept.load().stage is Stage.PUT_OFF


def test_where_lines_end_it_is_kept_and_goes_on_there(settings: Path) -> None:
    first = setup(settings, "Sam", "keep")
    assert first.exit_code == 0
    assert "goes on here" in first.stdout
    second = setup(settings, "calm")
    assert second.stdout.startswith("Hello again, Sam.")
    assert kept.load().question is Question.TALK
    assert "What may I call you?" in setup(settings, anew=True).stdout


def test_what_the_environment_says_goes_before_and_is_told(settings: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOICEOS_ASSISTANT__USER_NAME", "Boss")
    told = setup(settings, "Sam")
    assert "has no effect as long as environment" in told.stderr
    assert written(settings)["assistant"] == {"user_name": "Sam"}


def test_a_mistake_in_the_settings_is_told_plainly(settings: Path) -> None:
    settings.write_text("[tts]\nspeed = 9\n")
    assert setup(settings, "Sam").exit_code == 3


def test_ctrl_c_ends_with_130_and_keeps_what_was_answered(settings: Path) -> None:
    command = [sys.executable, "-m", "voiceos", "setup", "--config", str(settings)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=os.environ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write("Sam\n")
        process.stdin.flush()
        assert "What may I call you?" in process.stdout.readline()
        assert "Sam" in process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait() == 130
    assert kept.load().question is Question.VOICE
    assert written(settings)["assistant"] == {"user_name": "Sam"}


def test_somebody_in_danger_is_told_who_helps_and_asked_nothing_more(settings: Path) -> None:
    settings.write_text('[assistant]\nregion = "GB"\n')
    told = setup(settings, "I want to kill myself.", "Sam")
    assert told.exit_code == 0
    assert "999" in told.stdout or "Samaritans" in told.stdout
    assert told.stdout.count("?") <= 2
    assert "Sam." not in told.stdout
    assert "user_name" not in written(settings)["assistant"]
    assert kept.load().stage is Stage.PUT_OFF
