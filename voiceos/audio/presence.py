"""Whether sound flows from the microphone, and where it does not, why: for `voiceos status` and the watchdog."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

STARTING = "the sound is being opened"
MUTED = "muted"
NO_SERVER = "no sound server"
NO_MICROPHONE = "no microphone"
NO_LOUDSPEAKER = "no loudspeaker"


@dataclass(frozen=True, slots=True)
class Presence:
    """Frames come where `reason` is "": a stream that has stopped is noticed within some 2 s, and `reason` is set until
    it flows again."""

    reason: str
    """Why no frames come, in plain words: one of the above, or what the sound system complained of. Empty while they
    should come."""
    since: float
    """Since when that is so, monotonic seconds."""


class Change(Enum):
    """What has become of the sound; told as it happens, in this order where several do."""

    SLEPT = "the computer has slept"
    MICROPHONE_LOST = "microphone lost"
    LOUDSPEAKER_LOST = "loudspeaker lost"
    LOUDSPEAKER_BACK = "there is a loudspeaker"
    """Another `speaker` has been opened, whatever was lost before."""
    LOUDSPEAKER_REPLACED = "loudspeaker opened anew"
    """For the microphone's sake; it was never gone."""
    MICROPHONE_BACK = "there is a microphone"
    MICROPHONE_MISSING = "no microphone"
    """There is a loudspeaker to say so."""
    MOVED = "moved"
    """One or both are on another device, and went on all the while."""
    ANOTHER = "another device than the settings name"
