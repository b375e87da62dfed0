"""voiceos as its users have it: a wheel in an environment of its own, away from the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True, slots=True)
class Installed:
    wheel: Path
    environment: Path
    home: Path

    def run(self, *arguments: str, stdin: bytes = b"", **environ: str) -> subprocess.CompletedProcess[bytes]:
        """`voiceos …` in an empty home, with nothing of the checkout in reach."""
        outside = {
            name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VOICEOS", "XDG"))
        }
        return subprocess.run(
            [self.environment / "bin" / "voiceos", *arguments],
            input=stdin,
            capture_output=True,
            env=outside | {"HOME": str(self.home)} | environ,
            cwd=self.home,
            check=False,
        )


def build(folder: Path) -> Path:
    """Make the wheel. The build backend is among the pinned build requirements."""
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (wheel,) = folder.glob("*.whl")
    return wheel


def pip(environment: Path, *arguments: str | Path) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "pip", "--python", environment / "bin" / "python", *arguments],
        capture_output=True,
        text=True,
        cwd=environment,
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def install(folder: Path) -> Installed:
    """Build, and install in a new environment that finds what voiceos depends on where the tests have it, so that no
    engine is compiled again."""
    wheel = build(folder / "dist")
    environment = folder / "environment"
    venv.create(environment, with_pip=False, symlinks=True)
    packages = sysconfig.get_path("purelib", vars={"base": str(environment), "platbase": str(environment)})
    # The folder's own .pth files, the checkout's among them, are not read.
    Path(packages, "shared.pth").write_text(sysconfig.get_path("purelib") + "\n")
    pip(environment, "install", "--quiet", "--no-deps", "--no-index", wheel)
    home = folder / "home"
    home.mkdir()
    return Installed(wheel, environment, home)
