"""The two streams: opened and closed one by one, and what flows through them taken for as long."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from voiceos.audio.echo import EchoCanceller
from voiceos.audio.frames import Frame
from voiceos.audio.microphone import Microphone
from voiceos.audio.speaker import Speaker, SpeakerEvent
from voiceos.audio.steering import Direction
from voiceos.clock import Clock
from voiceos.config.model import Audio
from voiceos.errors import AudioError, bug

log = logging.getLogger(__name__)


class Streams:
    """
    Args:
        on_frame: told of each frame; returns False where no more are wanted.
        on_speaker: told of what sounds.
        on_end: told when one has failed, or is no more wanted.
        canceller: takes out of the microphone what the loudspeaker sounds.
    """

    def __init__(
        self,
        settings: Audio,
        *,
        clock: Clock,
        on_frame: Callable[[Frame], bool],
        on_speaker: Callable[[SpeakerEvent], None],
        on_end: Callable[[], None],
        canceller: EchoCanceller,
    ) -> None:
        self.settings = settings
        """Of the next that is opened."""
        self.speaker = Speaker("", clock=clock, volume=settings.volume)
        """A new one each time it is opened; one that is not open swallows what is said."""
        self.speaker_open = False
        self.microphone: Microphone | None = None
        """While it is open."""
        self._clock = clock
        self._on_frame = on_frame
        self._on_speaker = on_speaker
        self._on_end = on_end
        self._canceller = canceller
        self._volume = settings.volume
        self._attentive = True
        self._flows: dict[Direction, asyncio.Task[None]] = {}
        """What takes sound from each open stream; one that has ended has failed."""

    @property
    def volume(self) -> float:
        """0 to 1, also while there is no loudspeaker."""
        return self.speaker.volume if self.speaker_open else self._volume

    @volume.setter
    def volume(self, volume: float) -> None:
        self.speaker.volume = volume
        self._volume = volume

    @property
    def attentive(self) -> bool:
        """Whether each frame is wanted at once, or may come a tenth of a second later and cost less."""
        return self._attentive

    @attentive.setter
    def attentive(self, attentive: bool) -> None:
        self._attentive = attentive
        if self.microphone is not None:
            self.microphone.attentive = attentive

    @property
    def names(self) -> tuple[str, str]:
        """Of the microphone and the loudspeaker that are open, empty where none is."""
        microphone = self.microphone.device if self.microphone is not None else None
        speaker = self.speaker.device if self.speaker_open else None
        return microphone.name if microphone else "", speaker.name if speaker else ""

    @property
    def named(self) -> bool:
        """Those that are open have the names of the settings."""
        return self.speaker.named and (self.microphone is None or self.microphone.named)

    def failed(self, which: Direction) -> bool:
        task = self._flows.get(which)
        return task is not None and task.done()

    async def open_microphone(self) -> Microphone:
        """Raises DeviceMissing where there is none, AudioError where it cannot be opened."""
        microphone = Microphone(
            self.settings.input_device,
            clock=self._clock,
            latency_s=self.settings.input_latency_ms / 1000 or None,
            or_default=True,
        )
        await microphone.__aenter__()
        microphone.attentive = self._attentive
        self.microphone = microphone
        self._flows["microphone"] = asyncio.create_task(self._hear(microphone), name="microphone")
        self._canceller.listen_to(self.speaker.reference)
        return microphone

    async def open_speaker(self) -> Speaker:
        """Raises DeviceMissing where there is none, AudioError where it cannot be opened."""
        speaker = Speaker(
            self.settings.output_device,
            clock=self._clock,
            block_ms=self.settings.output_block_ms,
            volume=self._volume,
            latency_s=self.settings.output_latency_ms / 1000 or None,
            or_default=True,
        )
        await speaker.__aenter__()
        self.speaker, self.speaker_open = speaker, True
        self._flows["loudspeaker"] = asyncio.create_task(self._play(speaker), name="loudspeaker")
        return speaker

    async def close_microphone(self) -> None:
        await self._end_flow("microphone")
        microphone, self.microphone = self.microphone, None
        if microphone is not None:
            await _closed(microphone)

    async def close_speaker(self) -> None:
        await self._end_flow("loudspeaker")
        if self.speaker_open:
            self.speaker_open = False
            self._volume = self.speaker.volume
            await _closed(self.speaker)

    async def _end_flow(self, which: Direction) -> None:
        task = self._flows.pop(which, None)
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _hear(self, microphone: Microphone) -> None:
        try:
            async for frame in microphone:
                if not self._on_frame(frame):
                    return
        except AudioError as error:
            log.warning("%s", error)
        except Exception as error:  # its text may hold what was said
            log.error("%s", bug(error))  # noqa: TRY400 - see above
        finally:
            self._on_end()

    async def _play(self, speaker: Speaker) -> None:
        try:
            async for event in speaker.events():
                self._on_speaker(event)
        except AudioError as error:
            log.warning("%s", error)
        except Exception as error:  # likewise
            log.error("%s", bug(error))  # noqa: TRY400 - see above
        finally:
            self._on_end()


async def _closed(stream: Microphone | Speaker) -> None:
    """Whatever state the sound system is in, the program goes on; what hangs is opened anew in a thread of its own."""
    try:
        await stream.__aexit__(None, None, None)
    except AudioError as error:
        log.warning("%s", error)
