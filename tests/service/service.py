"""The installed service as a test sees it: started, disturbed, looked at and listened to."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import soxr
from numpy.typing import NDArray

from tests.service.manager import HOME, PYTHON, UserManager
from voiceos.daemon import unit
from voiceos.engines.scripted import ScriptedVoice
from voiceos.languages import Phrases
from voiceos.speaking.clips import Clips

UNIT, FAILED = unit.NAME, unit.FAILED
DROP_IN = f".config/systemd/user/{UNIT}.d"
PATIENCE_S = 40.0
"""Until something that must happen counts as not happening; longer than the watchdog's patience."""

SCRIPTED = """\
[assistant]
user_name = "Sam"
[stt]
engine = "scripted"
timeout_s = 3
[llm]
engine = "scripted"
timeout_s = 3
[tts]
engine = "scripted"
timeout_s = 3
[end_of_turn]
engine = "none"
"""

# How the service finds the program under test, and where it logs: this systemd has no journal.
_DROP_IN = f"""\
[Service]
Environment=PYTHONPATH=/srv/voiceos PYTHONDONTWRITEBYTECODE=1
StandardOutput=append:{HOME}/voiceos.log
StandardError=append:{HOME}/voiceos.log
"""

_SOUND_SERVER = """\
[Service]
Type=notify
ExecStart=pulseaudio -n --daemonize=no --use-pid-file=no --exit-idle-time=-1 --realtime=no --log-target=stderr \
--file=%h/card.pa
"""

# One clock: what the assistant says is left, what it hears right. The loopback keeps its blocks short.
_CARD = """\
load-module module-native-protocol-unix auth-anonymous=1
load-module module-null-sink sink_name=card rate=48000 channels=2 channel_map=front-left,front-right
load-module module-remap-sink sink_name=speaker master=card channels=1 master_channel_map=front-left channel_map=mono \
remix=no
load-module module-remap-source source_name=microphone master=card.monitor channels=1 master_channel_map=front-right \
channel_map=mono remix=no
load-module module-remap-sink sink_name=mouth master=card channels=1 master_channel_map=front-right channel_map=mono \
remix=no
load-module module-null-sink sink_name=air rate=48000 channels=1 channel_map=mono
load-module module-loopback source=microphone sink=air latency_msec=5
set-default-sink speaker
set-default-source microphone
"""

_ALSA = "pcm.!default { type pulse }\nctl.!default { type pulse }\n"

RATE_HZ = 16_000

ALIKE = 0.7
"""Correlation from which on a sound is the one that was waited for; others stay below 0.5."""


class Service:
    def __init__(self, manager: UserManager) -> None:
        self.manager = manager

    # Setting it up.

    def install(self) -> None:
        """As its user would do it."""
        self.manager.write(".asoundrc", _ALSA)
        self.manager.write("card.pa", _CARD)
        self.manager.write(".config/systemd/user/pulseaudio.service", _SOUND_SERVER)
        for name in (UNIT, FAILED):
            self.manager.write(f".config/systemd/user/{name}.d/test.conf", _DROP_IN)
        self.voiceos("service", "install")

    def configure(self, settings: str) -> None:
        self.manager.write(".config/voiceos/config.toml", settings)

    def drop_in(self, text: str) -> None:
        """Change the unit for this test."""
        self.manager.write(f"{DROP_IN}/zz.conf", text)
        self.manager.systemctl("daemon-reload")

    def entry(self, module: str) -> None:
        """Start a module of the tests in the place of `voiceos run`: the same daemon with a part that fails."""
        self.drop_in(f"[Service]\nExecStart=\nExecStart={PYTHON} -P -m tests.service.{module}\n")

    def reset(self) -> None:
        """Stopped, unchanged, its failures forgotten."""
        self.manager.systemctl("stop", UNIT, check=False)
        self.manager.systemctl("reset-failed", check=False)
        (self.manager.home / DROP_IN / "zz.conf").unlink(missing_ok=True)
        (self.manager.home / "voiceos.log").unlink(missing_ok=True)
        self.manager.systemctl("daemon-reload")

    def voiceos(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        return self.manager.as_user(PYTHON, "-P", "-m", "voiceos", *arguments, check=check)

    # Looking at it.

    def show(self, name: str) -> str:
        return self.manager.show(UNIT, name)

    @property
    def status(self) -> str:
        """The line that `systemctl status` shows."""
        return self.show("StatusText")

    @property
    def pid(self) -> int:
        return int(self.show("MainPID"))

    @property
    def log(self) -> str:
        path = self.manager.home / "voiceos.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def start(self) -> None:
        done = self.manager.systemctl("start", UNIT, check=False)
        assert done.returncode == 0, f"{done.stderr}{self.status}\n{self.log[-3000:]}"

    def until(self, what: Callable[[], bool], why: str) -> None:
        """Wait for something that happens in another process."""
        if not self.within(what, PATIENCE_S):
            raise AssertionError(f"{why}: {self.show('ActiveState')}, {self.status}\n{self.log[-3000:]}")

    def within(self, what: Callable[[], bool], patience_s: float) -> bool:
        """Whether it comes about."""
        ends = time.monotonic() + patience_s
        while not what():
            if time.monotonic() > ends:
                return False
            time.sleep(0.1)
        return True

    def restarted(self, before: int) -> None:
        """Wait until systemd has started it anew, and it is ready."""
        self.until(lambda: self.pid not in (0, before) and self.show("ActiveState") == "active", "not restarted")

    def engines(self) -> list[int]:
        """Their processes; after a start those of "llm", "stt" and "tts", in this order."""
        return sorted(
            int(path.name)
            for path in Path("/proc").iterdir()
            if path.name.isdigit() and _parent(path) == self.pid and b"engines.worker" in _command(path)
        )

    # The sound server.

    def start_sound(self) -> None:
        import pytest

        if missing := [name for name in ("pulseaudio", "pactl", "pacat", "parec") if not shutil.which(name)]:
            pytest.skip(f"no sound server to test with: {', '.join(missing)} not installed")
        if self.manager.show("pulseaudio.service", "ActiveState") == "active":
            return
        self.manager.systemctl("start", "pulseaudio.service")
        with self.listening() as ear:  # a null sink begins with blocks of two seconds
            ear.hear(RATE_HZ // 2)

    def stop_sound(self) -> None:
        self.manager.systemctl("stop", "pulseaudio.service")

    @property
    def _pulse(self) -> dict[str, str]:
        return os.environ | {"PULSE_SERVER": f"unix:{self.manager.run}/pulse/native"}

    def says(self, samples: NDArray[np.float32], rate_hz: int) -> None:
        """The user speaks."""
        command = ["pacat", "--raw", "--device=mouth", "--format=float32le", f"--rate={rate_hz}", "--channels=1"]
        with tempfile.TemporaryFile() as file:  # from a pipe pacat takes a whole core at the end
            file.write(samples.astype(np.float32).tobytes())
            file.seek(0)
            subprocess.run(command, stdin=file, env=self._pulse, check=True)

    @contextlib.contextmanager
    def listening(self) -> Iterator[Ear]:
        """Record what the assistant sounds."""
        command = ["parec", "--raw", "--device=speaker.monitor", "--format=float32le", f"--rate={RATE_HZ}"]
        command += ["--channels=1", "--latency-msec=50"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, env=self._pulse) as process:
            ear = Ear(process)
            try:
                yield ear
            finally:
                process.send_signal(signal.SIGTERM)
                ear.end()

    def hears_sentence(self, ear: Ear, key: str) -> None:
        """Wait until a sentence of the program's own has sounded, in the scripted voice: its first words."""
        text = Phrases("en").text(key, name="Ada")
        speech = ScriptedVoice().synthesize(text.split(",")[0] + ",", 1.0)
        self.until(lambda: ear.likeness(speech.samples, speech.rate_hz) > ALIKE, f"never heard: {text}")

    def hears_clip(self, ear: Ear, key: str) -> None:
        """The same of one that was rendered ahead: its first second."""
        self.until(lambda: self.heard_clip(ear, key), f"never heard: {Clips('en').get(key)[2]}")

    def heard_clip(self, ear: Ear, key: str) -> bool:
        """Whether it has sounded."""
        samples, rate_hz, _ = Clips("en").get(key)
        return ear.likeness(samples[:rate_hz], rate_hz) > ALIKE

    def gone(self, pid: int) -> None:
        """Wait until systemd has noticed that a process ended."""
        self.until(lambda: self.pid != pid, "it did not end")


class Ear:
    """What has sounded so far."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._data = bytearray()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        while data := self._process.stdout.read1(1 << 16):  # type: ignore[attr-defined]
            self._data += data

    def hear(self, samples: int) -> None:
        """Return once so much has been recorded."""
        while len(self._data) < 4 * samples and self._thread.is_alive():
            self._thread.join(0.05)

    def end(self) -> None:
        self._thread.join(5)

    def sounded_s(self) -> float:
        """How much of it was sound and no silence, in blocks of 20 ms."""
        sounded = np.frombuffer(bytes(self._data[: len(self._data) // 1280 * 1280]), np.float32)
        return 0.02 * float((np.abs(sounded.reshape(-1, 320)).max(axis=1) > 0.01).sum())

    def silent_s(self) -> float:
        """For how long nothing has sounded, where something had."""
        sounded = np.frombuffer(bytes(self._data[: len(self._data) // 4 * 4]), np.float32)
        loud = np.flatnonzero(np.abs(sounded) > 0.01)
        return (len(sounded) - int(loud[-1])) / RATE_HZ if len(loud) else 0.0

    def likeness(self, speech: NDArray[np.float32], rate_hz: int) -> float:
        """Largest normalised correlation of a piece of speech with what has sounded, 0 to 1."""
        wanted = np.asarray(soxr.resample(speech, rate_hz, RATE_HZ), dtype=np.float64)
        sounded = np.frombuffer(bytes(self._data[: len(self._data) // 4 * 4]), np.float32).astype(np.float64)
        if len(sounded) < len(wanted):
            return 0.0
        size = 1 << (len(wanted) + len(sounded)).bit_length()
        product = np.fft.irfft(np.fft.rfft(sounded, size) * np.conj(np.fft.rfft(wanted, size)), size)
        total = np.concatenate([[0.0], np.cumsum(sounded**2)])
        energy = np.maximum(total[len(wanted) :] - total[: -len(wanted)], 0.0)
        return float((product[: len(energy)] / (np.sqrt(energy * np.dot(wanted, wanted)) + 1e-9)).max())


def _parent(process: Path) -> int:
    try:
        return int((process / "stat").read_text().rsplit(")", 1)[1].split()[1])
    except (OSError, IndexError):
        return 0


def _command(process: Path) -> bytes:
    try:
        return (process / "cmdline").read_bytes()
    except OSError:
        return b""
