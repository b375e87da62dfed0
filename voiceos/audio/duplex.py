"""Microphone and loudspeaker together, kept open: whatever goes away is opened again when it comes back.

The sound server tells what there is (`sound_server.py`), and streams go over to another device as they are. Where there
is no such server, PortAudio learns of new and vanished devices only when it starts anew, and that needs every stream
closed: so both are tried for again and again.

One task, `_keep`, opens and closes: whatever happens only wakes it, and it compares what is with what should be.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import Callable

from voiceos.audio import portaudio
from voiceos.audio.devices import DeviceMissing
from voiceos.audio.echo import Echo, EchoCanceller
from voiceos.audio.listeners import Listeners
from voiceos.audio.microphone import Microphone
from voiceos.audio.presence import MUTED, NO_LOUDSPEAKER, NO_MICROPHONE, NO_SERVER, STARTING, Change, Presence
from voiceos.audio.sound_server import SoundServer, View
from voiceos.audio.speaker import Speaker
from voiceos.audio.steering import Steering
from voiceos.clock import Clock, asleep_s
from voiceos.config.model import Audio
from voiceos.errors import AudioError

log = logging.getLogger(__name__)

RETRY_S = (1.0, 2.0, 5.0, 10.0)
"""Waits between attempts to open lost devices; the last repeats. Devices that come back mostly do so within seconds."""

SETTLE_S = 0.3
"""A headset that comes or goes changes many things one after the other; so long nothing is concluded from the first."""

SLEPT_S = 2.0
"""A suspension of the computer that is noticed: shorter ones do not exist."""

LOOK_S = 5.0
"""Where no frames come that would tell, this often it is asked whether the computer has slept."""


class Duplex:
    """`async with Duplex(settings.audio, …) as sound`; what is missing is waited for. Entering raises AudioError where
    PortAudio itself is.

    Args:
        asleep_s: seconds that the computer has been suspended, ever.
    """

    def __init__(
        self,
        settings: Audio,
        *,
        clock: Clock,
        listeners: Listeners,
        asleep_s: Callable[[], float] = asleep_s,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._listeners = listeners
        self._asleep_s = asleep_s
        self._slept_s = asleep_s()
        self._volume = settings.volume
        self._speaker = Speaker("", clock=clock, volume=settings.volume)
        self._speaker_open = False
        self._microphone: Microphone | None = None
        self._flows: dict[str, asyncio.Task[None]] = {}
        """What takes sound from each open stream; one that has ended has failed."""
        self._muted = False
        self._changing = asyncio.Lock()
        """Streams are opened and closed by one task at a time: a second microphone would never be closed."""
        self._attentive = True
        self._canceller = EchoCanceller(settings.echo_cancellation, on_echo=listeners.on_echo)
        self._server = SoundServer(lambda view: self._news.set())
        self._served = False
        """The streams go through the sound server, and die with it."""
        self._steering = Steering(self._server, settings)
        self._missed = False
        """It has been told that a device of the settings is not there."""
        self._news = asyncio.Event()
        self._news_at = clock.monotonic()
        """When the first of what has changed since the last look was known."""
        self._again = False
        self._fresh = "sounddevice" not in sys.modules
        """PortAudio has just looked what there is."""
        self._attempt = 0
        self._reason = STARTING
        self._since = clock.monotonic()
        self._frame_at: float | None = None

    # What is asked from outside.

    @property
    def presence(self) -> Presence:
        """Whether frames come, and if not, why."""
        return Presence(self._reason, self._since, self._frame_at)

    @property
    def speaker(self) -> Speaker:
        """The loudspeaker; a new one after it was lost. One that is not open swallows what is said."""
        return self._speaker

    @property
    def volume(self) -> float:
        """0 to 1, also while there is no loudspeaker."""
        return self._speaker.volume if self._speaker_open else self._volume

    @volume.setter
    def volume(self, volume: float) -> None:
        self._speaker.volume = volume
        self._volume = volume

    @property
    def device_names(self) -> tuple[str, str]:
        """Of the microphone and the loudspeaker that are open, empty where none is."""
        microphone = self._microphone.device if self._microphone is not None else None
        speaker = self._speaker.device if self._speaker is not None and self._speaker_open else None
        return microphone.name if microphone else "", speaker.name if speaker else ""

    @property
    def muted(self) -> bool:
        return self._muted

    @property
    def echo(self) -> Echo | None:
        """What is known of the echo; None until enough has been played."""
        return self._canceller.echo

    async def __aenter__(self) -> Duplex:
        await portaudio.patiently(portaudio.load, "start")
        await self._server.__aenter__()
        await self._put_right()  # the server may tell of itself later: most of the time all is there
        if not self._speaker_open:
            self._tell(Change.LOUDSPEAKER_LOST)
        self._keeper = asyncio.create_task(self._keep(), name="sound")
        return self

    async def __aexit__(self, *_: object) -> None:
        self._keeper.cancel()
        await asyncio.gather(self._keeper, return_exceptions=True)
        await self._close_microphone()
        await self._close_speaker()
        await self._server.__aexit__()

    async def reopen(self, settings: Audio) -> None:
        """Go over to other devices, or the same with other settings; returns at once, and `on_change` tells when sound
        is there again. What is not there is waited for."""
        self._settings, self._steering, self._missed = settings, Steering(self._server, settings), False
        self._canceller.setting = settings.echo_cancellation
        self._again = True
        self._news.set()

    async def mute(self) -> bool:
        """Close the microphone: while muted no sound reaches the program at all."""
        self._muted = True  # at once, though what holds the lock may be opening it just now
        async with self._changing:
            self._muted = True  # also after one who waited to switch it on
            self._state(MUTED)
            if self._microphone is not None:
                await self._close_microphone()
                log.info("microphone closed")
        return True

    async def unmute(self) -> bool:
        """Open it again; False where it is gone, which is then dealt with like a loss at any other time."""
        async with self._changing:
            if self._muted:
                self._muted = False
                self._state(STARTING)
                if not self._speaker_open:  # it is opened together with the loudspeaker
                    self._attempt = 0
                    self._news.set()
                elif not await self._try_microphone(self._server.view):
                    self._tell(Change.MICROPHONE_LOST)
                    self._attempt = 0
                    self._news.set()
            return self._microphone is not None

    def attend(self, attentive: bool) -> None:
        """Whether each frame is wanted at once, or may come a tenth of a second later and cost less."""
        self._attentive = attentive
        if self._microphone is not None:
            self._microphone.attentive = attentive

    # The one who keeps it so.

    async def _keep(self) -> None:
        while True:
            await self._something()
            try:
                await self._put_right()
            except Exception:  # a bug; without sound the program could not even tell of it
                log.exception("sound stopped unexpectedly")
                self._again = True
                await asyncio.sleep(RETRY_S[-1])
                self._news.set()

    async def _something(self) -> None:
        """Return when something has happened, or when what is missing is due to be tried for again."""
        waits = [LOOK_S] if self._reason else []
        if self._reason not in ("", MUTED):
            waits.append(RETRY_S[min(self._attempt, len(RETRY_S) - 1)])
        try:
            async with asyncio.timeout(min(waits, default=None)):
                await self._news.wait()
        except TimeoutError:
            self._news_at = self._clock.monotonic()
            return
        self._news_at = self._clock.monotonic()
        await asyncio.sleep(SETTLE_S)
        self._news.clear()

    async def _put_right(self) -> None:
        async with self._changing:
            slept_s, self._slept_s = self._asleep_s() - self._slept_s, self._asleep_s()
            again, self._again = self._again, False
            view = self._server.view
            if slept_s > SLEPT_S:
                log.info("the computer has slept for %.0f s", slept_s)
                self._tell(Change.SLEPT)
            self._served |= view is not None and any(stream.process == os.getpid() for stream in view.playing)
            # A server that comes after the program wants the devices for itself.
            changed = self._speaker_open and self._served != (view is not None)
            if slept_s > SLEPT_S or again or changed or self._failed("loudspeaker") or (view and not view.sinks):
                await self._drop_microphone()
                await self._drop_speaker()
            elif self._failed("microphone") or (view and not view.sources):
                await self._drop_microphone()
            if not self._speaker_open:
                await self._open_both(view)
            elif self._microphone is None and not self._muted:
                await self._open_microphone(view)
            if self._server.view is not None and self._speaker_open:
                await self._steer(self._server.view)

    def _failed(self, stream: str) -> bool:
        task = self._flows.get(stream)
        return task is not None and task.done()

    async def _drop_microphone(self) -> None:
        if self._microphone is not None:
            self._state(STARTING)
            self._tell(Change.MICROPHONE_LOST)
            await self._close_microphone()
            self._attempt = 0

    async def _drop_speaker(self) -> None:
        if self._speaker_open:
            self._state(STARTING)
            self._speaker.lost(self._news_at)
            self._tell(Change.LOUDSPEAKER_LOST)
            await self._close_speaker()
            self._attempt = 0

    async def _open_both(self, view: View | None, opened: Change = Change.LOUDSPEAKER_BACK) -> None:
        """From nothing; `opened` is what is told of the loudspeaker."""
        if view is not None and not view.sinks:
            self._without(NO_LOUDSPEAKER)
            return
        if view is None and self._served:  # it will be back; what lies beneath it belongs to it
            self._without(NO_SERVER)
            return
        try:
            if not self._fresh:
                await portaudio.reinitialise()
            self._fresh = False
            await self._open_speaker()
        except DeviceMissing:
            self._without(NO_LOUDSPEAKER if not self._server.trouble else NO_SERVER)
            return
        except AudioError as error:
            self._without(str(error))
            return
        self._served = view is not None
        hears = not self._muted and await self._try_microphone(view)
        self._tell(opened)
        if self._muted:
            self._state(MUTED)
        else:
            self._tell(Change.MICROPHONE_BACK if hears else Change.MICROPHONE_MISSING)
        if view is None:
            self._miss(not self._speaker.named or (self._microphone is not None and not self._microphone.named))

    async def _open_microphone(self, view: View | None) -> None:
        """Where the loudspeaker is open already."""
        if view is None:  # PortAudio has to start anew for it, and the loudspeaker gives way
            await self._listeners.said()
            await self._close_speaker()
            await self._open_both(view, Change.LOUDSPEAKER_REPLACED)
            if not self._speaker_open:
                self._tell(Change.LOUDSPEAKER_LOST)
        elif await self._try_microphone(view):
            self._tell(Change.MICROPHONE_BACK)

    async def _try_microphone(self, view: View | None) -> bool:
        """Whether it is open now."""
        if view is not None and not view.sources:
            self._without(NO_MICROPHONE)
            return False
        microphone = Microphone(
            self._settings.input_device,
            clock=self._clock,
            latency_s=self._settings.input_latency_ms / 1000 or None,
            or_default=True,
        )
        try:
            await microphone.__aenter__()
        except DeviceMissing:
            self._without(NO_MICROPHONE)
            return False
        except AudioError as error:
            self._without(str(error))
            return False
        microphone.attentive = self._attentive
        self._microphone = microphone
        self._steering.opened("microphone", named=microphone.named)
        self._flows["microphone"] = asyncio.create_task(self._hear(microphone), name="microphone")
        self._canceller.listen_to(self._speaker.reference)
        self._attempt = 0
        self._state("")
        return True

    async def _open_speaker(self) -> None:
        speaker = Speaker(
            self._settings.output_device,
            clock=self._clock,
            block_ms=self._settings.output_block_ms,
            volume=self._volume,
            latency_s=self._settings.output_latency_ms / 1000 or None,
            or_default=True,
        )
        await speaker.__aenter__()
        self._speaker, self._speaker_open = speaker, True
        self._steering.opened("loudspeaker", named=speaker.named)
        self._flows["loudspeaker"] = asyncio.create_task(self._play(speaker), name="loudspeaker")

    async def _close_microphone(self) -> None:
        await self._end_flow("microphone")
        microphone, self._microphone = self._microphone, None
        if microphone is not None:
            await _closed(microphone)

    async def _close_speaker(self) -> None:
        await self._end_flow("loudspeaker")
        if self._speaker_open:
            self._speaker_open = False
            self._volume = self._speaker.volume
            await _closed(self._speaker)

    async def _end_flow(self, stream: str) -> None:
        task = self._flows.pop(stream, None)
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _hear(self, microphone: Microphone) -> None:
        try:
            async for frame in microphone:
                if self._asleep_s() - self._slept_s > SLEPT_S:  # and this is from before
                    return
                self._frame_at = self._clock.monotonic()
                if self._muted:  # it is about to be closed
                    continue
                self._listeners.on_frame(self._canceller.feed(frame, attentive=self._attentive))
        except AudioError as error:
            log.warning("%s", error)
        finally:
            self._news.set()

    async def _play(self, speaker: Speaker) -> None:
        try:
            async for event in speaker.events():
                self._listeners.on_speaker(event)
        except AudioError as error:
            log.warning("%s", error)
        finally:
            self._news.set()

    async def _steer(self, view: View) -> None:
        found = await self._steering.follow(view)
        if found.moved:
            self._canceller.listen_to(self._speaker.reference)
            if found.told:
                self._tell(Change.MOVED)
        if found.settled:
            self._miss(found.missing)

    def _miss(self, missing: bool) -> None:
        """A device that the settings name is not there: told once."""
        if missing and not self._missed:
            self._tell(Change.ANOTHER)
        self._missed = missing

    def _without(self, reason: str) -> None:
        if reason != self._reason:
            log.warning("waiting for sound: %s", reason)
        self._state(reason)
        self._attempt += 1

    def _state(self, reason: str) -> None:
        if reason != self._reason:
            self._reason, self._since = reason, self._clock.monotonic()

    def _tell(self, change: Change) -> None:
        log.info("sound: %s", change.value)
        self._listeners.on_change(change)


async def _closed(stream: Microphone | Speaker) -> None:
    """Whatever state the sound system is in, the program goes on; what hangs is opened anew in a thread of its own."""
    try:
        await stream.__aexit__(None, None, None)
    except AudioError as error:
        log.warning("%s", error)
