"""A PulseAudio of its own in a folder of its own: started, killed, frozen and asked."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from voiceos.errors import AudioError

PATIENCE_S = 20.0
"""Longest wait for a sound server that starts, or that is asked something; both take well below a second."""

_SCRIPT = "load-module module-native-protocol-unix socket={socket} auth-anonymous=1\n"


class VirtualServer:
    """What a `VirtualCard` lies in, which also makes its folder and removes it."""

    def __init__(self) -> None:
        self._folder = Path()
        self._pid: int | None = None

    @property
    def running(self) -> bool:
        return self._pid is not None

    @property
    def environment(self) -> Mapping[str, str]:
        """What a child process needs in its environment to have this server as its own."""
        return {
            "PULSE_SERVER": f"unix:{self._socket}",
            "ALSA_CONFIG_PATH": f"/usr/share/alsa/alsa.conf:{self._folder / 'asound.conf'}",
        }

    @property
    def _socket(self) -> Path:
        return self._folder / "pulse.sock"

    def _start(self, devices: str) -> None:
        """Return when it takes connections. Raises AudioError.

        Args:
            devices: commands that load them.
        """
        (self._folder / "card.pa").write_text(_SCRIPT.format(socket=self._socket) + devices)
        mine = {name: str(self._folder) for name in ("HOME", "XDG_RUNTIME_DIR", "PULSE_RUNTIME_PATH")}
        environment = {name: value for name, value in os.environ.items() if name != "PULSE_SERVER"} | mine
        command = ["pulseaudio", "-n", "--daemonize=yes", "--use-pid-file=yes", "--exit-idle-time=-1", "--realtime=no"]
        command += [f"--log-target=file:{self._folder / 'pulse.log'}", f"--file={self._folder / 'card.pa'}"]
        # Daemonising returns once the start-up script has run, so nothing here has to wait and see.
        done = run(command, environment)
        if done.returncode != 0:
            raise AudioError(f"the virtual sound card did not start: {done.stderr.strip()}")
        self._pid = int((self._folder / "pid").read_text())

    def stop_server(self, *, kill: bool = False) -> None:
        """End PulseAudio and return when it is gone; `kill` gives it no chance to say goodbye."""
        if self._pid is None:
            return
        handle = os.pidfd_open(self._pid)
        try:
            os.kill(self._pid, signal.SIGKILL if kill else signal.SIGTERM)
            if not select.select([handle], [], [], PATIENCE_S)[0]:  # it stands still, or hangs
                os.kill(self._pid, signal.SIGKILL)
                select.select([handle], [], [])
        finally:
            os.close(handle)
        self._pid = None
        self._socket.unlink(missing_ok=True)
        (self._folder / "pid").unlink(missing_ok=True)

    @contextmanager
    def frozen_server(self) -> Iterator[None]:
        """PulseAudio stands still: no sound flows, and no error is reported either."""
        assert self._pid is not None
        os.kill(self._pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self._pid, signal.SIGCONT)

    def listed(self, what: str) -> list[dict[str, Any]]:
        """What the server has of a kind: "sinks", "source-outputs" …"""
        found: list[dict[str, Any]] = json.loads(self.pactl("--format=json", "list", what))
        return found

    def pactl(self, *arguments: str) -> str:
        """What the server's own tool says. Raises AudioError where it complains."""
        done = run(["pactl", *arguments], os.environ | self.environment)
        if done.returncode != 0:
            raise AudioError(f"pactl {' '.join(arguments)}: {done.stderr.strip()}")
        return done.stdout


def run(command: list[str], environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Raises AudioError where it does not end."""
    try:
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=PATIENCE_S)
    except subprocess.TimeoutExpired as error:
        raise AudioError(f"{' '.join(command)} did not end within {PATIENCE_S:.0f} s") from error
