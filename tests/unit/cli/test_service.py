"""`voiceos service` where systemd, the login manager and the journal are programs that write down what is asked."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAMS = {
    "systemctl": 'case "$*" in --version) echo "systemd 252 (252.1)";; *show*) echo "LoadState=loaded";; esac',
    "loginctl": "",
    "journalctl": "",
    "unshare": "",
}


class Machine:
    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        self._asked = folder / "asked"
        programs = folder / "bin"
        for made in (self.home, programs):
            made.mkdir()
        for name, body in PROGRAMS.items():
            program = programs / name
            program.write_text(f'#!/bin/sh\necho "{name} $*" >>"{self._asked}"\n{body}\n')
            program.chmod(0o755)
        xdg = {name: "" for name in os.environ if name.startswith("XDG_")}
        self._environment = os.environ | xdg | {"HOME": str(self.home), "PATH": f"{programs}:{os.environ['PATH']}"}

    def voiceos(self, *arguments: str) -> str:
        """What the verb prints."""
        command = [sys.executable, "-m", "voiceos", "service", *arguments]
        done = subprocess.run(command, env=self._environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def asked(self) -> list[str]:
        return self._asked.read_text().splitlines()

    @property
    def units(self) -> set[str]:
        return {path.name for path in (self.home / ".config/systemd/user").iterdir()}


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_it_is_installed_with_what_tells_of_its_end_and_says_how_it_can_run_without_a_login(machine: Machine) -> None:
    told = machine.voiceos("install")
    assert machine.units == {"voiceos.service", "voiceos-failed.service"}
    assert "loginctl enable-linger" in told
    assert not [line for line in machine.asked() if line.startswith("loginctl")], "nobody asked for that"
    assert "systemctl --user enable voiceos.service" in machine.asked()
    machine.voiceos("uninstall")
    assert machine.units == set()


def test_on_request_it_runs_without_a_login(machine: Machine) -> None:
    machine.voiceos("install", "--linger")
    assert "loginctl enable-linger" in machine.asked()


def test_it_is_started_anew_and_its_log_is_shown(machine: Machine) -> None:
    machine.voiceos("restart")
    assert "systemctl --user restart voiceos.service" in machine.asked()
    machine.voiceos("logs", "--lines", "7", "--follow")
    assert machine.asked()[-1] == "journalctl --user-unit=voiceos.service --lines=7 --no-hostname --follow"
