"""The loudspeaker: one output stream, opened once and kept open, that knows which sample sounds when.

The callback and the asyncio loop share the mixer under a lock that is held for microseconds; every moment is told in
monotonic seconds at which the sample leaves the converter.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections.abc import AsyncIterator
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import numpy as np
import soxr
from numpy.typing import NDArray

from voiceos.audio.devices import Device, find, find_or_default
from voiceos.audio.frames import Samples
from voiceos.audio.mixer import Mark, Mixer
from voiceos.audio.portaudio import close_stream, open_stream
from voiceos.audio.reference import Reference
from voiceos.audio.timeline import Timeline
from voiceos.clock import Clock
from voiceos.errors import AudioError

log = logging.getLogger(__name__)

STALL_S = 1.0
"""Checked this often; no block asked for from one check to the next means that the device or its server is gone."""

VOLUME_RAMP_S = 0.05

CLOSED_HZ = 48_000
"""Rate at which one counts that is not open, and swallows whatever it is given."""

DUCK_S = 0.1
"""Time in which it is known whether a first sound of voice was one: two more frames, and their way here."""


@dataclass(frozen=True, slots=True)
class Started:
    """The reply's first sample sounds."""

    number: int
    at: float
    """Monotonic seconds, at the converter."""


@dataclass(frozen=True, slots=True)
class Finished:
    """The reply's last sample has sounded. Does not come for a reply that was stopped."""

    number: int
    at: float
    """Monotonic seconds, at the converter."""


SpeakerEvent = Started | Finished


class Speaker:
    """`async with Speaker("", clock=clock) as speaker: speaker.play(1, samples, 22_050); speaker.finish(1)`

    All methods are called from the loop it was opened in, and none waits; while it is not open nothing sounds. Replies
    have numbers and sound in the order in which they were first named; a held one lets later ones pass. Samples are
    counted at `rate_hz`, the device's.

    Args:
        device: part of the device's name; "" is the system's default.
        volume: 0 to 1.
        rate_hz: rate to open the device at; None is the one that it prefers.
        latency_s: length of the device's buffer, seconds; None is the shortest it offers.
        or_default: take the system's default where there is no device of that name; `named` tells.

    Opening raises AudioError, and so does `events()` when the device has asked for nothing for 1 to 2 s.
    """

    def __init__(
        self,
        device: str,
        *,
        clock: Clock,
        block_ms: int = 20,
        volume: float = 1.0,
        rate_hz: int | None = None,
        latency_s: float | None = None,
        or_default: bool = False,
    ) -> None:
        self.underruns = 0
        """Times that PortAudio said the device ran dry."""
        self.device: Device | None = None
        self.named = True
        """The device has the name that was asked for."""
        self.rate_hz = rate_hz or CLOSED_HZ
        """Rate at which samples are counted; the device's once it is open."""
        self.reference: Reference
        """What it has sounded lately; there once it is open."""
        self._part = device
        self._clock = clock
        self._block_ms = block_ms
        self._volume = volume
        self._wanted_hz = rate_hz
        self._latency_s = latency_s
        self._or_default = or_default
        self._mixer = Mixer(self.rate_hz, volume=volume)
        self._timeline = Timeline(self.rate_hz)
        self._lock = threading.Lock()
        self._stream: Any = None
        self._blocks = 0
        self._called_at = float("inf")
        self._lost_at = float("inf")
        self._resamplers: dict[int, tuple[int, Any]] = {}
        self._finishing: dict[int, asyncio.TimerHandle] = {}

    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        self._events: asyncio.Queue[SpeakerEvent | AudioError] = asyncio.Queue()
        self._flows = asyncio.Event()

        def make(sound: Any) -> Any:
            if self._or_default:
                self.device, self.named = find_or_default(self._part, "output")
            else:
                self.device = find(self._part, "output")
            self.rate_hz = self._wanted_hz or self.device.rate_hz
            self._mixer = Mixer(self.rate_hz, volume=self._volume)
            self._timeline = Timeline(self.rate_hz)
            self.reference = Reference(self.rate_hz, self._timeline, self._lock)
            return sound.OutputStream(
                samplerate=self.rate_hz,
                blocksize=self.rate_hz * self._block_ms // 1000,
                device=self.device.index,
                channels=1,
                dtype="float32",
                latency=self._latency_s or "low",
                callback=self._callback,
            )

        self._stream = await open_stream(make, "loudspeaker", self._flows)
        self._watch = self._loop.call_later(STALL_S, self._check, self._blocks)
        log.info("loudspeaker open: %s at %d Hz", self.device.name if self.device else "", self.rate_hz)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._watch.cancel()
        for timer in self._finishing.values():
            timer.cancel()
        stream, self._stream = self._stream, None
        await close_stream(stream, after=error)
        if self.underruns:
            log.warning("times that the loudspeaker ran dry: %d", self.underruns)

    async def events(self) -> AsyncIterator[SpeakerEvent]:
        """Each event at the moment it is heard, in that order. Raises AudioError when the device is gone."""
        while True:
            event = await self._events.get()
            if isinstance(event, AudioError):
                raise event
            yield event

    def play(self, number: int, samples: Samples, rate_hz: int) -> None:
        """Append to the reply; its chunks join without a gap, also through the resampler.

        All chunks of one reply have one rate (ValueError). What comes for a stopped reply is dropped. Raises ValueError
        after `finish`.
        """
        sound = np.ascontiguousarray(samples, dtype=np.float32)
        if rate_hz != self.rate_hz:
            known_hz, resampler = self._resamplers.get(number) or (rate_hz, None)
            if known_hz != rate_hz:
                raise ValueError(f"reply {number} came at {known_hz} Hz, and now at {rate_hz} Hz")
            if resampler is None:
                resampler = soxr.ResampleStream(rate_hz, self.rate_hz, 1, dtype="float32", quality="HQ")
                self._resamplers[number] = (rate_hz, resampler)
            sound = resampler.resample_chunk(sound)
        with self._lock:
            self._mixer.add(number, sound)

    def finish(self, number: int) -> None:
        """No more chunks will come; `Finished` follows when the last sample has sounded."""
        _, resampler = self._resamplers.pop(number, (0, None))
        rest = resampler.resample_chunk(np.zeros(0, dtype=np.float32), last=True) if resampler else None
        with self._lock:
            if rest is not None:
                self._mixer.add(number, rest)
            self._mixer.finish(number)

    def hold(self, number: int) -> None:
        """Keep what is queued for the reply silent. Raises ValueError where it sounds already."""
        with self._lock:
            self._mixer.hold(number)

    def release(self, number: int) -> None:
        """Let a held reply sound, from the next block on."""
        with self._lock:
            self._mixer.release(number)

    def stop(self, number: int) -> int:
        """Fade out within 10 ms from the next block on and drop the rest.

        Returns how many of the reply's samples were or will be audible: those given to the device cannot be taken back.
        """
        self._resamplers.pop(number, None)
        timer = self._finishing.pop(number, None)
        if timer is not None:
            timer.cancel()
        with self._lock:
            audible = self._mixer.stop(number)
        return min(audible, self.heard(number)) if self._lost_at < float("inf") else audible

    def lost(self, at: float) -> None:
        """The device went at `at`, monotonic seconds, or fell silent before: nothing was heard from then on."""
        self._lost_at = min(self._lost_at, self._called_at, at)

    def pause(self) -> None:
        """Fade all replies out within 10 ms from the next block on; earcons still sound."""
        with self._lock:
            self._mixer.pause()

    def duck(self) -> None:
        """Pause for `DUCK_S`, then go on by itself, unless `pause` or `resume` comes before."""
        with self._lock:
            self._mixer.duck(round(DUCK_S * self.rate_hz))

    def resume(self) -> None:
        """Go on with the sample after the last audible one, fading in."""
        with self._lock:
            self._mixer.resume()

    @property
    def volume(self) -> float:
        """0 to 1; a new one is reached within 50 ms."""
        return self._volume

    @volume.setter
    def volume(self, volume: float) -> None:
        if not 0.0 <= volume <= 1.0:
            raise ValueError(f"a volume is between 0 and 1, not {volume}")
        self._volume = volume
        with self._lock:
            self._mixer.volume.move(volume, round(VOLUME_RAMP_S * self.rate_hz))

    def earcon(self, samples: Samples) -> None:
        """Mix `samples`, at `rate_hz`, over whatever sounds, from the next block on."""
        with self._lock:
            self._mixer.overlay(samples)

    def submitted(self, number: int) -> int:
        """Samples of the reply given to the device: they have sounded or surely will."""
        with self._lock:
            return self._mixer.submitted(number)

    def heard(self, number: int, at: float | None = None) -> int:
        """Samples of the reply that have sounded by `at`, monotonic seconds; None is now."""
        moment = min(self._clock.monotonic() if at is None else at, self._lost_at)
        with self._lock:
            return self._mixer.heard(number, self._timeline.index(moment)) if self._timeline.known else 0

    def sounded_at(self, number: int, sample: int) -> float | None:
        """Monotonic seconds at which a sample of the reply sounds; None where it has not been given to the device."""
        with self._lock:
            index = self._mixer.index_of(number, sample)
            return None if index is None else self._timeline.at(index)

    def _callback(self, out: NDArray[np.float32], count: int, time: Any, status: Any) -> None:
        self._called_at = self._clock.monotonic()
        at = self._called_at + (time.outputBufferDacTime - time.currentTime)
        if status.output_underflow:
            self.underruns += 1
        with self._lock:
            begin = self._mixer.index
            self._timeline.stamp(begin, at, broken=bool(status.output_underflow))
            # One channel: the flat view is the buffer itself.
            block = out.reshape(-1)
            marks = self._mixer.render(block)
            self.reference.add(begin, block)
            moments = [self._timeline.at(mark.index) for mark in marks]
        self._blocks += 1
        with contextlib.suppress(RuntimeError):  # the loop was closed under a running stream
            if self._blocks == 1:
                self._loop.call_soon_threadsafe(self._flows.set)
            if marks:
                self._loop.call_soon_threadsafe(self._expect, tuple(zip(marks, moments, strict=True)))

    def _expect(self, marks: tuple[tuple[Mark, float], ...]) -> None:
        for mark, at in marks:
            kind = Started if mark.kind == "started" else Finished
            wait_s = max(0.0, at - self._clock.monotonic())
            timer = self._loop.call_later(wait_s, self._tell, kind(mark.number, at))
            if kind is Finished:
                self._finishing[mark.number] = timer

    def _tell(self, event: SpeakerEvent) -> None:
        if isinstance(event, Finished):
            self._finishing.pop(event.number, None)
        self._events.put_nowait(event)

    def _check(self, seen: int) -> None:
        if self._blocks == seen:
            name = self.device.name if self.device else self._part
            self._events.put_nowait(
                AudioError(
                    f"The loudspeaker ({name}) takes no more sound.",
                    hint="Is it still plugged in, and does the sound server run? `voiceos devices` lists it.",
                )
            )
            return
        self._watch = self._loop.call_later(STALL_S, self._check, self._blocks)
