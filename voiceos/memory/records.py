"""What the memory hands out: episodes, facts, and when a fact was told. Plain values that nobody changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Generic, TypeVar

USER = "user"
"""The subject of what is known of the user."""

NOTE = "note"
"""The relation of what was told to be remembered, and taken apart no further."""

T = TypeVar("T")


class Kind(StrEnum):
    FACT = "fact"
    PREFERENCE = "preference"
    PERSON = "person"
    PLAN = "plan"
    COMMITMENT = "commitment"


class Scope(StrEnum):
    """What a summary is of."""

    DAY = "day"
    WEEK = "week"
    """From Monday on."""
    PROFILE = "profile"
    """Who the user is, and how it stands between them and the assistant."""


class Source(StrEnum):
    TOLD = "told"
    """The user asked that it be remembered."""
    DRAWN = "drawn"
    """The language model found it in what was said."""


@dataclass(frozen=True, slots=True)
class Episode:
    """One turn of a conversation."""

    id: int
    at: datetime
    """With the offset from UTC that was in force then; whole seconds."""
    conversation: str
    said: str
    """By the user; empty where the assistant spoke of its own accord."""
    heard: str
    """Of the answer; not what was written and never sounded."""
    cut_off: bool
    """The user broke the answer off."""


@dataclass(frozen=True, slots=True)
class Fact:
    id: int
    subject: str
    relation: str
    value: str
    sentence: str
    """In words, as it was told first."""
    kind: Kind
    since: datetime
    """When it was told first."""
    last: datetime
    """When it was told last, in UTC."""
    due: datetime | None
    """Of plans and commitments."""
    episode: int | None
    """In which it was told first; None where no conversation told it, or that one is kept no more."""
    source: Source
    weight: float
    """1, and 1 more each time it was told again."""
    single: bool
    """Another value of the same subject and relation takes its place."""
    superseded_by: int | None
    """None too where what took its place was forgotten."""
    superseded_at: datetime | None
    """None while it is in force."""
    used: datetime | None
    """When it was last of use in an answer."""
    repeats: str = ""
    """By which rule it is due again and again, from `due` on; empty: it is due once."""

    @property
    def in_force(self) -> bool:
        return self.superseded_at is None


@dataclass(frozen=True, slots=True)
class Telling:
    """Once that a fact was told: the answer to "when did I tell you that?"."""

    fact: int
    at: datetime
    sentence: str
    source: Source
    episode: Episode | None
    """None where no conversation told it, or that one is kept no more."""


@dataclass(frozen=True, slots=True)
class Summary:
    """In short, what was talked of on a day or in a week, or who the user is; it can be made anew from its sources."""

    id: int
    scope: Scope
    begins: date
    """By the clock on the wall, as it was then."""
    ends: date
    """The last day."""
    lines: tuple[str, ...]
    """Sentences to the user; empty where there was nothing to tell."""
    written: datetime
    outdated: bool = False
    """Of a profile: something that it came from is no longer so."""


@dataclass(frozen=True, slots=True)
class Hit(Generic[T]):
    """Something that a search found."""

    item: T
    score: float
    """How well it fits, by BM25; more is better, comparable within one search only."""


@dataclass(frozen=True, slots=True)
class Stats:
    """How much is kept."""

    episodes: int
    conversations: int
    facts: int
    """In force."""
    superseded: int
    vectors: int
    first: datetime | None
    """The oldest episode, in UTC."""
    last: datetime | None
    size_bytes: int
    """Of all the store's files."""
    summaries: int = 0
    """Of days and weeks, with the profile."""


def plain(subject: str, relation: str, value: str) -> str:
    """A sentence for a fact that has none."""
    return f"{subject} {relation} {value}".replace("_", " ")
