"""A sound card for machines that have none: PulseAudio with null sinks, behind real ALSA and PortAudio.

    sink   speaker       what the assistant plays            → left channel of card.monitor
    sink   mouth         the user's speech is played here    → right channel of card.monitor
    sink   walls         a room's answer is played here      → a third channel, which is not recorded
    source microphone    what the assistant hears by default: the user alone, as with an earpiece
    source openair       the user plus the assistant's own voice at −12 dB: a loudspeaker in a room (`set_echo`, `room`)
    source card.monitor  what `record()` takes: both voices, sample-aligned, on one clock

It needs the Debian packages pulseaudio, pulseaudio-utils and libasound2-plugins. A PulseAudio of its own is started in
a folder of its own; the user's sound server is neither used nor touched.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import soxr

from voiceos.audio.frames import Samples
from voiceos.bench import walls
from voiceos.bench.recording import Recording
from voiceos.clock import Clock, SystemClock
from voiceos.errors import AudioError

RATE_HZ = 48_000
"""Rate of the card's one clock, and of every recording."""

_PROGRAMS = ("pulseaudio", "pactl", "pacat", "parec")

_SCRIPT = "load-module module-native-protocol-unix socket={socket} auth-anonymous=1\n"

_DEVICES = """\
load-module module-null-sink sink_name=card rate=48000 channels=3 channel_map=front-left,front-right,rear-center
load-module module-remap-sink sink_name=speaker master=card channels=1 master_channel_map=front-left \
channel_map=mono remix=no sink_properties=device.description=speaker
load-module module-remap-sink sink_name=mouth master=card channels=1 master_channel_map=front-right channel_map=mono \
remix=no
load-module module-remap-sink sink_name=walls master=card channels=1 master_channel_map=rear-center channel_map=mono \
remix=no
load-module module-remap-source source_name=microphone master=card.monitor channels=1 master_channel_map=front-right \
channel_map=mono remix=no
load-module module-remap-source source_name=assistant master=card.monitor channels=1 master_channel_map=front-left \
channel_map=mono remix=no
load-module module-remap-source source_name=openair master=card.monitor format=float32le channels=3 \
master_channel_map=front-left,front-right,rear-center channel_map=front-left,front-right,rear-center remix=no
load-module module-null-sink sink_name=pace rate=48000 channels=1 channel_map=mono
load-module module-loopback source=microphone sink=pace latency_msec=5
set-default-sink speaker
set-default-source microphone
"""

# All sound is on the clock of `card`: loopbacks between two sinks, and players that share a busy event loop, would have
# the delay of an echo wander as no room does.

# `pulse` by name is what a user of PulseAudio has as well; the default goes the same way.
_ALSA = """\
pcm.!default {{ type pulse server "unix:{socket}" }}
ctl.!default {{ type pulse server "unix:{socket}" }}
pcm.earpiece {{ type pulse server "unix:{socket}" hint {{ show on description "Virtual Earpiece" }} }}
pcm.openair {{ type pulse server "unix:{socket}" device openair hint {{ show on description "Virtual Openair" }} }}
"""


@dataclass(frozen=True, slots=True)
class Played:
    """When a stretch of the user's speech was handed over; for exact times look at the recording."""

    started: float
    """Monotonic seconds just before the player started."""
    finished: float
    """Monotonic seconds at which the last sample had been played."""


class VirtualCard:
    """`with VirtualCard() as card:`; the environment of the process is changed for as long, so that PortAudio finds it.

    Set it up before sounddevice is imported, or call `voiceos.audio.devices.reinitialise()` after.
    """

    def __init__(self, *, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._folder = Path()
        self._pid: int | None = None

    @staticmethod
    def missing() -> str:
        """Why there can be no virtual card here, as a sentence; empty where there can."""
        absent = [name for name in _PROGRAMS if shutil.which(name) is None]
        if not absent:
            return ""
        return f"no virtual sound card: {', '.join(absent)} not installed (on PipeWire desktops PulseAudio is absent)"

    @property
    def running(self) -> bool:
        return self._pid is not None

    @property
    def environment(self) -> Mapping[str, str]:
        """What a child process needs in its environment to have this card as its default."""
        return {
            "PULSE_SERVER": f"unix:{self._socket}",
            "ALSA_CONFIG_PATH": f"/usr/share/alsa/alsa.conf:{self._folder / 'asound.conf'}",
        }

    @property
    def _socket(self) -> Path:
        return self._folder / "pulse.sock"

    def __enter__(self) -> Self:
        if reason := self.missing():
            raise AudioError(reason, hint="sudo apt-get install pulseaudio pulseaudio-utils libasound2-plugins")
        # Short, because a socket's path may have 107 characters at most.
        self._folder = Path(tempfile.mkdtemp(prefix="voiceos-card-"))
        (self._folder / "asound.conf").write_text(_ALSA.format(socket=self._socket))
        self._before = {name: os.environ.get(name) for name in self.environment}
        os.environ.update(self.environment)
        self.start_server()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop_server()
        for name, value in self._before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        shutil.rmtree(self._folder, ignore_errors=True)

    def start_server(self, *, bare: bool = False) -> None:
        """Start PulseAudio and return when it takes connections; a `bare` one has no devices. Raises AudioError."""
        script = _SCRIPT.format(socket=self._socket) + ("" if bare else _DEVICES)
        (self._folder / "card.pa").write_text(script)
        mine = {name: str(self._folder) for name in ("HOME", "XDG_RUNTIME_DIR", "PULSE_RUNTIME_PATH")}
        environment = {name: value for name, value in os.environ.items() if name != "PULSE_SERVER"} | mine
        command = ["pulseaudio", "-n", "--daemonize=yes", "--use-pid-file=yes", "--exit-idle-time=-1", "--realtime=no"]
        command += [f"--log-target=file:{self._folder / 'pulse.log'}", f"--file={self._folder / 'card.pa'}"]
        # Daemonising returns once the start-up script has run, so nothing here has to wait and see.
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise AudioError(f"the virtual sound card did not start: {done.stderr.strip()}")
        self._pid = int((self._folder / "pid").read_text())
        if not bare:
            self._balance()

    def unload(self, kind: str = "") -> None:
        """Take devices away: "sinks", "sources", or all."""
        wanted = [line.split()[1] for line in _lines(kind)]
        for line in self.pactl("list", "short", "modules").splitlines():
            index, name, *_ = line.split("\t")
            if name in wanted:
                with contextlib.suppress(AudioError):  # it went with another
                    self.pactl("unload-module", index)

    def load(self, kind: str = "") -> None:
        """Put them back."""
        for line in _lines(kind) + [one for one in _DEVICES.splitlines() if one.startswith("set-default")]:
            with contextlib.suppress(AudioError):  # there is none of the other kind
                self.pactl(*line.split())
        if kind != "sinks":
            self._balance()

    def _balance(self) -> None:
        self.set_echo(-12.0)
        self._settle()

    def _settle(self) -> None:
        # Null sinks begin with blocks of two seconds, and drop to the few milliseconds that a loopback asks for only
        # then (it is there for nothing else); a stream opened before that gets them all at once and chokes on it.
        command = ["parec", "--raw", "--device=openair", "--latency-msec=20", *_FORMAT, "--channels=1"]
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=os.environ | self.environment
        ) as process:
            assert process.stdout is not None
            process.stdout.read(RATE_HZ * 4)
            process.terminate()

    def stop_server(self, *, kill: bool = False) -> None:
        """End PulseAudio and return when it is gone; `kill` gives it no chance to say goodbye."""
        if self._pid is None:
            return
        handle = os.pidfd_open(self._pid)
        try:
            os.kill(self._pid, signal.SIGKILL if kill else signal.SIGTERM)
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

    @contextmanager
    def suspended_microphone(self) -> Iterator[None]:
        """The microphone gives nothing at all, as one whose Bluetooth link is gone; everything else goes on."""
        self.pactl("suspend-source", "microphone", "1")
        try:
            yield
        finally:
            self.pactl("suspend-source", "microphone", "0")

    def set_microphone_muted(self, muted: bool) -> None:
        """Mute at the mixer: the source then gives digital zeros."""
        self.pactl("set-source-mute", "microphone", "1" if muted else "0")

    def set_echo(self, level_db: float) -> None:
        """How loud `openair` hears the assistant against what it plays; −12 dB at the start."""
        self._mix(10 ** (level_db / 20))

    def _mix(self, echo: float) -> None:
        """Of `openair`, the echo's linear: whoever takes one channel of its three is given their mean."""
        self.pactl("set-source-volume", "openair", *(f"{3 * factor:.6f}" for factor in (echo, 1.0, 1.0)))

    @asynccontextmanager
    async def room(self, response: Samples, rate_hz: int, *, level_db: float) -> AsyncIterator[None]:
        """Let `openair` hear the assistant through a room's impulse response, `level_db` by energy against what it
        plays, instead of directly. The players add some 150 ms, as a Bluetooth loudspeaker does."""
        self._mix(0.0)
        async with contextlib.AsyncExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            np.save(folder / "reply.npy", walls.reply_of(response, rate_hz, level_db))
            answering = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "voiceos.bench.walls", str(folder / "reply.npy")),
                env=os.environ | self.environment,
            )
            stack.push_async_callback(_end, answering)
            yield

    async def play_to_microphone(self, samples: Samples, rate_hz: int = RATE_HZ) -> Played:
        """Speak as the user; returns when the last sample has been played. Raises AudioError."""
        sound = soxr.resample(samples, rate_hz, RATE_HZ) if rate_hz != RATE_HZ else samples
        command = ["pacat", "--playback", "--raw", "--device=mouth", "--latency-msec=100", *_FORMAT, "--channels=1"]
        started = self._clock.monotonic()
        process = await asyncio.create_subprocess_exec(
            *command, stdin=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, env=os.environ | self.environment
        )
        try:
            _, problem = await process.communicate(np.ascontiguousarray(sound, dtype=np.float32).tobytes())
        except asyncio.CancelledError:
            process.terminate()
            await process.wait()
            raise
        if process.returncode != 0:
            raise AudioError(f"nothing could be played to the virtual microphone: {problem.decode().strip()}")
        return Played(started, self._clock.monotonic())

    @asynccontextmanager
    async def room_noise(self) -> AsyncIterator[None]:
        """Noise at −70 dBFS in the microphone, as any room has: digital silence is a sign of a dead one."""
        command = ["pacat", "--playback", "--raw", "--device=mouth", "--latency-msec=200", *_FORMAT, "--channels=1"]
        process = await asyncio.create_subprocess_exec(
            *command, stdin=asyncio.subprocess.PIPE, env=os.environ | self.environment
        )

        async def hiss() -> None:
            assert process.stdin is not None
            noise = np.random.default_rng(0)
            with contextlib.suppress(ConnectionError):  # the server went away, and the noise with it
                while True:
                    process.stdin.write(noise.normal(0.0, 0.0003, RATE_HZ // 4).astype(np.float32).tobytes())
                    await process.stdin.drain()

        hissing = asyncio.create_task(hiss())
        try:
            yield
        finally:
            hissing.cancel()
            await asyncio.gather(hissing, return_exceptions=True)
            if process.returncode is None:
                process.terminate()
            await process.wait()

    @asynccontextmanager
    async def record(self) -> AsyncIterator[Recording]:
        """Record both voices for as long as the block runs. The first sample is there when the block begins."""
        command = [
            "parec",
            "--raw",
            "--device=card.monitor",
            "--latency-msec=20",
            *_FORMAT,
            "--channels=2",
            "--no-remix",
        ]
        process = await asyncio.create_subprocess_exec(
            *command, stdout=asyncio.subprocess.PIPE, env=os.environ | self.environment
        )
        assert process.stdout is not None
        recording = Recording()
        recording.add(await process.stdout.read(1 << 16))
        reader = asyncio.create_task(recording.take(process.stdout))
        try:
            yield recording
        finally:
            if process.returncode is None:
                process.terminate()
            await process.wait()
            await reader

    def listed(self, what: str) -> list[dict[str, Any]]:
        """What the server has of a kind: "sinks", "source-outputs" …"""
        found: list[dict[str, Any]] = json.loads(self.pactl("--format=json", "list", what))
        return found

    def pactl(self, *arguments: str) -> str:
        """What the server's own tool says. Raises AudioError where it complains."""
        done = subprocess.run(
            ["pactl", *arguments],  # noqa: S607 -- found on the PATH, as its package puts it
            env=os.environ | self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise AudioError(f"pactl {' '.join(arguments)}: {done.stderr.strip()}")
        return done.stdout


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.terminate()
    await process.wait()


def _lines(kind: str) -> list[str]:
    """Those of the script that load devices of a kind."""
    loads = [line for line in _DEVICES.splitlines() if line.startswith("load-module")]
    of_sources = [line for line in loads if "module-remap-source" in line or "module-loopback" in line]
    return {"": loads, "sources": of_sources, "sinks": [line for line in loads if line not in of_sources]}[kind]


_FORMAT = ("--format=float32le", f"--rate={RATE_HZ}")
