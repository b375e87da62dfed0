"""Fixtures that every group shares."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import platformdirs
import pytest

from voiceos import heap

ROOT = Path(__file__).parent.parent

# No test asserts how long something took: beside others an example may take any time.
hypothesis.settings.register_profile("voiceos", deadline=None)
hypothesis.settings.load_profile("voiceos")

heap.one_arena()  # as the program does: else each worker keeps some 30 MB of every program that it has had


@pytest.fixture(scope="session")
def _homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A new folder each time; pytest's own numbering looks through all that there are, each time."""
    folder = tmp_path_factory.mktemp("homes")
    return (folder / str(number) for number in itertools.count())


@pytest.fixture(autouse=True)
def _memories_of_its_own(_homes: Iterator[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """No test starts warm from another, or from the user's own use, nor meets an assistant of theirs that runs."""
    home = next(_homes)
    home.mkdir()
    for variable, name in (("XDG_RUNTIME_DIR", "run"), ("XDG_CACHE_HOME", "cache"), ("XDG_STATE_HOME", "state")):
        (home / name).mkdir(mode=0o700)
        monkeypatch.setenv(variable, str(home / name))


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
