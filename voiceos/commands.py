"""What the turn-taking machine wants done. The conductor carries these out; results come back as events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from voiceos.events import Intent

EarconName = Literal[
    "listening", "heard", "thinking", "error", "muted", "unmuted", "goodbye", "awake", "asleep", "notice"
]


@dataclass(frozen=True, slots=True)
class Prepare:
    """The user speaks: get ready what can be got ready before they are done."""

    turn: int
    text: str = ""
    """What they have said so far, as far as that is known."""


@dataclass(frozen=True, slots=True)
class Transcribe:
    """Recognise the utterance so far, and judge how finished it sounds."""

    turn: int
    revision: int


@dataclass(frozen=True, slots=True)
class Think:
    """Start on a reply to `text` and hold it back: nothing sounds before `Release`."""

    turn: int
    revision: int
    text: str


@dataclass(frozen=True, slots=True)
class Release:
    """The user is done: let the held reply sound as soon as there is some."""

    turn: int
    revision: int


@dataclass(frozen=True, slots=True)
class Perform:
    """Do what the intent asks for, and say so where there is something to say."""

    turn: int
    intent: Intent
    text: str
    """What the user said, for the history."""


@dataclass(frozen=True, slots=True)
class Say:
    """Say this now."""

    turn: int
    text: str
    key: bool
    """`text` is a key of the language's own sentences."""
    unasked: bool = False
    """A sound goes before it."""


@dataclass(frozen=True, slots=True)
class Cancel:
    """Drop all work of this turn; none of it has sounded."""

    turn: int


@dataclass(frozen=True, slots=True)
class Duck:
    """Fall silent for a moment: it may be the user's first sound, or a click."""


@dataclass(frozen=True, slots=True)
class Suspend:
    """Stop sounding at once, keep the rest: it may have been a cough."""

    turn: int


@dataclass(frozen=True, slots=True)
class Resume:
    """Go on where the reply was suspended."""

    turn: int


@dataclass(frozen=True, slots=True)
class Stop:
    """Stop sounding, drop the rest; what was heard until now is what was said."""

    turn: int


@dataclass(frozen=True, slots=True)
class Replay:
    """The loudspeaker is another one: what is yet to be heard goes on there, a reply that broke off from the beginning
    of the phrase in which it did."""


@dataclass(frozen=True, slots=True)
class CloseUtterance:
    """What the microphone has heard until now is dealt with; the next voice begins a new utterance."""


@dataclass(frozen=True, slots=True)
class IgnoreMicrophone:
    """Listen to nothing (but the wake word, where there is one): until it is woken, or in half duplex while it
    speaks."""

    ignore: bool


@dataclass(frozen=True, slots=True)
class HearSince:
    """What was said from then on, monotonic seconds, is for the assistant, and nothing from before; a little of the
    past is kept for this even while the microphone is ignored."""

    at: float


@dataclass(frozen=True, slots=True)
class Earcon:
    name: EarconName


@dataclass(frozen=True, slots=True)
class Settle:
    """Nobody speaks: a good moment for work that makes the next turn faster."""


@dataclass(frozen=True, slots=True)
class LearnPause:
    """What came of a pause of the user's is known; the policy may make something of it."""

    duration_s: float
    """Until they went on, or until the answer began to sound."""
    finished: float
    """Probability, 0 to 1, that had been given to its being the end of the turn."""
    went_on: bool


Command = (
    Prepare
    | Transcribe
    | Think
    | Release
    | Perform
    | Say
    | Cancel
    | Duck
    | Suspend
    | Resume
    | Stop
    | Replay
    | CloseUtterance
    | IgnoreMicrophone
    | HearSince
    | Earcon
    | Settle
    | LearnPause
)
