"""What goes over the control socket, as pydantic models: parameters, results and events. docs/control.md is made of it.

`PROTOCOL` is raised when something that was there changes or goes; what is only added leaves it, so clients ignore
what they do not know.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from voiceos.config.model import InitiativeLevel, ListeningMode

PROTOCOL = 1

TEXT_CHARACTERS = 5000
"""Longest text to say or ask: some five minutes of speech."""

Kind = Literal[
    "state", "levels", "turn", "words", "mode", "microphone", "sound", "engine", "call", "degraded", "dropped"
]


Text = Annotated[str, Field(min_length=1, max_length=TEXT_CHARACTERS)]


class Model(BaseModel):
    model_config = ConfigDict(frozen=True)


class Params(Model):
    """Unknown names are refused: what was misspelt would otherwise be lost."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Nothing(Params):
    """No parameters."""


class Hello(Model):
    """The first line on each connection."""

    protocol: int = Field(description="Version of this protocol. Refuse one that you do not know.")
    version: str = Field(description="Of voiceos.")
    pid: int


# Parameters.


class Subscribe(Params):
    kinds: list[Kind] | None = Field(
        None, description='Which events; null is all but "levels", and "words" where `control.words` is on.'
    )


class Say(Params):
    text: Text
    wait: bool = Field(True, description="Answer once it has been heard, not once it waits to be said.")


class Ask(Params):
    text: Text


class Speak(Params):
    text: Text


class Volume(Params):
    percent: int | None = Field(None, ge=0, le=100, description="New volume; null leaves it.")
    by: int | None = Field(None, ge=-100, le=100, description="Louder or softer by so much.")


class Mode(Params):
    mode: ListeningMode | None = Field(None, description="Null leaves it.")


class History(Params):
    limit: int = Field(50, ge=1, le=1000, description="So many of the last messages.")


class RestartEngine(Params):
    name: Literal["stt", "llm", "tts"]


# Results.


class Done(Model):
    """Nothing more to tell."""


class Subscribed(Model):
    kinds: list[Kind]


class Cancelled(Model):
    cancelled: bool = Field(description="Something was being said, thought of or listened to.")


class Microphone(Model):
    muted: bool
    open: bool = Field(description="Sound comes from it.")


class Said(Model):
    heard: bool = Field(description="To its end; false where it was broken off, or still waits.")


class Answer(Model):
    answer: str


class Spoken(Model):
    text: str
    rate_hz: int
    samples: int = Field(description="Sent before in `sound` notifications.")


class Loudness(Model):
    percent: int


class Reload(Model):
    """Dotted keys, by what a change of them does."""

    live: list[str] = Field(description="In force now, or once nobody speaks.")
    sound: list[str] = Field(description="Likewise, with devices that are opened anew.")
    engines: list[str] = Field(description="Engines that are started anew.")
    restart: list[str] = Field(description="Not in force before the next start.")
    wrong: list[str] = Field(description="Why the settings, or some of them, stay as they were.")


class Listens(Model):
    mode: str


class Message(Model):
    role: Literal["user", "assistant"]
    text: str
    aside: bool = Field(description="Asked beside the conversation, which does not know of it.")


class Conversation(Model):
    messages: list[Message] = Field(description="Oldest first.")


class Engine(Model):
    name: str = Field(description='"stt", "llm" or "tts".')
    model: str = Field(description="Empty for scripted engines.")
    state: Literal["stopped", "starting", "ready", "down"]
    pid: int | None
    memory_bytes: int = Field(description="Resident; 0 where it does not run.")


class Devices(Model):
    microphone: str = Field(description="Name of the open one, empty where none is.")
    loudspeaker: str
    no_sound: str = Field(description="Why no sound comes from the microphone; empty while it does.")
    level_dbfs: float | None = Field(description="Loudness of the last half second; null without sound.")


class Turn(Model):
    """One that was answered, as its first words sounded."""

    turn: int
    time: float = Field(description="Seconds since the epoch.")
    latency_ms: int | None = Field(description="From the end of speech to the first sound; null for what nobody asked.")
    waterfall_ms: dict[str, int] = Field(description="Milliseconds since the end of speech, by stage.")


class Degraded(Model):
    """Something does not work as it should."""

    what: str
    hint: str


class Remembered(Model):
    """What the memory holds."""

    turns: int
    facts: int = Field(description="In force.")
    since: float | None = Field(description="Of the oldest turn; seconds since the epoch.")
    off_the_record: bool = Field(description="Nothing of this conversation is kept.")


class SpeaksFirst(Model):
    """What it says of its own accord, but for what it was asked to remind of."""

    level: InitiativeLevel
    silent: str = Field(
        description='Why it says nothing just now: "off", "quiet_asked_for", "quiet_hours", "on_call", "just_spoke" or '
        '"enough_today"; empty while it may.'
    )
    until: float | None = Field(description="Until when, seconds since the epoch; null where that is not known.")
    said: int = Field(description="So often in the last day.")
    most: int = Field(description="So often a day at most.")


class Status(Model):
    version: str
    protocol: int
    pid: int
    since: float = Field(description="Seconds since the epoch.")
    uptime_s: float
    ready: bool = Field(description="It has started up and listens.")
    state: str = Field(description='"quiet", "listening", "paused", "answering", "speaking" or "overlap".')
    mode: str
    muted: bool
    on_call: bool
    quiet_until: float | None = Field(
        None, description="It was asked to say nothing unasked until then; seconds since the epoch. Null: it was not."
    )
    volume_percent: int
    speed: float
    devices: Devices
    engines: list[Engine]
    memory_bytes: int = Field(description="Of the program itself; resident.")
    total_memory_bytes: int = Field(description="With its engines.")
    turns: list[Turn] = Field(description="The last ones, newest last.")
    remembered: Remembered | None = Field(
        None, description="Null: nothing is remembered, or it cannot be told just now."
    )
    speaks_first: SpeaksFirst | None = None
    degraded: list[Degraded]
    words: bool = Field(description="Whether transcripts may be had (`control.words`).")


# Notifications that belong to a request.


class Piece(Model):
    """A piece of an answer, as the language model writes it."""

    request: str | int | None = Field(description="Id of the `ask`.")
    text: str


class Sound(Model):
    """A piece of speech."""

    request: str | int | None = Field(description="Id of the `speak`.")
    pcm: str = Field(description="Signed 16-bit little-endian samples of one channel, Base64.")


# Events.


class Event(Model):
    kind: Kind
    time: float = Field(description="Seconds since the epoch.")


class StateEvent(Event):
    """Whose turn it is has changed."""

    kind: Literal["state"] = "state"
    state: str
    turn: int


class LevelsEvent(Event):
    """Ten times a second while the microphone is open."""

    kind: Literal["levels"] = "levels"
    dbfs: float
    voice: float = Field(description="Probability that somebody speaks, 0 to 1.")


class TurnEvent(Event):
    """The first words of an answer sound."""

    kind: Literal["turn"] = "turn"
    turn: int
    latency_ms: int | None
    waterfall_ms: dict[str, int]


class WordsEvent(Event):
    """What was said; only where `control.words` is on."""

    kind: Literal["words"] = "words"
    turn: int
    who: Literal["user", "assistant"]
    text: str
    final: bool = Field(description="False: so far, more may follow or other words replace them.")


class ModeEvent(Event):
    """What is listened to has changed."""

    kind: Literal["mode"] = "mode"
    mode: str


class MicrophoneEvent(Event):
    """Muted, or no longer."""

    kind: Literal["microphone"] = "microphone"
    muted: bool


class SoundEvent(Event):
    """A device went away, came back or is another."""

    kind: Literal["sound"] = "sound"
    microphone: str
    loudspeaker: str
    no_sound: str


class EngineEvent(Event):
    """An engine came or went."""

    kind: Literal["engine"] = "engine"
    name: str
    state: str


class CallEvent(Event):
    """Another program uses the microphone, or no longer does."""

    kind: Literal["call"] = "call"
    on_call: bool


class DegradedEvent(Event):
    """What does not work as it should has changed."""

    kind: Literal["degraded"] = "degraded"
    degraded: list[Degraded]


class DroppedEvent(Event):
    """The client reads too slowly: so many events are lost."""

    kind: Literal["dropped"] = "dropped"
    count: int


EVENTS: tuple[type[Event], ...] = (
    StateEvent,
    LevelsEvent,
    TurnEvent,
    WordsEvent,
    ModeEvent,
    MicrophoneEvent,
    SoundEvent,
    EngineEvent,
    CallEvent,
    DegradedEvent,
    DroppedEvent,
)
