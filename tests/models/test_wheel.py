"""The whole loop from an installed wheel, with the real engines, away from the checkout."""

from __future__ import annotations

from pathlib import Path

from tests import wheel


def test_a_spoken_question_is_answered_aloud(tmp_path: Path, models_dir: Path) -> None:
    installed = wheel.install(tmp_path)
    models = {"VOICEOS_MODELS": str(models_dir)}
    said = installed.run("say", "What is the capital of Italy?", "--out", "question.wav", **models)
    assert said.returncode == 0, said.stderr
    answered = installed.run("ask", "--audio", "question.wav", "--out", "answer.wav", **models)
    assert answered.returncode == 0, answered.stderr
    assert "rome" in answered.stdout.decode().lower()
    heard = installed.run("transcribe", "answer.wav", **models)
    assert "rome" in heard.stdout.decode().lower(), heard.stderr
