"""What is known of the first meeting: plain data, replaced at every step, kept from start to start."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum


class Question(StrEnum):
    """In the order in which they are asked."""

    LANGUAGE = "language"
    CALL = "call"
    """What to call the user."""
    VOICE = "voice"
    MANNER = "manner"
    """How to be with them."""
    TALK = "talk"
    """What they like to talk about."""
    QUIET = "quiet"
    FIRST = "first"
    """Whether it may speak first."""
    NAME = "name"
    """Its own."""


class Stage(StrEnum):
    NONE = "none"
    """There was no meeting yet."""
    OPEN = "open"
    """A question is open."""
    PUT_OFF = "put_off"
    """For later: it may be offered again."""
    OFFERED = "offered"
    """It was asked whether to go on."""
    DECLINED = "declined"
    """Not wanted; it is not offered again."""
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Meeting:
    stage: Stage = Stage.NONE
    question: Question = Question.CALL
    """The one that is open, or with which to go on."""
    silences: int = 0
    """In a row, behind this question."""
    misses: int = 0
    """Answers to this question that were not understood."""
    offers: int = 0
    """How often it was offered to go on."""
    traits: tuple[str, ...] = ()
    """How the user wants it to be: keys of `traits` in meeting.toml."""
    topics: tuple[str, ...] = ()
    """What they like to talk about: keys of `topics`."""
    proposed: str = ""
    """The name that it has proposed for itself."""
    refused: tuple[str, ...] = ()
    """Names that were not liked."""


@dataclass(frozen=True, slots=True)
class Here:
    """What is so as a question is asked or answered: the settings in force, and what there is to choose from."""

    user_name: str = ""
    name: str = "Ada"
    """The assistant's."""
    named: bool = False
    """Somebody has chosen that name; it is no default."""
    language: str = "en"
    languages: tuple[str, ...] = ("en",)
    voice: str = ""
    """As it is called."""
    voices: tuple[str, ...] = ()
    """The others that are here, as they are called."""
    speed: float = 1.0
    quiet_hours: str = ""
    """As in the settings."""
    level: str = "rare"
    """Likewise."""
    terminal: bool = False
    """It is read, not heard."""


@dataclass(frozen=True, slots=True)
class Line:
    """A text of meeting.toml."""

    key: str
    """Dotted."""
    question: Question | None = None
    """Tells this question: `key` is its table."""


@dataclass(frozen=True, slots=True)
class Set:
    """A setting takes another value."""

    key: str
    """Dotted."""
    value: str | float


@dataclass(frozen=True, slots=True)
class KnowName:
    """The user has said what they are called: a fact for the memory."""

    name: str


@dataclass(frozen=True, slots=True)
class UseVoice:
    """Change over to a voice; what came of it is told by `machine.voice_is_there`."""

    spoken: str


@dataclass(frozen=True, slots=True)
class BecomeSo:
    """The persona is what traits and topics make of it."""

    traits: tuple[str, ...]
    topics: tuple[str, ...]


Deed = Set | KnowName | UseVoice | BecomeSo


@dataclass(frozen=True, slots=True)
class Step:
    """What comes of an event."""

    meeting: Meeting
    says: tuple[Line, ...] = ()
    does: tuple[Deed, ...] = ()


def applied(here: Here, does: Iterable[Deed]) -> Here:
    """What is so once these have been done; a voice is there only later."""
    for deed in does:
        match deed:
            case Set("assistant.user_name", str(name)):
                here = replace(here, user_name=name)
            case Set("assistant.name", str(name)):
                here = replace(here, name=name, named=True)
            case Set("tts.speed", float(speed)):
                here = replace(here, speed=speed)
            case Set("initiative.quiet_hours", str(hours)):
                here = replace(here, quiet_hours=hours)
            case Set("initiative.level", str(level)):
                here = replace(here, level=level)
    return here
