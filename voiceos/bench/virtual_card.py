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
import os
import select
import shutil
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import soxr

from voiceos.audio.frames import Samples
from voiceos.bench import walls
from voiceos.bench.recording import Recording
from voiceos.bench.virtual_server import PATIENCE_S, VirtualServer
from voiceos.clock import Clock, SystemClock
from voiceos.errors import AudioError

RATE_HZ = 48_000
"""Rate of the card's one clock, and of every recording."""

SETTLED_BYTES = RATE_HZ * 4 // 2
"""Half a second of sound, behind which a new card's blocks have their length."""

_PROGRAMS = ("pulseaudio", "pactl", "pacat", "parec")

# norewinds: else a null sink begins with blocks of two seconds, and whoever listens chokes on the first.
_DEVICES = """\
load-module module-null-sink sink_name=card norewinds=1 rate=48000 channels=3 \
channel_map=front-left,front-right,rear-center
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
load-module module-null-sink sink_name=pace norewinds=1 rate=48000 channels=1 channel_map=mono
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


class VirtualCard(VirtualServer):
    """`with VirtualCard() as card:`; the environment of the process is changed for as long, so that PortAudio finds it.

    Set it up before sounddevice is imported, or call `voiceos.audio.devices.reinitialise()` after.
    """

    def __init__(self, *, clock: Clock | None = None) -> None:
        super().__init__()
        self._clock = clock or SystemClock()

    @staticmethod
    def missing() -> str:
        """Why there can be no virtual card here, as a sentence; empty where there can."""
        absent = [name for name in _PROGRAMS if shutil.which(name) is None]
        if not absent:
            return ""
        return f"no virtual sound card: {', '.join(absent)} not installed (on PipeWire desktops PulseAudio is absent)"

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
        self._start("" if bare else _DEVICES)
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
        # Null sinks drop to the few milliseconds that a loopback asks for (it is there for nothing else) only behind
        # their first block; a stream that is opened before gets several at once.
        command = ["parec", "--raw", "--device=openair", "--latency-msec=20", *_FORMAT, "--channels=1"]
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=os.environ | self.environment
        ) as process:
            assert process.stdout is not None
            ends, read = self._clock.monotonic() + PATIENCE_S, 0
            while read < SETTLED_BYTES and (left_s := ends - self._clock.monotonic()) > 0:
                if select.select([process.stdout], [], [], left_s)[0]:
                    read += len(more := os.read(process.stdout.fileno(), 1 << 16))
                    if not more:
                        break
            process.kill()
        if read < SETTLED_BYTES:
            raise AudioError(f"no sound flows through the virtual card: {read} bytes came in {PATIENCE_S:.0f} s")

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
        # A file, no pipe: pacat spins from when a pipe is closed until it has played what was in it, on a
        # core that the assistant would answer with.
        with tempfile.TemporaryFile() as file:
            file.write(np.ascontiguousarray(sound, dtype=np.float32).tobytes())
            file.seek(0)
            process = await asyncio.create_subprocess_exec(
                *command, stdin=file, stderr=asyncio.subprocess.PIPE, env=os.environ | self.environment
            )
        try:
            _, problem = await process.communicate()
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
