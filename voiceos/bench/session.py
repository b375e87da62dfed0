"""The real program, talked to over a virtual sound card: `voiceos run` as a child, both voices on one recording."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import shutil
import signal
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self

import numpy as np
import psutil
import soxr

from voiceos import files
from voiceos.audio.frames import Samples
from voiceos.bench.recording import Recording
from voiceos.bench.sound import ASSISTANT_LEVEL, USER_LEVEL, Stretch, stretches
from voiceos.bench.virtual_card import RATE_HZ, VirtualCard
from voiceos.config.keys import KEYS
from voiceos.engines import tuned
from voiceos.errors import VoiceosError

log = logging.getLogger(__name__)

ANSWER_GAP_S = 1.2
"""Silence after which an answer is taken to be over: longer than the pauses between its phrases."""

LOOK_S = 0.5
"""Sound between two looks at the recording."""

STATUS_S = 10.0
"""A program that tells nothing of itself for so long hangs."""

CLICK_S = 0.03
"""Shorter sounds are no speech."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question and what came back, seconds since the recording began."""

    asked: Stretch
    answer: Stretch | None
    """None: there was none in time."""

    @property
    def latency_s(self) -> float | None:
        """Voice to voice."""
        return None if self.answer is None else self.answer.begin_s - self.asked.end_s


class Session:
    """`async with Session(card, settings) as session: await session.ask(samples)`.

    Args:
        settings: text of a config.toml; earcons and the greeting are best off, as they are not answers.
        home: folder that stands for the user's home; keeps their settings and caches out of the trial.
        overrides: settings by dotted name that go before those of the text.
        record: without it, what listens to the recording cannot be used; for hours of it there is no memory.
    """

    def __init__(
        self,
        card: VirtualCard,
        settings: str,
        home: Path,
        *,
        arguments: Sequence[str] = (),
        overrides: Mapping[str, str] = MappingProxyType({}),
        record: bool = True,
    ) -> None:
        self._card = card
        self._record = record
        self._settings = settings
        self._home = home
        self._arguments = arguments
        self._overrides = {KEYS[name].environment: value for name, value in overrides.items()}
        self._stack = contextlib.AsyncExitStack()
        self.lines: list[str] = []
        """What the program has written to standard error."""
        self._line = asyncio.Event()

    async def __aenter__(self) -> Self:
        config = self._home / "config.toml"
        config.write_text(self._settings)
        (self._home / "run").mkdir(mode=0o700, exist_ok=True)
        _take_along(files.state_file(tuned.NAME), self._home / "state" / "voiceos")
        async with contextlib.AsyncExitStack() as stack:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-W",
                "error",
                "-m",
                "voiceos",
                "run",
                "--config",
                str(config),
                *self._arguments,
                stdin=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.PIPE,
                env={
                    **os.environ,
                    **self._card.environment,
                    "XDG_CACHE_HOME": str(self._home / "cache"),
                    "XDG_STATE_HOME": str(self._home / "state"),
                    "XDG_RUNTIME_DIR": str(self._home / "run"),
                    "NO_COLOR": "1",
                    "COLUMNS": "1000",
                    **self._overrides,
                },
            )
            stack.push_async_callback(self.stop)
            reader = asyncio.create_task(self._read())
            stack.callback(reader.cancel)
            await stack.enter_async_context(self._card.room_noise())
            await self.wait_line("Listening")
            if self._record:
                self.recording: Recording = await stack.enter_async_context(self._card.record())
            self._stack = stack.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    async def _read(self) -> None:
        assert self.process.stderr is not None
        async for line in self.process.stderr:
            self.lines.append(line.decode(errors="replace").rstrip())
            log.debug("%s", self.lines[-1])  # for whoever looks into what went wrong
            self._line.set()
        self._line.set()

    async def wait_line(self, text: str, *, again: bool = False) -> str:
        """The first line that holds `text`, or with `again` the next one from now on.

        Raises VoiceosError where the program ends before it.
        """
        start = len(self.lines) if again else 0
        while True:
            self._line.clear()
            for line in self.lines[start:]:
                if text in line:
                    return line
            if self.process.stderr is None or self.process.stderr.at_eof():
                raise VoiceosError("voiceos run ended: " + "\n".join(self.lines))
            await self._line.wait()

    async def stop(self, number: int = signal.SIGINT) -> int:
        """End the program as Ctrl-C would; returns its exit code."""
        if self.process.returncode is None:
            self.process.send_signal(number)
        return await self.process.wait()

    async def status(self) -> dict[str, Any]:
        """What `voiceos status --json` tells, without a process for it. Raises VoiceosError where it tells nothing."""
        try:
            reader, writer = await asyncio.open_unix_connection(self._home / "run/voiceos/control.sock", limit=1 << 24)
            try:
                writer.write(b'{"jsonrpc": "2.0", "id": 1, "method": "status", "params": {}}\n')
                async with asyncio.timeout(STATUS_S):
                    while "result" not in (told := json.loads(await reader.readline() or b'{"result": null}')):
                        pass  # it says hello first
            finally:
                writer.close()
        except (OSError, ValueError, TimeoutError) as error:
            raise VoiceosError(f"no status: {error or type(error).__name__}") from error
        if told["result"] is None:
            raise VoiceosError("no status: it closed the connection")
        found: dict[str, Any] = told["result"]
        return found

    def family(self) -> list[psutil.Process]:
        """The program and its engines."""
        parent = psutil.Process(self.process.pid)
        return [parent, *parent.children(recursive=True)]

    def memory_bytes(self) -> int:
        """Proportional set size of them all: pages they share are counted once."""
        return sum(process.memory_full_info().pss for process in self.family())

    @property
    def now_s(self) -> float:
        """Length of the recording."""
        return len(self.recording) / RATE_HZ

    async def say(self, samples: Samples, rate_hz: int) -> Stretch:
        """Speak as the user; where it lies in the recording."""
        begun = self.now_s
        await self._card.play_to_microphone(samples, rate_hz)
        async for _ in self._growing():
            found = self.user(begun)
            if found and self.now_s > found[-1].end_s + 0.3:
                return Stretch(found[0].begin_s, found[-1].end_s)
        raise AssertionError("the recording ended")

    async def play(self, samples: Samples, rate_hz: int) -> None:
        """Let a sound be heard that is no speech; returns when it has been played."""
        await self._card.play_to_microphone(samples, rate_hz)

    async def quiet(self) -> None:
        """Return when the assistant has been silent for as long as an answer's end takes to be one."""
        async for _ in self._growing():
            if not self.assistant(self.now_s - 2 * ANSWER_GAP_S):
                return

    async def ask(self, samples: Samples, rate_hz: int, *, patience_s: float = 15.0) -> Exchange:
        """Speak, and wait for the whole answer."""
        asked = await self.say(samples, rate_hz)
        return Exchange(asked, await self.answer(asked.end_s, patience_s=patience_s))

    async def answer(self, since_s: float, *, patience_s: float = 15.0) -> Stretch | None:
        """The assistant's next answer after `since_s`, once it is over; None where none begins in `patience_s`."""
        async for _ in self._growing():
            found = self.assistant(since_s)
            if found and self.now_s > found[0].end_s + ANSWER_GAP_S:
                return found[0]
            if not found and self.now_s > since_s + patience_s:
                return None
        raise AssertionError("the recording ended")

    async def sounding(self, since_s: float, *, patience_s: float = 15.0) -> float:
        """When the assistant begins to sound after `since_s`. Raises VoiceosError where it does not."""
        async for _ in self._growing():
            if found := self.assistant(since_s):
                return found[0].begin_s
            if self.now_s > since_s + patience_s:
                raise VoiceosError("no answer began")
        raise AssertionError("the recording ended")

    def placed(self, samples: Samples, rate_hz: int, since_s: float) -> float:
        """Where a sound that was played as the user begins in the recording, found by correlation."""
        skip = round(since_s * RATE_HZ)
        heard = soxr.resample(np.ascontiguousarray(self.recording.since(skip)[:, 1]), RATE_HZ, rate_hz)
        size = 1 << (len(heard) + len(samples)).bit_length()
        likeness = np.fft.irfft(np.fft.rfft(heard, size) * np.conj(np.fft.rfft(samples, size)), size)
        return since_s + float(np.argmax(likeness[: len(heard)])) / rate_hz

    def silent_since(self, channel: int, since_s: float) -> float:
        """End of the stretch of sound that `since_s` lies in; `since_s` itself where there is silence."""
        skip = round(since_s * RATE_HZ)
        sound = self.recording.since(skip)[:, channel]
        found = stretches(sound, RATE_HZ, ASSISTANT_LEVEL, gap_s=0.3)
        return since_s + (found[0].end_s if found and found[0].begin_s < 0.3 else 0.0)

    def user(self, since_s: float = 0.0) -> list[Stretch]:
        return self._stretches(1, USER_LEVEL, since_s, gap_s=3.0)

    def assistant(self, since_s: float = 0.0) -> list[Stretch]:
        return self._stretches(0, ASSISTANT_LEVEL, since_s, gap_s=ANSWER_GAP_S)

    def _stretches(self, channel: int, level: float, since_s: float, *, gap_s: float) -> list[Stretch]:
        skip = round(since_s * RATE_HZ)
        sound = self.recording.since(skip)[:, channel]
        found = stretches(sound, RATE_HZ, level, gap_s=gap_s, least_s=CLICK_S)
        return [Stretch(since_s + one.begin_s, since_s + one.end_s) for one in found]

    def cut(self, stretch: Stretch, channel: int) -> Samples:
        """Sound of one channel, 48 kHz; 0 is the assistant, 1 the user."""
        margin = 0.1
        begin = max(0, round((stretch.begin_s - margin) * RATE_HZ))
        count = round((stretch.end_s + margin) * RATE_HZ) - begin
        return np.ascontiguousarray(self.recording.since(begin)[:count, channel])

    async def _growing(self) -> AsyncIterator[None]:
        """Now, and each time that half a second more has been recorded: more would slow what is watched."""
        while True:
            yield
            seen = self.now_s
            while self.now_s < seen + LOOK_S:
                await self.recording.more()


def _take_along(file: Path, folder: Path) -> None:
    """What was measured of this machine holds in a trial as well."""
    if file.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, folder)
