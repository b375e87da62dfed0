"""Fixtures that every group shares."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs
import pytest

ROOT = Path(__file__).parent.parent


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
