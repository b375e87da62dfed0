"""What the user is told of microphone and loudspeaker as they come and go, and what the machine is."""

from __future__ import annotations

from collections.abc import Callable

from voiceos import events as ev
from voiceos.audio.presence import Change
from voiceos.clock import Clock
from voiceos.conductor import Conductor

GONE, MISSING = "microphone_gone", "no_microphone"


class Earpiece:
    """Args:
    conductor: asked for at each use.
    """

    def __init__(self, conductor: Callable[[], Conductor], *, clock: Clock) -> None:
        self._conductor = conductor
        self._clock = clock
        self._spoke = self._heard = False
        """There has been a loudspeaker, or a microphone."""
        self._missed = False
        """The loudspeaker is gone, or has just come back, and the user knows."""
        self._deaf = False
        """The user has been told that there is no microphone, or is to be."""
        self._slept = False

    def change(self, change: Change) -> None:
        """To be called in the loop, in the order in which things happen."""
        conductor, at = self._conductor(), self._clock.monotonic()
        match change:
            case Change.SLEPT:
                self._slept = True
                conductor.post(ev.Slept(at))
            case Change.MICROPHONE_LOST:
                conductor.post(ev.MicrophoneClosed(at))
                self._missed = False
                if not self._slept:
                    self._deaf = True
                    conductor.announce(GONE, key=True, urgency="high")
            case Change.LOUDSPEAKER_LOST:
                self._missed = self._spoke and not self._slept
                conductor.post(ev.LoudspeakerLost(at))
            case Change.LOUDSPEAKER_BACK:
                self._spoke = True
                self._slept = False  # a microphone that is muted does not tell
                conductor.post(ev.LoudspeakerBack(at, self._missed))
            case Change.LOUDSPEAKER_REPLACED:
                conductor.post(ev.LoudspeakerLost(at))
                conductor.post(ev.LoudspeakerBack(at, missed=False))
            case Change.MICROPHONE_BACK:
                self._hears(conductor, at)
            case Change.MICROPHONE_MISSING:
                self._missed = self._slept = False
                if not self._deaf:
                    self._deaf = True
                    conductor.announce(GONE if self._heard else MISSING, key=True, urgency="high")
            case Change.MOVED:
                conductor.post(ev.MicrophoneOpened(at))
                conductor.announce("sound_moved", key=True)
            case Change.ANOTHER:
                conductor.announce("device_missing", key=True)

    def _hears(self, conductor: Conductor, at: float) -> None:
        conductor.withdraw(GONE)
        conductor.withdraw(MISSING)
        conductor.post(ev.MicrophoneOpened(at))
        if self._deaf and not self._missed:  # else its voice, which is back as well, tells enough
            conductor.announce("microphone_back" if self._heard else "microphone_there", key=True)
        self._heard = True
        self._deaf = self._missed = self._slept = False
