"""Facts, as they reach the turn-taking machine. `at` is always monotonic seconds: when the fact was known.

`turn` and `revision` number the work that a fact belongs to (see `turn_taking/machine.py`); a fact that carries an
older number is late and changes nothing, but for words of the same turn that are read ahead.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Urgency = Literal["normal", "high"]


@dataclass(frozen=True, slots=True)
class Tick:
    """Time has passed; comes whether sound flows or not: with each frame, and some half a second after the last one
    every 100 ms."""

    at: float
    heard_until: float = float("-inf")
    """Until when the microphone's sound is known: the end of the last frame."""


@dataclass(frozen=True, slots=True)
class VoiceNoticed:
    """A first frame with a voice in it, or a click: the next two will tell."""

    at: float


@dataclass(frozen=True, slots=True)
class SpeechStarted:
    """The user began to speak: the first voice since the last utterance was closed."""

    at: float
    began_at: float
    """When the first voiced frame was captured."""
    heard_until: float
    """When the last one ended."""


@dataclass(frozen=True, slots=True)
class SpeechPaused:
    """The user has been silent for the policy's shortest pause, or their voice has faded."""

    at: float
    silent_since: float
    """When the last voiced frame ended, or the voice faded."""
    voiced_s: float
    """Seconds of voice in the utterance so far."""


@dataclass(frozen=True, slots=True)
class SpeechResumed:
    """The user speaks on in the same utterance."""

    at: float


@dataclass(frozen=True, slots=True)
class UtteranceFull:
    """The utterance has reached the longest stretch that the recogniser takes."""

    at: float


EndpointJudge = Literal["sound", "words"]
"""What a turn is judged by: how it was said (the end-of-turn model), or what was said (the language model)."""


@dataclass(frozen=True, slots=True)
class EndpointJudged:
    """How finished the utterance is."""

    at: float
    turn: int
    revision: int
    probability: float
    """0 to 1, that the user is done; as the judge sees it, uncalibrated."""
    by: EndpointJudge = "sound"


CRISIS = "crisis"
"""Name of the intent that is no wish: what was said shows that a life is in danger."""


ANSWER = "meeting_answer"
"""Name of the intent that is no known sentence: an answer to what the assistant has asked, whatever it is."""


@dataclass(frozen=True, slots=True)
class Intent:
    """A wish that is understood without the language model."""

    name: str
    slots: Mapping[str, str | int | float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Words:
    """What the user said."""

    text: str
    intent: Intent | None = None
    named: bool = False
    """The assistant's name was said."""
    echo: bool = False
    """These are the assistant's own words, come back through the microphone."""
    distant: bool = False
    """Somebody farther away said it than who spoke to the assistant last."""
    backchannel: bool = False
    """They only show that the user listens: "mm-hm", "I see"."""


@dataclass(frozen=True, slots=True)
class Unclear:
    """Somebody spoke, but it could not be made out."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """No speech: a cough, a door, music."""


Heard = Words | Unclear | Nothing


@dataclass(frozen=True, slots=True)
class Transcribed:
    at: float
    turn: int
    revision: int
    heard: Heard


@dataclass(frozen=True, slots=True)
class PlaybackStarted:
    """The first sample of the turn's reply sounds."""

    at: float
    turn: int
    opening: bool = False
    """It is an opener, and no word behind it is there yet."""


@dataclass(frozen=True, slots=True)
class WordsReady:
    """What follows the opener of the turn's reply is there."""

    at: float
    turn: int


@dataclass(frozen=True, slots=True)
class PlaybackFinished:
    """The last sample of the turn's reply has sounded, or there was nothing to play."""

    at: float
    turn: int


@dataclass(frozen=True, slots=True)
class WorkFailed:
    """Work for a turn has failed."""

    at: float
    turn: int
    revision: int
    sentence: str
    """Key of the sentence to be heard."""


@dataclass(frozen=True, slots=True)
class Announce:
    """Something the assistant says of its own accord: an error, a reminder, `voiceos say`."""

    at: float
    text: str
    """What to say; a key of the language's own sentences where `key` is true."""
    key: bool = False
    urgency: Urgency = "normal"
    """"high" goes before everything that waits."""
    number: int = 0
    """Above 0 and given once where this one may have to be withdrawn, and no other of the same words."""
    unasked: bool = False
    """It speaks first: a sound goes before it. Its text is no key."""


@dataclass(frozen=True, slots=True)
class Withdraw:
    """What an announcement was to tell is no longer so; it is not said unless it sounds already."""

    at: float
    text: str
    """As in the `Announce`."""
    number: int = 0
    """Likewise; 0: whatever has this text."""


@dataclass(frozen=True, slots=True)
class Listen:
    """The user wants to be listened to: the push key, `voiceos listen`."""

    at: float


@dataclass(frozen=True, slots=True)
class WakeWordHeard:
    """The user has said the wake word."""

    at: float
    since: float
    """Before it began, monotonic seconds."""


@dataclass(frozen=True, slots=True)
class BreakOff:
    """The user stops, by hand, whatever is being said, thought of or listened to."""

    at: float


@dataclass(frozen=True, slots=True)
class MicrophoneClosed:
    """No more sound will come from the user: muted, or the device is gone."""

    at: float


@dataclass(frozen=True, slots=True)
class MicrophoneOpened:
    """Sound comes from the user again, perhaps through another device."""

    at: float


@dataclass(frozen=True, slots=True)
class LoudspeakerLost:
    """Nothing that is said can be heard any more."""

    at: float


@dataclass(frozen=True, slots=True)
class LoudspeakerBack:
    """It can, perhaps through another device."""

    at: float
    missed: bool = True
    """The user knows that it was gone."""


@dataclass(frozen=True, slots=True)
class Slept:
    """The computer was suspended, and is not any more."""

    at: float


@dataclass(frozen=True, slots=True)
class EchoRemains:
    """The microphone hears the assistant, and too little of that can be removed to listen while it speaks."""

    at: float


@dataclass(frozen=True, slots=True)
class CallChanged:
    """Another program has begun to use the microphone, as in a call, or no longer does."""

    at: float
    going_on: bool


Event = (
    Tick
    | VoiceNoticed
    | SpeechStarted
    | SpeechPaused
    | SpeechResumed
    | UtteranceFull
    | EndpointJudged
    | Transcribed
    | PlaybackStarted
    | WordsReady
    | PlaybackFinished
    | WorkFailed
    | Announce
    | Withdraw
    | Listen
    | WakeWordHeard
    | BreakOff
    | MicrophoneClosed
    | MicrophoneOpened
    | LoudspeakerLost
    | LoudspeakerBack
    | Slept
    | EchoRemains
    | CallChanged
)
