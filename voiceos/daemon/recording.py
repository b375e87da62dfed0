"""A conversation written down as it happens, so that `voiceos replay` can decide all of it again."""

from __future__ import annotations

import io
import logging
import os
import wave
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np

import voiceos
from voiceos import commands as do
from voiceos import events as ev
from voiceos import files, stored
from voiceos.audio.frames import RATE_HZ, Frame, Samples
from voiceos.clock import Clock, SystemClock
from voiceos.config import model as settings
from voiceos.daemon.part import Degraded, Part
from voiceos.daemon.records import Records, remove
from voiceos.daemon.writer import Writer
from voiceos.errors import StorageError
from voiceos.turn_taking import recording
from voiceos.turn_taking.policy import Policy
from voiceos.turn_taking.state import State

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

log = logging.getLogger(__name__)

MOST_BYTES = 200_000_000
"""Of one recording: some twenty hours of events, one for each frame of sound, or hours of sound. Then it ends, and the
log says so."""

KEPT = 10
"""Recordings in the folder of those that the settings ask for; the oldest go."""


class Recording(Part):
    """Writes events and decisions, the words of the user among them, to a file of the user's alone.

    Args:
        path: the file, which must not exist.
        audio: write what the microphone hears beside it, as `<name>.wav`, 16 kHz.
        announce: says a sentence of the language's own, by its key: whoever is recorded is told.
    """

    def __init__(self, path: Path, *, audio: bool, announce: Callable[[str], None]) -> None:
        self._path = path
        self._announce = announce
        self._policy: Policy | None = None
        self._lines: Writer[str] = Writer(self._write_lines, str(path))
        self._wav = path.with_suffix(".wav")
        self._frames: Writer[Samples] | None = Writer(self._write_frames, str(self._wav)) if audio else None
        self._file: _File | None = None
        self._sound_file: _File | None = None
        self._sound: wave.Wave_write | None = None
        self._written_bytes = 0
        self._erased = False

    async def __aenter__(self) -> Self:
        """Raises StorageError where the file cannot be made, or exists."""
        try:
            self._file = _new(self._path)
            await self._lines.__aenter__()
            if self._frames is not None:
                self._sound_file = _new(self._wav)
                self._sound = wave.open(self._sound_file, "wb")  # noqa: SIM115 - closed as this ends
                self._sound.setparams((1, 2, RATE_HZ, 0, "NONE", ""))
                await self._frames.__aenter__()
        except OSError as error:
            await self.__aexit__()
            raise StorageError(
                f"{self._path} cannot be recorded to: {error.strerror}",
                hint="Name a new file in a folder that you may write to.",
            ) from error
        log.warning("this conversation is recorded, what you say included, in %s", self._path)
        return self

    async def __aexit__(self, *_: object) -> None:
        try:
            await self._lines.__aexit__()
            if self._frames is not None:
                await self._frames.__aexit__()
        finally:
            for file in (self._sound, self._sound_file, self._file):
                try:
                    if file is not None:
                        file.close()
                except OSError as error:
                    log.error("%s is not complete: %s", self._path, error.strerror)  # noqa: TRY400 - no bug

    def degraded(self) -> Sequence[Degraded]:
        """What cannot be written any more, not before the next start."""
        if self._erased:
            return [
                Degraded(f"{self._path} is recorded to no more, before the next start: what it held was forgotten.")
            ]
        failed = {self._path: self._lines.failed, self._wav: self._frames.failed if self._frames else ""}
        return [Degraded(f"{path} is recorded to no more: {why}.") for path, why in failed.items() if why]

    def ready(self) -> None:
        self._announce("recorded")

    def off_the_record(self, off: bool) -> None:
        """What was recorded of this conversation goes, unless the user chose the place; the rest is not recorded."""
        if off and not self._erased:
            if self._path.parent == stored.RECORDINGS.path:
                for path in (self._path, self._wav):
                    path.unlink(missing_ok=True)
            self._erased = True

    def forgotten(self) -> None:
        """A recording that holds what was forgotten is deleted while it is written."""
        self._erased = self._erased or not self._path.exists()

    def frame(self, frame: Frame) -> None:
        if self._frames is not None and not self._erased:
            self._frames.put(frame.samples)

    def decided(self, event: ev.Event, policy: Policy, before: State, commands: Sequence[do.Command] | None) -> None:
        if self._erased:
            return
        if self._policy is None:
            self._lines.put(recording.head(before, policy, voiceos=voiceos.__version__))
        changed = self._policy is not None and policy != self._policy
        self._policy = policy
        self._lines.put(recording.decision(event, commands, policy=policy if changed else None))

    def _write_lines(self, lines: Sequence[str]) -> None:
        assert self._file is not None
        data = "".join(lines).encode()
        self._count(len(data))
        before = self._file.tell()
        try:
            self._file.write(data)
        except OSError:
            self._file.truncate(before)  # no part of a line at its end
            raise

    def _write_frames(self, frames: Sequence[Samples]) -> None:
        assert self._sound is not None
        samples = np.concatenate(frames)
        self._count(2 * len(samples))
        self._sound.writeframesraw((np.clip(samples, -1.0, 1.0) * 32767).round().astype("<i2").tobytes())

    def _count(self, size: int) -> None:
        self._written_bytes += size
        if self._written_bytes > MOST_BYTES:
            raise OSError(0, f"it has reached {MOST_BYTES // 1_000_000} MB")


def keepers(
    records: settings.Records,
    announce: Callable[[str], None],
    *,
    record: Path | None = None,
    record_audio: bool = False,
    clock: Clock | None = None,
) -> Iterator[Part]:
    """What keeps something of the conversation: as the settings ask, and as whoever starts it does.

    Raises StorageError."""
    clock = clock or SystemClock()
    if records.turns:
        yield Records(records.turns, clock)
    else:
        remove()
    if record is not None:
        yield Recording(record, audio=record_audio, announce=announce)
    elif records.conversations:
        yield Recording(place(clock), audio=records.audio, announce=announce)


class _File(io.FileIO):
    """Takes all that it is given, where the system may take a part."""

    def write(self, data: ReadableBuffer, /) -> int:
        left = memoryview(data).cast("B")
        size = len(left)
        while left:
            left = left[super().write(left) :]
        return size


def _new(path: Path) -> _File:
    return _File(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w")


def place(clock: Clock) -> Path:
    """Where the next conversation is recorded that the settings ask for; the oldest recordings make room for it.

    Raises StorageError."""
    folder = stored.RECORDINGS.path
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        older = sorted(folder.glob("*.jsonl"), key=lambda path: path.name)
        for path in older[: max(0, len(older) - KEPT + 1)]:
            path.unlink()
            path.with_suffix(".wav").unlink(missing_ok=True)
    except OSError as error:
        raise StorageError(
            f"{folder} cannot be written: {error.strerror}.", hint=f"Look at: ls -ld {folder}"
        ) from error
    return files.free_name(folder / f"{clock.now():%Y-%m-%d-%H%M%S}.jsonl")
