"""What the turn-taking machine knows: plain data, replaced at every step."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from voiceos import events as ev
from voiceos.commands import Command, LearnPause


class Phase(Enum):
    QUIET = "quiet"
    LISTENING = "listening"
    PAUSED = "paused"
    ANSWERING = "answering"
    SPEAKING = "speaking"
    OVERLAP = "overlap"


class IllegalEvent(Exception):
    """An event that the phase cannot meet, or with a number that was never given out. The state is unchanged."""


@dataclass(frozen=True, slots=True)
class State:
    phase: Phase = Phase.QUIET
    turn: int = 0
    """Number of the newest turn."""
    revision: int = 0
    """Pauses in it so far."""
    known_at: int = 0
    """The newest of them of which the words are known."""
    known: str = ""
    """Those words, where they are for us."""
    voice_since: float = 0.0
    silent_since: float = 0.0
    heard_until: float = float("-inf")
    """Until when the microphone's sound is known."""
    voice: bool = False
    """Somebody speaks right now."""
    utterance_open: bool = False
    heard: ev.Heard | None = None
    """What this revision said; None while it is being recognised."""
    sound: float | None = None
    """How finished it sounds; None while that is being judged, or not judged at all."""
    words: float | None = None
    """How finished its words are; likewise."""
    thinks: bool = False
    """An answer to this revision has been begun."""
    failed: str | None = None
    """Sentence to be heard because this revision's work failed."""
    full: bool = False
    """The utterance can grow no longer."""
    replying: int | None = None
    """Turn whose reply sounds or is suspended."""
    suspended: bool = False
    interrupting: int = 0
    """The turn whose words ended a reply last."""
    asking: ev.Announce | None = None
    """The announcement that is being said, until it sounds."""
    announcing: ev.Announce | None = None
    """The one that sounds or is suspended, until all of it has been heard, or somebody answers to it."""
    answering_since: float = 0.0
    hinted: bool = False
    """The thinking earcon has sounded in this turn."""
    opening_since: float | None = None
    """When an opener began to sound behind which no word is there yet."""
    quiet_since: float = 0.0
    follow_up_until: float = float("-inf")
    """Where not all that is said is for us, speech that begins until then is."""
    attends_until: float = float("-inf")
    """It was called: speech that begins until then is for us, whatever the mode, and be there a call."""
    ignoring: bool = False
    """The microphone is not listened to."""
    announcements: tuple[ev.Announce, ...] = ()
    echoes: int = 0
    unclear: int = 0
    """Turns in a row that could not be made out."""
    half_duplex: bool = False
    ended: LearnPause | None = None
    """The pause that the last reply ended, until it is known whether the user was done."""
    sounded_at: float = 0.0
    """When that reply's first sample sounded."""
    lost_at: float | None = None
    """Since when there is no loudspeaker."""
    on_call: bool = False
    """Another program uses the microphone: only what names the assistant is for it, and it says nothing unasked."""


Step = tuple[State, list[Command]]
"""The next state, and what is to be done."""


def forget(state: State) -> State:
    """Without what belonged to the last revision."""
    return replace(state, heard=None, sound=None, words=None, thinks=False, failed=None)
