from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from voiceos import config

ROOT = Path(__file__).parents[3]


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """A folder that holds the package and nothing else of the repository, as site-packages does."""
    folder = tmp_path / "lib"
    ignore = shutil.ignore_patterns("__pycache__")
    for part in ("config", "languages"):
        shutil.copytree(ROOT / "voiceos" / part, folder / "voiceos" / part, ignore=ignore)
    for name in ("__init__.py", "errors.py", "files.py", "stored.py"):
        shutil.copy(ROOT / "voiceos" / name, folder / "voiceos" / name)
    return folder


def user_file_of(folder: Path, home: Path) -> Path:
    """Where the package in `folder` looks for the user's file."""
    done = subprocess.run(
        [sys.executable, "-c", "from voiceos import config; print(config.__file__); print(config.user_file())"],
        env={**os.environ, "PYTHONPATH": str(folder), "HOME": str(home), "XDG_CONFIG_HOME": str(home / ".config")},
        cwd=home,
        capture_output=True,
        text=True,
        check=True,
    )
    module, answer = done.stdout.splitlines()
    assert Path(module).is_relative_to(folder), "another copy of the package answered"
    return Path(answer)


def test_in_a_checkout_the_file_at_its_root_is_the_users() -> None:
    assert config.user_file() == ROOT.resolve() / "config.toml"


def test_once_installed_the_users_file_is_among_their_settings(installed: Path, tmp_path: Path) -> None:
    found = user_file_of(installed, tmp_path)
    assert found.is_relative_to(tmp_path)
    assert not found.is_relative_to(installed)
    assert found.parts[-2:] == ("voiceos", "config.toml")


def test_a_checkout_is_known_by_its_project_file(installed: Path, tmp_path: Path) -> None:
    (installed / "pyproject.toml").touch()
    assert user_file_of(installed, tmp_path) == installed.resolve() / "config.toml"
