"""A microphone and loudspeaker without a sound card, on the computer's clock: for the demonstration, and for trials.

The user's sound is played into it as into a room; both voices are recorded side by side, sample for sample. What the
assistant says goes through the same mixer as through a real loudspeaker.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Any

import numpy as np
import soxr
from numpy.typing import NDArray

from voiceos.audio.frames import FRAME_S, FRAME_SAMPLES, RATE_HZ, Frame, Samples
from voiceos.audio.listeners import Listeners
from voiceos.audio.mixer import Mixer
from voiceos.audio.presence import MUTED, Change, Presence
from voiceos.audio.speaker import DUCK_S, Finished, Started
from voiceos.clock import Clock
from voiceos.config.model import Audio

if TYPE_CHECKING:
    from voiceos.audio.echo import Echo

ROOM_LEVEL = 0.0003
"""−70 dBFS of noise: what a quiet room adds; a microphone without any is taken for switched off."""


class VirtualSpeaker:
    """The player of a `VirtualDuplex`; its samples are 16 kHz."""

    rate_hz = RATE_HZ

    def __init__(self) -> None:
        self.mixer = Mixer(RATE_HZ)
        self._resamplers: dict[int, Any] = {}

    @property
    def volume(self) -> float:
        return self.mixer.volume.target

    @volume.setter
    def volume(self, volume: float) -> None:
        self.mixer.volume.move(volume, 1)

    def play(self, number: int, samples: Samples, rate_hz: int) -> None:
        if rate_hz != self.rate_hz:
            resampler = self._resamplers.setdefault(
                number, soxr.ResampleStream(rate_hz, self.rate_hz, 1, dtype="float32")
            )
            samples = resampler.resample_chunk(samples)
        self.mixer.add(number, samples)

    def finish(self, number: int) -> None:
        resampler = self._resamplers.pop(number, None)
        if resampler is not None:
            self.mixer.add(number, resampler.resample_chunk(np.zeros(0, np.float32), last=True))
        self.mixer.finish(number)

    def hold(self, number: int) -> None:
        self.mixer.hold(number)

    def release(self, number: int) -> None:
        self.mixer.release(number)

    def stop(self, number: int) -> int:
        return self.mixer.stop(number)

    def pause(self) -> None:
        self.mixer.pause()

    def duck(self) -> None:
        self.mixer.duck(round(DUCK_S * self.rate_hz))

    def resume(self) -> None:
        self.mixer.resume()

    def heard(self, number: int) -> int:
        return self.mixer.submitted(number)

    def earcon(self, samples: Samples) -> None:
        self.mixer.overlay(samples)


class VirtualDuplex:
    """Stands where a `Duplex` stands; `user_says` is what there is instead of a mouth."""

    def __init__(self, *, clock: Clock, listeners: Listeners) -> None:
        self.speaker = VirtualSpeaker()
        self.muted = False
        self.gone = self.deaf = False
        """The loudspeaker is gone; the microphone is."""
        self.opening_s = 0.0
        """How long the microphone takes to open, as that of a headset that sleeps."""
        self.echo: Echo | None = None
        """What is known of the echo; there is none, and nobody knows of it."""
        self._changing = asyncio.Lock()
        self._clock = clock
        self._listeners = listeners
        self._user: deque[Samples] = deque()
        self._silent = asyncio.Event()
        self._silent.set()
        self._recorded: list[NDArray[np.float32]] = []
        self._task: asyncio.Task[None] | None = None
        self.asked_for: Audio | None = None
        """What `reopen` was last told."""

    @property
    def presence(self) -> Presence:
        return Presence(MUTED if self.muted else "", self._clock.monotonic())

    @property
    def volume(self) -> float:
        return self.speaker.volume

    @volume.setter
    def volume(self, volume: float) -> None:
        self.speaker.volume = volume

    @property
    def device_names(self) -> tuple[str, str]:
        return "" if self.muted else "virtual", "virtual"

    async def reopen(self, settings: Audio) -> None:
        """There is nothing to choose among; what was asked for is kept."""
        self.asked_for = settings

    async def __aenter__(self) -> VirtualDuplex:
        self.tell(Change.LOUDSPEAKER_BACK)
        self.tell(Change.MICROPHONE_BACK)
        self._task = asyncio.create_task(self._flow(), name="virtual sound")
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._task is not None
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def mute(self) -> bool:
        async with self._changing:
            self.muted = True
        return True

    async def unmute(self) -> bool:
        async with self._changing:
            await asyncio.sleep(self.opening_s)
            self.muted = False
        return True

    def tell(self, change: Change) -> None:
        """As if it had happened."""
        self._listeners.on_change(change)

    def sleep(self) -> None:
        """The computer has slept: both are opened anew."""
        self.tell(Change.SLEPT)
        self.lose_microphone()
        self.lose_loudspeaker()
        self.find_loudspeaker()
        self.find_microphone()

    def lose_loudspeaker(self) -> None:
        """It goes in the middle of whatever it says."""
        self.gone = True
        self._listeners.on_change(Change.LOUDSPEAKER_LOST)

    def find_loudspeaker(self) -> None:
        """There is another one, that knows nothing."""
        self.speaker, self.gone = VirtualSpeaker(), False
        self._listeners.on_change(Change.LOUDSPEAKER_BACK)

    def lose_microphone(self) -> None:
        self.deaf = True
        self._listeners.on_change(Change.MICROPHONE_LOST)

    def find_microphone(self) -> None:
        self.deaf = False
        if not self.muted:
            self._listeners.on_change(Change.MICROPHONE_BACK)

    def attend(self, attentive: bool) -> None:
        """Frames here always come one by one."""

    async def user_says(self, samples: Samples) -> None:
        """Speak 16 kHz mono sound as the user; returns when the last sample has been said."""
        count = -(-len(samples) // FRAME_SAMPLES)
        padded = np.zeros(count * FRAME_SAMPLES, np.float32)
        padded[: len(samples)] = samples
        self._silent.clear()
        self._user.extend(padded.reshape(-1, FRAME_SAMPLES))
        await self._silent.wait()

    def recording(self) -> NDArray[np.float32]:
        """Shape (n, 2), float32, 16 kHz: column 0 the user, column 1 the assistant."""
        return np.concatenate(self._recorded) if self._recorded else np.zeros((0, 2), np.float32)

    async def _flow(self) -> None:
        """A frame each 32 ms of the clock, both ways; a late one is caught up with."""
        begun = self._clock.monotonic()
        noise = np.random.default_rng(0)
        quiet = np.zeros(FRAME_SAMPLES, np.float32)
        frames = 0
        while True:
            at = begun + frames * FRAME_S
            room = noise.normal(0.0, ROOM_LEVEL, FRAME_SAMPLES).astype(np.float32)
            user = (self._user.popleft() if self._user else quiet) + room
            if not self._user:
                self._silent.set()
            assistant = np.zeros(FRAME_SAMPLES, np.float32)
            for mark in self.speaker.mixer.render(assistant) if not self.gone else ():
                moment = begun + mark.index / RATE_HZ
                self._listeners.on_speaker((Started if mark.kind == "started" else Finished)(mark.number, moment))
            self._recorded.append(np.stack([user, assistant], axis=1))
            if not self.muted and not self.deaf:
                self._listeners.on_frame(Frame(at, user))
            frames += 1
            await asyncio.sleep(max(0.0, begun + frames * FRAME_S - self._clock.monotonic()))
