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
from voiceos.audio.bulletin import Bulletin
from voiceos.audio.devices import DeviceMissing
from voiceos.audio.echo import Echo, EchoCanceller
from voiceos.audio.frames import Frame
from voiceos.audio.listeners import Listeners
from voiceos.audio.presence import MUTED, NO_LOUDSPEAKER, NO_MICROPHONE, NO_SERVER, STARTING, Change, Presence
from voiceos.audio.sound_server import See, SoundServer, View
from voiceos.audio.speaker import Speaker
from voiceos.audio.steering import Steering
from voiceos.audio.streams import Streams
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

END_S = 0.8
"""So long the sound system may take to close at the end; systemd waits 2 s for the whole program (deploy/)."""


class Duplex:
    """`async with Duplex(settings.audio, …) as sound`; what is missing is waited for. Entering raises AudioError where
    PortAudio itself is. Leaving waits for little more than `END_S`; a sound system that hangs is left as it is.

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
        self._clock = clock
        self._listeners = listeners
        self._asleep_s = asleep_s
        self._slept_s = asleep_s()
        self._muted = False
        self._changing = asyncio.Lock()
        """Streams are opened and closed by one task at a time: a second microphone would never be closed."""
        self._bulletin = Bulletin(listeners.on_change, clock=clock)
        self._news = asyncio.Event()
        self._news_at = clock.monotonic()
        """When the first of what has changed since the last look was known."""
        self._canceller = EchoCanceller(settings.echo_cancellation, on_echo=listeners.on_echo)
        self._streams = Streams(
            settings,
            clock=clock,
            on_frame=self._frame,
            on_speaker=listeners.on_speaker,
            on_end=self._news.set,
            canceller=self._canceller,
        )
        self._server = SoundServer(lambda view: self._news.set())
        self._served = False
        """The streams go through the sound server, and die with it."""
        self._steering = Steering(self._server, settings)
        self._again = False
        self._fresh = "sounddevice" not in sys.modules
        """PortAudio has just looked what there is."""
        self._attempt = 0

    # What is asked from outside.

    @property
    def presence(self) -> Presence:
        """Whether frames come, and if not, why."""
        return self._bulletin.presence

    @property
    def speaker(self) -> Speaker:
        """The loudspeaker; a new one after it was lost. One that is not open swallows what is said."""
        return self._streams.speaker

    @property
    def volume(self) -> float:
        """0 to 1, also while there is no loudspeaker."""
        return self._streams.volume

    @volume.setter
    def volume(self, volume: float) -> None:
        self._streams.volume = volume

    @property
    def device_names(self) -> tuple[str, str]:
        """Of the microphone and the loudspeaker that are open, empty where none is."""
        return self._streams.names

    @property
    def muted(self) -> bool:
        return self._muted

    @property
    def echo(self) -> Echo | None:
        """What is known of the echo; None until enough has been played."""
        return self._canceller.echo

    def follow(self, see: See) -> Callable[[], None]:
        """As `SoundServer.follow`."""
        return self._server.follow(see)

    async def __aenter__(self) -> Duplex:
        await portaudio.patiently(portaudio.load, "start")
        await self._server.__aenter__()
        await self._put_right()  # the server may tell of itself later: most of the time all is there
        if not self._streams.speaker_open:
            self._bulletin.tell(Change.LOUDSPEAKER_LOST)
        self._keeper = asyncio.create_task(self._keep(), name="sound")
        return self

    async def __aexit__(self, *_: object) -> None:
        try:
            async with asyncio.timeout(END_S):
                self._keeper.cancel()
                await asyncio.gather(self._keeper, return_exceptions=True)
                await self._streams.close_microphone()
                await self._streams.close_speaker()
        except TimeoutError:
            log.warning("the sound system does not answer, and is left as it is")
        await self._server.__aexit__()

    async def reopen(self, settings: Audio) -> None:
        """Go over to other devices, or the same with other settings; returns at once, and `on_change` tells when sound
        is there again. What is not there is waited for."""
        self._streams.settings, self._steering = settings, Steering(self._server, settings)
        self._bulletin.forget_missed()
        self._canceller.setting = settings.echo_cancellation
        self._again = True
        self._news.set()

    async def mute(self) -> bool:
        """Close the microphone: while muted no sound reaches the program at all."""
        self._muted = True  # at once, though what holds the lock may be opening it just now
        async with self._changing:
            self._muted = True  # also after one who waited to switch it on
            self._bulletin.stands(MUTED)
            if self._streams.microphone is not None:
                await self._streams.close_microphone()
                log.info("microphone closed")
        return True

    async def unmute(self) -> bool:
        """Open it again; False where it is gone, which is then dealt with like a loss at any other time."""
        async with self._changing:
            if self._muted:
                self._muted = False
                self._bulletin.stands(STARTING)
                if not self._streams.speaker_open:  # it is opened together with the loudspeaker
                    self._attempt = 0
                    self._news.set()
                elif not await self._try_microphone(self._server.view):
                    self._bulletin.tell(Change.MICROPHONE_LOST)
                    self._attempt = 0
                    self._news.set()
            return self._streams.microphone is not None

    def attend(self, attentive: bool) -> None:
        """Whether each frame is wanted at once, or may come a tenth of a second later and cost less."""
        self._streams.attentive = attentive

    def _frame(self, frame: Frame) -> bool:
        if self._asleep_s() - self._slept_s > SLEPT_S:  # and this is from before
            return False
        if not self._muted:  # else it is about to be closed
            self._listeners.on_frame(self._canceller.feed(frame, attentive=self._streams.attentive))
        return True

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
        reason = self.presence.reason
        waits = [LOOK_S] if reason else []
        if reason not in ("", MUTED):
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
            view, streams = self._server.view, self._streams
            if slept_s > SLEPT_S:
                log.info("the computer has slept for %.0f s", slept_s)
                self._bulletin.tell(Change.SLEPT)
            self._served |= view is not None and any(stream.process == os.getpid() for stream in view.playing)
            # A server that comes after the program wants the devices for itself.
            changed = streams.speaker_open and self._served != (view is not None)
            if slept_s > SLEPT_S or again or changed or streams.failed("loudspeaker") or (view and not view.sinks):
                await self._drop_microphone()
                await self._drop_speaker()
            elif streams.failed("microphone") or (view and not view.sources):
                await self._drop_microphone()
            if not streams.speaker_open:
                await self._open_both(view)
            elif streams.microphone is None and not self._muted:
                await self._open_microphone(view)
            if self._server.view is not None and streams.speaker_open:
                await self._steer(self._server.view)

    async def _drop_microphone(self) -> None:
        if self._streams.microphone is not None:
            self._bulletin.stands(STARTING)
            self._bulletin.tell(Change.MICROPHONE_LOST)
            await self._streams.close_microphone()
            self._attempt = 0

    async def _drop_speaker(self) -> None:
        if self._streams.speaker_open:
            self._bulletin.stands(STARTING)
            self._streams.speaker.lost(self._news_at)
            self._bulletin.tell(Change.LOUDSPEAKER_LOST)
            await self._streams.close_speaker()
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
            speaker = await self._streams.open_speaker()
        except DeviceMissing:
            self._without(NO_LOUDSPEAKER if not self._server.trouble else NO_SERVER)
            return
        except AudioError as error:
            self._without(str(error))
            return
        self._steering.opened("loudspeaker", named=speaker.named)
        self._served = view is not None
        hears = not self._muted and await self._try_microphone(view)
        self._bulletin.tell(opened)
        if self._muted:
            self._bulletin.stands(MUTED)
        else:
            self._bulletin.tell(Change.MICROPHONE_BACK if hears else Change.MICROPHONE_MISSING)
        if view is None:
            self._bulletin.misses(not self._streams.named)

    async def _open_microphone(self, view: View | None) -> None:
        """Where the loudspeaker is open already."""
        if view is None:  # PortAudio has to start anew for it, and the loudspeaker gives way
            await self._listeners.said()
            await self._streams.close_speaker()
            await self._open_both(view, Change.LOUDSPEAKER_REPLACED)
            if not self._streams.speaker_open:
                self._bulletin.tell(Change.LOUDSPEAKER_LOST)
        elif await self._try_microphone(view):
            self._bulletin.tell(Change.MICROPHONE_BACK)

    async def _try_microphone(self, view: View | None) -> bool:
        """Whether it is open now."""
        if view is not None and not view.sources:
            self._without(NO_MICROPHONE)
            return False
        try:
            microphone = await self._streams.open_microphone()
        except DeviceMissing:
            self._without(NO_MICROPHONE)
            return False
        except AudioError as error:
            self._without(str(error))
            return False
        self._steering.opened("microphone", named=microphone.named)
        self._attempt = 0
        self._bulletin.stands("")
        return True

    async def _steer(self, view: View) -> None:
        found = await self._steering.follow(view)
        if found.moved:
            self._canceller.listen_to(self._streams.speaker.reference)
            if found.told:
                self._bulletin.tell(Change.MOVED)
        if found.settled:
            self._bulletin.misses(found.missing)

    def _without(self, reason: str) -> None:
        self._bulletin.without(reason)
        self._attempt += 1
