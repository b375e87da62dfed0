"""`scripts/setup` on machines that lack everything: what it names, what it calls, and that it never removes anything.

The machine is a folder of commands: the ones every system has, and system tools that say what the test wants said.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
EVERYWHERE = (
    "awk",
    "basename",
    "bash",
    "cat",
    "cksum",
    "dirname",
    "env",
    "getconf",
    "grep",
    "sed",
    "sh",
    "tr",
    "uname",
)

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="these are Linux systems")


@dataclass
class Machine:
    root: Path

    def __post_init__(self) -> None:
        (self.root / "bin").mkdir()
        (self.root / "checkout/scripts").mkdir(parents=True)
        shutil.copy(ROOT / "scripts/setup", self.root / "checkout/scripts/setup")
        for name in EVERYWHERE:
            found = shutil.which(name)
            assert found, name
            (self.root / "bin" / name).symlink_to(found)
        (self.root / "bin/python3").symlink_to(Path(sys.executable).resolve())
        self.has("uv", "echo uv")  # makes environments without python3-venv
        self.has("ldconfig", "true")

    def has(self, command: str, script: str) -> None:
        path = self.root / "bin" / command
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    def debian(self, *installed: str, user: int) -> None:
        self.has("id", f"echo {user}")
        self.has("apt-get", f'echo "apt-get $*" >> {self.root}/calls; [ "$1" = update ]')
        packages = "|".join(installed) or "nothing"
        self.has("dpkg-query", f'for last; do :; done; case "$last" in {packages}) echo installed ;; *) exit 1 ;; esac')

    def calls(self) -> list[str]:
        path = self.root / "calls"
        return path.read_text().splitlines() if path.exists() else []

    def setup(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        answer = subprocess.run(
            [self.root / "bin/bash", self.root / "checkout/scripts/setup", *arguments],
            env={"PATH": str(self.root / "bin"), "HOME": str(self.root), "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert not (self.root / "checkout/.venv").exists(), "nothing may be made before the system packages are there"
        return answer


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_an_unknown_set_up_is_refused(machine: Machine) -> None:
    answer = machine.setup("tset")
    assert answer.returncode == 2
    assert "usage: scripts/setup [run|test]" in answer.stderr


@pytest.mark.parametrize(
    ("mode", "packages"),
    [
        ("run", "g++ libportaudio2 libasound2-plugins"),
        ("test", "g++ libportaudio2 libasound2-plugins espeak-ng pulseaudio pulseaudio-utils systemd"),
    ],
)
def test_without_rights_the_exact_command_is_named_and_nothing_is_installed(
    machine: Machine, mode: str, packages: str
) -> None:
    machine.debian(user=1000)
    answer = machine.setup(mode)
    assert answer.returncode == 1
    assert answer.stderr.endswith(f"  apt-get install --no-install-recommends --no-remove {packages}\n")
    assert machine.calls() == []


def test_a_machine_with_pipewire_keeps_it(machine: Machine) -> None:
    machine.debian("pipewire-alsa", "pipewire-pulse", user=1000)
    answer = machine.setup("test")
    assert answer.stderr.endswith("--no-remove g++ libportaudio2 espeak-ng pulseaudio-utils systemd\n")


def test_as_root_it_says_what_it_installs_and_forbids_removals(machine: Machine) -> None:
    machine.debian("libasound2-plugins", user=0)
    machine.has("cc", "true")
    machine.has("c++", "true")
    answer = machine.setup()
    assert "Installing the system packages that are missing: libportaudio2" in answer.stdout
    assert machine.calls() == [
        "apt-get update -q",
        "apt-get install -q -y --no-install-recommends --no-remove libportaudio2",
    ]
    assert answer.returncode == 1, "this apt-get cannot install"
    assert "without removing others" in answer.stderr


def test_other_systems_are_told_what_is_needed(machine: Machine) -> None:
    machine.has("id", "echo 0")
    answer = machine.setup()
    assert answer.returncode == 1
    for need in ("compiler", "PortAudio"):
        assert need in answer.stderr


def test_a_python_that_is_too_old_does_not_count(machine: Machine) -> None:
    (machine.root / "bin/python3").unlink()
    machine.has("python3", "exit 1")
    machine.has("apt-cache", '[ "$1" = policy ] || [ "$2" = python3.11 ]')
    machine.has("dpkg", "exit 1")
    machine.debian(user=1000)
    assert "--no-remove python3.11 g++" in machine.setup().stderr
