"""uv and pipx put a `voiceos` from the wheel beside one's other commands, and it finds all that it needs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

import voiceos
from tests import wheel

SCRIPTS = Path(sysconfig.get_path("scripts"))

Installer = Callable[[Path, Path], list[str]]
"""The command that installs a wheel, by name; it may put files into a folder."""


def nothing_else(folder: Path) -> Path:
    """Overrides by which no dependency is installed: they are there already, and no engine is compiled again."""
    needed = tomllib.loads((wheel.ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    names = [re.split(r"[^\w.-]", line, maxsplit=1)[0] for line in needed]
    file = folder / "overrides.txt"
    file.write_text("".join(f"{name}; python_version < '3'\n" for name in names))
    return file


def with_uv(made: Path, folder: Path) -> list[str]:
    overrides = str(nothing_else(folder))
    return ["uv", "tool", "install", "--offline", "--python", sys.executable, "--overrides", overrides, str(made)]


def with_pipx(made: Path, folder: Path) -> list[str]:
    """It insists on every dependency that the wheel names, so here the wheel names none."""
    bare = folder / made.name
    with zipfile.ZipFile(made) as whole, zipfile.ZipFile(bare, "w") as copy:
        for entry in whole.infolist():
            content = whole.read(entry)
            if entry.filename.endswith(".dist-info/METADATA"):
                content = re.sub(rb"^Requires-Dist: .*\n", b"", content, flags=re.MULTILINE)
            copy.writestr(entry, content)
    return ["pipx", "install", "--python", sys.executable, "--pip-args=--no-index", str(bare)]


@pytest.mark.parametrize(("installer", "tools"), [(with_uv, ".local/share/uv/tools"), (with_pipx, ".pipx/venvs")])
def test_it_is_a_command_of_its_own(installer: Installer, tools: str, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    program, *arguments = installer(wheel.build(tmp_path / "dist"), tmp_path)
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VOICEOS", "XDG", "UV"))
    }
    environment: Mapping[str, str] = kept | {"HOME": str(home), "PIPX_HOME": str(home / ".pipx")}
    done = subprocess.run(
        [SCRIPTS / program, *arguments], env=environment, cwd=home, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    (packages,) = (home / tools / "voiceos").glob("lib/python*/site-packages")
    (packages / "shared.pth").write_text(sysconfig.get_path("purelib") + "\n")

    def run(*arguments: str) -> str:
        command = [home / ".local/bin/voiceos", *arguments]
        return subprocess.run(command, env=environment, cwd=home, capture_output=True, text=True, check=True).stdout

    assert run("--version").startswith(f"voiceos {voiceos.__version__}\n")
    assert "en_US-joe-medium" in run("models", "list")
    assert run("config", "init").strip() == str(home / ".config/voiceos/config.toml")
