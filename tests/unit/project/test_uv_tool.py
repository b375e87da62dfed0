"""`uv tool install` of the wheel puts a `voiceos` beside one's other commands that finds all that it needs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from pathlib import Path

import pytest

import voiceos
from tests import wheel


def nothing_else(folder: Path) -> Path:
    """Overrides by which no dependency is installed: they are there already, and no engine is compiled again."""
    needed = tomllib.loads((wheel.ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    names = [re.split(r"[^\w.-]", line, maxsplit=1)[0] for line in needed]
    file = folder / "overrides.txt"
    file.write_text("".join(f"{name}; python_version < '3'\n" for name in names))
    return file


def test_it_is_a_command_of_its_own(tmp_path: Path) -> None:
    uv = shutil.which("uv", path=f"{sysconfig.get_path('scripts')}{os.pathsep}{os.environ.get('PATH', '')}")
    if uv is None:
        pytest.skip("uv is not installed")
    made = wheel.build(tmp_path / "dist")
    home = tmp_path / "home"
    home.mkdir()
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VOICEOS", "XDG", "UV"))
    }
    environment = kept | {"HOME": str(home)}
    command = [
        uv,
        "tool",
        "install",
        "--offline",
        "--python",
        sys.executable,
        "--overrides",
        nothing_else(tmp_path),
        made,
    ]
    done = subprocess.run(command, env=environment, cwd=home, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (packages,) = (home / ".local/share/uv/tools/voiceos").glob("lib/python*/site-packages")
    (packages / "shared.pth").write_text(sysconfig.get_path("purelib") + "\n")
    program = home / ".local/bin/voiceos"

    def run(*arguments: str) -> str:
        command = [program, *arguments]
        return subprocess.run(command, env=environment, cwd=home, capture_output=True, text=True, check=True).stdout

    assert run("--version").startswith(f"voiceos {voiceos.__version__}\n")
    assert "en_US-joe-medium" in run("models", "list")
    assert run("config", "init").strip() == str(home / ".config/voiceos/config.toml")
