"""Microphone and loudspeaker together, kept open: whatever goes away is opened again when it comes back.

PortAudio learns of new and vanished devices only when it starts anew, and that needs every stream closed. So both live
and die together: when one fails, the user is told through whatever still sounds, then both are opened again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from voiceos.audio import portaudio
from voiceos.audio.echo import Echo, EchoCanceller
from voiceos.audio.frames import Frame
from voiceos.audio.microphone import Microphone
from voiceos.audio.presence import MUTED, STARTING, Presence
from voiceos.audio.speaker import Speaker, SpeakerEvent
from voiceos.clock import Clock
from voiceos.config.model import Audio
from voiceos.errors import AudioError

log = logging.getLogger(__name__)

RETRY_S = (1.0, 2.0, 5.0, 10.0)
"""Waits between attempts to open lost devices; the last repeats. Devices that come back mostly do so within seconds."""


@dataclass(frozen=True, slots=True)
class Listeners:
    """Who is told; all are called in the loop."""

    on_frame: Callable[[Frame], None]
    on_speaker: Callable[[SpeakerEvent], None]
    on_lost: Callable[[bool], Coroutine[Any, Any, None]]
    """A device has failed; True where the loudspeaker still sounds. Returns when nothing is left to be said, and is
    cancelled and called again with False where the loudspeaker fails meanwhile."""
    on_back: Callable[[], None]
    on_echo: Callable[[Echo], None] = lambda echo: None
    """What is known of the echo has changed."""


class Duplex:
    """`async with Duplex(settings.audio, …) as sound`; entering raises AudioError where a device is missing."""

    def __init__(self, settings: Audio, *, clock: Clock, listeners: Listeners) -> None:
        self._settings = settings
        self._clock = clock
        self._volume = settings.volume
        self._listeners = listeners
        self._microphone: Microphone | None = None
        self._speaker: Speaker | None = None
        self._unmuted = asyncio.Event()
        self._unmuted.set()
        self._changing = asyncio.Lock()
        """Streams are opened and closed by one task at a time: a second microphone would never be closed."""
        self._speaker_open = False
        self._attentive = True
        self._canceller = EchoCanceller(settings.echo_cancellation, on_echo=listeners.on_echo)
        self._tasks: list[asyncio.Task[None]] = []
        self._reopening = asyncio.Event()
        self._reason = STARTING
        self._since = clock.monotonic()
        self._frame_at: float | None = None

    @property
    def presence(self) -> Presence:
        """Whether frames come, and if not, why."""
        return Presence(self._reason, self._since, self._frame_at)

    def _state(self, reason: str) -> None:
        if reason != self._reason:
            self._reason, self._since = reason, self._clock.monotonic()

    async def reopen(self, settings: Audio) -> None:
        """Go over to other devices, or the same with other settings; returns at once, and `on_back` tells when sound is
        there again. What is not there is waited for."""
        self._settings = settings
        self._canceller.setting = settings.echo_cancellation
        self._reopening.set()

    @property
    def speaker(self) -> Speaker:
        """The open loudspeaker; a new one after a device was lost."""
        assert self._speaker is not None
        return self._speaker

    @property
    def muted(self) -> bool:
        return not self._unmuted.is_set()

    @property
    def echo(self) -> Echo | None:
        """What is known of the echo; None until enough has been played."""
        return self._canceller.echo

    async def __aenter__(self) -> Duplex:
        await self._open()
        self._tasks = [asyncio.create_task(self._keep(), name="sound")]
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._close()

    async def mute(self) -> bool:
        """Close the microphone: while muted no sound reaches the program at all."""
        async with self._changing:
            self._unmuted.clear()
            self._state(MUTED)
            if self._microphone is not None:
                microphone, self._microphone = self._microphone, None
                await microphone.__aexit__(None, None, None)
                log.info("microphone closed")
        return True

    async def unmute(self) -> bool:
        """Open it again; False where it is gone, which is then dealt with like a loss at any other time."""
        async with self._changing:
            if self.muted:
                try:
                    self._microphone = await self._open_microphone()
                    self._canceller.listen_to(self.speaker.reference)
                except AudioError as error:
                    log.warning("%s", error)
                self._unmuted.set()
                self._state("" if self._microphone is not None else STARTING)
            return self._microphone is not None

    def attend(self, attentive: bool) -> None:
        """Whether each frame is wanted at once, or may come a tenth of a second later and cost less."""
        self._attentive = attentive
        if self._microphone is not None:
            self._microphone.attentive = attentive

    async def _open(self) -> None:
        try:
            # The microphone first: where there is neither, that is the one to tell of.
            if not self.muted:
                self._microphone = await self._open_microphone()
            self._speaker = await Speaker(
                self._settings.output_device,
                clock=self._clock,
                block_ms=self._settings.output_block_ms,
                volume=self._volume,
                latency_s=self._settings.output_latency_ms / 1000 or None,
            ).__aenter__()
            self._speaker_open = True
            self._canceller.listen_to(self._speaker.reference)
            self._state(MUTED if self.muted else "")
        except BaseException:
            await self._close()
            raise

    async def _open_microphone(self) -> Microphone:
        latency_s = self._settings.input_latency_ms / 1000 or None
        microphone = Microphone(self._settings.input_device, clock=self._clock, latency_s=latency_s)
        await microphone.__aenter__()
        microphone.attentive = self._attentive
        return microphone

    async def _close(self) -> None:
        microphone, self._microphone = self._microphone, None
        if microphone is not None:
            await microphone.__aexit__(None, None, None)
        if self._speaker is not None and self._speaker_open:
            self._speaker_open = False
            self._volume = self._speaker.volume
            await self._speaker.__aexit__(None, None, None)

    async def _keep(self) -> None:
        while True:
            try:
                await self._until_lost()
            except Exception:  # a bug; without sound the program could not even tell of it
                log.exception("sound stopped unexpectedly")
                await self._listeners.on_lost(False)
            await self._reopen()
            self._listeners.on_back()

    async def _until_lost(self) -> None:
        """Let sound flow until a device fails, and tell of it; what still sounds goes on until that is told."""
        hearing = asyncio.create_task(self._hear(), name="microphone")
        playing = asyncio.create_task(self._play(), name="loudspeaker")
        reopening = asyncio.create_task(self._reopening.wait(), name="other devices")
        telling: asyncio.Task[None] | None = None
        try:
            await asyncio.wait({hearing, playing, reopening}, return_when=asyncio.FIRST_COMPLETED)
            self._state(STARTING)
            if not playing.done() and not reopening.done():
                telling = asyncio.create_task(self._listeners.on_lost(True), name="microphone lost")
                await asyncio.wait({telling, playing}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (hearing, playing, reopening, telling):
                if task is not None:
                    task.cancel()
            results = await asyncio.gather(
                hearing, playing, reopening, *([telling] if telling else []), return_exceptions=True
            )
        for result in results:
            if isinstance(result, AudioError):
                log.warning("%s", result)
            elif isinstance(result, Exception):
                raise result
        if isinstance(results[1], AudioError) or self._reopening.is_set():
            await self._listeners.on_lost(False)

    async def _reopen(self) -> None:
        attempt = 0
        while True:
            try:
                async with self._changing:
                    self._reopening.clear()
                    await self._close()
                    await portaudio.reinitialise()
                    await self._open()
            except AudioError as error:
                log.info("still without sound: %s", error)
                self._state(str(error))
                await asyncio.sleep(RETRY_S[min(attempt, len(RETRY_S) - 1)])
                attempt += 1
            else:
                return

    async def _hear(self) -> None:
        while True:
            await self._unmuted.wait()
            microphone = self._microphone
            if microphone is None:
                raise AudioError("The microphone is gone.")
            async for frame in microphone:
                self._frame_at = self._clock.monotonic()
                self._listeners.on_frame(self._canceller.feed(frame, attentive=self._attentive))

    async def _play(self) -> None:
        async for event in self.speaker.events():
            self._listeners.on_speaker(event)
