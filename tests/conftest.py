"""Fixtures that every group shares."""

from __future__ import annotations

import os
from pathlib import Path

import hypothesis
import platformdirs
import pytest

ROOT = Path(__file__).parent.parent

# No test asserts how long something took: beside others an example may take any time.
hypothesis.settings.register_profile("voiceos", deadline=None)
hypothesis.settings.load_profile("voiceos")


@pytest.fixture(autouse=True)
def _memories_of_its_own(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test starts warm from another, or from the user's own use, nor meets an assistant of theirs that runs."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("run")))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))


@pytest.fixture(scope="session")
def models_dir() -> Path:
    """Where the models lie that the tests pin; `make test` fetches them before any test runs."""
    return Path(os.environ.get("VOICEOS_MODELS") or platformdirs.user_data_path("voiceos") / "models")


@pytest.fixture(scope="session")
def speech_dir() -> Path:
    """Optional shared test data: human recordings with transcripts."""
    path = Path(os.environ.get("VOICEOS_SPEECH") or ROOT / "../shared/speech")
    if not (path / "README.md").exists():
        pytest.skip("no human recordings here: set VOICEOS_SPEECH to a folder that holds them")
    return path
