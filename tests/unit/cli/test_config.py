from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from voiceos.cli.config import app
from voiceos.config import KEYS
from voiceos.config.reference import config_toml, markdown
from voiceos.errors import ConfigError


@pytest.fixture(autouse=True)
def _no_settings_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith("VOICEOS_") and "__" in name:
            monkeypatch.delenv(name)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def run(path: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["--config", str(path), *arguments])


def test_init_set_get_and_check_work_together(path: Path) -> None:
    assert run(path, "init").exit_code == 0
    assert path.read_text() == config_toml()
    assert run(path, "set", "audio.volume", "0.8").output == f"audio.volume = 0.8 in {path}\n"
    assert run(path, "get", "audio.volume").output == "0.8\n"
    assert json.loads(run(path, "get", "audio.volume", "--json").output)["audio.volume"] == 0.8
    assert run(path, "check").output == f"{path}: no mistakes\n"


def test_init_writes_over_nothing(path: Path) -> None:
    path.write_text("mine")
    result = run(path, "init")
    assert isinstance(result.exception, ConfigError)
    assert path.read_text() == "mine"


def test_the_table_shows_every_setting_and_its_origin(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.write_text('version = 1\n[assistant]\nname = "Bo [red]"\n')
    monkeypatch.setenv("VOICEOS_LLM__SEED", "7")
    monkeypatch.setenv("COLUMNS", "300")
    output = run(path).output
    rows = {line.split()[1]: line for line in output.splitlines() if line.startswith("│")}
    assert list(rows) == list(KEYS)
    assert '"Bo [red]"' in rows["assistant.name"]
    assert f"{path}:3" in rows["assistant.name"]
    assert "environment VOICEOS_LLM__SEED" in rows["llm.seed"]
    assert "default" in rows["llm.model"]


def test_the_table_for_programs(path: Path) -> None:
    path.write_text("version = 1\n[audio]\nearcons = false\n")
    shown = json.loads(run(path, "--json").output)
    assert list(shown) == list(KEYS)
    assert shown["audio.earcons"] == {
        "value": False,
        "default": True,
        "origin": f"{path}:3",
        "allowed": "true or false",
    }


def test_a_variable_that_hides_what_was_set_is_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.write_text("version = 1\n")
    monkeypatch.setenv("VOICEOS_TTS__SPEED", "2")
    assert "VOICEOS_TTS__SPEED is set and goes before it" in run(path, "set", "tts.speed", "1.5").stderr
    assert tomllib.loads(path.read_text())["tts"] == {"speed": 1.5}


def test_check_names_every_mistake(path: Path) -> None:
    path.write_text('version = 1\n[audio]\nvolume = 3\n[log]\nlevel = "LOUD"\n')
    result = run(path, "check")
    assert isinstance(result.exception, ConfigError)
    assert f"{path}:3: " in str(result.exception)
    assert f"{path}:5: " in str(result.exception)
    for_programs = CliRunner().invoke(app, ["check", str(path), "--json"])
    assert for_programs.exit_code == ConfigError.exit_code
    assert [problem["where"] for problem in json.loads(for_programs.output)] == [f"{path}:3", f"{path}:5"]


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ('[llm]\nmodel = "qwen2.5-codr-1.5b-instruct-q4_k_m"', "qwen2.5-coder-1.5b-instruct-q4_k_m"),
        ('[tts]\nvoice = "faster-whisper-base"', "another kind"),
        ('[assistant]\nlanguage = "zz"', "en"),
    ],
)
def test_check_knows_which_models_and_languages_there_are(path: Path, setting: str, told: str) -> None:
    path.write_text(f"version = 1\n{setting}\n")
    error = str(run(path, "check").exception)
    assert f"{path}:3: " in error
    assert told in error


def test_a_section_is_shown_whole(path: Path) -> None:
    path.write_text("version = 1\n[tts]\nspeed = 1.5\n")
    lines = run(path, "get", "tts").output.splitlines()
    assert [line.split(" = ")[0] for line in lines] == [name for name in KEYS if name.startswith("tts.")]
    assert "tts.speed = 1.5" in lines
    assert json.loads(run(path, "get", "tts", "--json").output)["tts.speed"]["value"] == 1.5


def test_the_reference_goes_to_a_file_or_the_screen(path: Path) -> None:
    assert CliRunner().invoke(app, ["reference"]).output == markdown()
    assert CliRunner().invoke(app, ["reference", "--toml", "--output", str(path)]).exit_code == 0
    assert path.read_text() == config_toml()


def test_a_mistake_ends_in_plain_words_and_its_exit_code(path: Path) -> None:
    """From the outside: what the whole program does with an error that a verb raises."""
    command = [sys.executable, "-m", "voiceos", "config", "--config", str(path), "set", "audio.volum", "0.5"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    assert done.returncode == 3
    assert "audio.volume" in done.stderr
    assert "Traceback" not in done.stderr
