"""What is installed from a wheel finds all that it needs, without the checkout."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
import soundfile

import voiceos
from tests import wheel
from tests.wheel import Installed
from voiceos import languages, shipped
from voiceos.engines.scripted import ScriptedVoice
from voiceos.speaking.speakable import speakable

SCRIPTED = {f"VOICEOS_{stage}__ENGINE": "scripted" for stage in ("STT", "LLM", "TTS")} | {
    "VOICEOS_END_OF_TURN__ENGINE": "none"
}
SPEECH = languages.folder("en") / "clips" / "error.stt.0.flac"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    return wheel.install(tmp_path_factory.mktemp("wheel"))


def test_it_is_this_version_and_names_its_engines(installed: Installed) -> None:
    said = installed.run("--version").stdout.decode().splitlines()
    assert said[0] == f"voiceos {voiceos.__version__}"
    named = dict(line.split(" ", 1) for line in said)
    assert {"Python", "faster-whisper", "ctranslate2", "llama-cpp-python", "llama.cpp", "piper-tts"} <= set(named)
    assert {"onnxruntime", "pymicro-wakeword"} <= set(named)
    assert not {"none", "unknown"} & set(named.values())


def test_its_code_comes_from_the_wheel(installed: Installed) -> None:
    python = installed.environment / "bin" / "python"
    where = [python, "-c", "import voiceos; print(voiceos.__file__)"]
    found = subprocess.run(where, capture_output=True, text=True, check=True, cwd=installed.home, env={})
    assert Path(found.stdout).is_relative_to(installed.environment)


def test_every_requirement_is_answered_by_what_the_tests_run_against(installed: Installed) -> None:
    assert "No broken requirements" in wheel.pip(installed.environment, "check")


@pytest.mark.parametrize("name", shipped.FILES)
def test_what_is_shipped_beside_the_code_is_in_the_wheel(installed: Installed, name: str) -> None:
    python = installed.environment / "bin" / "python"
    ask = f"from voiceos import shipped; print(shipped.text({name!r}), end='')"
    read = subprocess.run([python, "-c", ask], capture_output=True, text=True, check=True, cwd=installed.home, env={})
    assert read.stdout == (wheel.ROOT / name).read_text()


def test_it_knows_its_models_and_makes_its_settings(installed: Installed) -> None:
    models = json.loads(installed.run("models", "list", "--json").stdout)
    assert len(models) > 3
    made = installed.run("config", "init")
    path = installed.home / ".config" / "voiceos" / "config.toml"
    assert made.stdout.decode().strip() == str(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert installed.run("config", "check").returncode == 0


def test_the_whole_loop_runs_on_a_file(installed: Installed) -> None:
    """The scripted recogniser hears a question for the time, which needs no model; the voice is scripted too."""
    done = installed.run("ask", "--audio", str(SPEECH), "--out", "answer.wav", "--json", **SCRIPTED)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["question"] == "What time is it?"
    assert any(character.isdigit() for character in answer["answer"])
    spoken = ScriptedVoice().synthesize(speakable(answer["answer"], "en").text, 1.0)
    assert soundfile.info(installed.home / "answer.wav").duration > len(spoken.samples) / spoken.rate_hz - 0.05
