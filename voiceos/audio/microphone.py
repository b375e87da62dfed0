"""The microphone: whatever the device gives, as frames of 16 kHz with the moment of their capture.

PortAudio's callback only copies into slots made beforehand; resampling and framing happen in the asyncio loop.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
from collections.abc import AsyncIterator
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from voiceos.audio.decimation import Decimator
from voiceos.audio.devices import Device, find, find_or_default
from voiceos.audio.frames import FRAME_S, FRAME_SAMPLES, RATE_HZ, Frame
from voiceos.audio.portaudio import close_stream, open_stream
from voiceos.audio.timeline import Timeline
from voiceos.clock import Clock
from voiceos.errors import AudioError

log = logging.getLogger(__name__)

BLOCK_S = FRAME_S
"""Sound asked of the device at a time: a frame's worth, since nothing can be made of less, and it is made at once;
shorter blocks only cost more wake-ups (`python -m voiceos.bench.idle`)."""

QUEUE_S = 2.0
"""Sound kept while the loop is busy; what comes beyond is dropped and counted."""

LAZY_BLOCKS = 4
"""Blocks that a listener without hurry takes at once: 128 ms, long before anyone has spoken a first word to its end."""

STALL_S = 1.0
"""Checked this often; no block from one check to the next means that the device or the sound server is gone."""


class Framer:
    """Blocks of one rate → frames of 16 kHz, shape (512,), each with the moment of its first sample. Pure."""

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self._timeline = Timeline(rate_hz)
        self._expected = 0
        self._restart(0)

    def _restart(self, index: int) -> None:
        self._decimator = Decimator(self._rate_hz)
        self._origin = index + (0 if self._rate_hz == RATE_HZ else self._decimator.first)
        self._made = 0
        self._rest = np.zeros(0, dtype=np.float32)

    def feed(self, block: NDArray[np.float32], index: int, at: float) -> list[Frame]:
        """`index` counts the device's samples, lost ones too; `at` is PortAudio's stamp of the block's first sample."""
        if index != self._expected:
            self._restart(index)
        self._expected = index + len(block)
        self._timeline.stamp(index, at)
        more = block if self._rate_hz == RATE_HZ else self._decimator.feed(block)
        self._rest = np.concatenate((self._rest, more))
        made = []
        while len(self._rest) >= FRAME_SAMPLES:
            first = self._origin + self._made * self._rate_hz / RATE_HZ
            made.append(Frame(self._timeline.at(first), self._rest[:FRAME_SAMPLES].copy()))
            self._rest = self._rest[FRAME_SAMPLES:]
            self._made += FRAME_SAMPLES
        return made


class Microphone:
    """`async with Microphone("", clock=clock) as microphone: async for frame in microphone: …`

    Args:
        device: part of the device's name; "" is the system's default.
        rate_hz: rate to open the device at; None is the one that it prefers.
        latency_s: length of the device's buffer, seconds; None is the shortest it offers.
        or_default: take the system's default where there is no device of that name; `named` tells.

    Opening raises AudioError, and so does the iterator when no sound has come for 1 to 2 s. Then close it (and every
    other stream), `await portaudio.reinitialise()`, and open a new one.
    """

    def __init__(
        self,
        device: str,
        *,
        clock: Clock,
        rate_hz: int | None = None,
        latency_s: float | None = None,
        or_default: bool = False,
    ) -> None:
        self.dropped = 0
        """Samples of the device lost because the loop did not take them in time."""
        self.overflows = 0
        """Times that PortAudio said it lost sound before the callback."""
        self.device: Device | None = None
        self.named = True
        """The device has the name that was asked for."""
        self.attentive = True
        """Whether each block is wanted at once. If not, the loop is woken once for `LAZY_BLOCKS` of them, which costs
        less (`voiceos bench idle`); none is lost, and each frame tells its moment all the same."""
        self._part = device
        self._clock = clock
        self._wanted_hz = rate_hz
        self._latency_s = latency_s
        self._or_default = or_default
        self._stream: Any = None
        self._failed: AudioError | None = None
        self._written = 0
        self._read = 0
        self._index = 0

    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        self._arrived = asyncio.Event()

        def make(sound: Any) -> Any:
            if self._or_default:
                self.device, self.named = find_or_default(self._part, "input")
            else:
                self.device = find(self._part, "input")
            self.rate_hz = self._wanted_hz or self.device.rate_hz
            self._block = math.ceil(self.rate_hz * BLOCK_S)
            self._slots = round(QUEUE_S / BLOCK_S)
            self._blocks = np.zeros((self._slots, self._block), dtype=np.float32)
            self._stamps = [(0, 0.0)] * self._slots
            return sound.InputStream(
                samplerate=self.rate_hz,
                blocksize=self._block,
                device=self.device.index,
                channels=1,
                dtype="float32",
                latency=self._latency_s or "low",
                callback=self._callback,
            )

        self._stream = await open_stream(make, "microphone", self._arrived)
        self._framer = Framer(self.rate_hz)
        self._watch = self._loop.call_later(STALL_S, self._check, self._written + self.dropped)
        log.info("microphone open: %s at %d Hz", self.device.name if self.device else "", self.rate_hz)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._watch.cancel()
        stream, self._stream = self._stream, None
        self._arrived.set()
        await close_stream(stream, after=error)
        if self.dropped or self.overflows:
            log.warning("microphone lost %d samples and overflowed %d times", self.dropped, self.overflows)

    async def __aiter__(self) -> AsyncIterator[Frame]:
        while self._stream is not None:
            self._arrived.clear()
            while self._read < self._written:
                slot = self._read % self._slots
                index, at = self._stamps[slot]
                made = self._framer.feed(self._blocks[slot], index, at)
                self._read += 1
                for frame in made:
                    yield frame
            if self._failed is not None:
                raise self._failed
            await self._arrived.wait()

    def _callback(self, data: NDArray[np.float32], count: int, time: Any, status: Any) -> None:
        at = self._clock.monotonic() + (time.inputBufferAdcTime - time.currentTime)
        if status.input_overflow:
            self.overflows += 1
        index, self._index = self._index, self._index + count
        if self._written - self._read >= self._slots or count != self._block:
            self.dropped += count
            return
        slot = self._written % self._slots
        self._blocks[slot] = data[:, 0]
        self._stamps[slot] = (index, at)
        self._written += 1
        if not self.attentive and self._written - self._read < LAZY_BLOCKS:
            return
        with contextlib.suppress(RuntimeError):  # the loop was closed under a running stream
            self._loop.call_soon_threadsafe(self._arrived.set)

    def _check(self, seen: int) -> None:
        now = self._written + self.dropped
        if now == seen:
            name = self.device.name if self.device else self._part
            self._failed = AudioError(
                f"No more sound comes from the microphone ({name}).",
                hint="Is it still plugged in, and does the sound server run? `voiceos devices` lists what is there.",
            )
            self._arrived.set()
            return
        self._watch = self._loop.call_later(STALL_S, self._check, now)
