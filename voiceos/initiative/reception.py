"""How the user took it that something was said unasked: numbers a kind, no words. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from voiceos.initiative.occasions import Kind


class Answer(StrEnum):
    KINDLY = "kindly"
    """They answered."""
    IGNORED = "ignored"
    WAVED_AWAY = "waved_away"
    """ "Not now", "stop"."""


PRIOR = 2.0
"""As if it had been taken kindly twice: a single "not now" is no reason to fall silent. Set by hand."""
IGNORED_WORTH = 0.5
"""Silence may be consent, or nobody there."""
HALF_LIFE_DAYS = 14.0
"""What was waved away is tried again after weeks, not never: people's days change. Set by hand."""


@dataclass(frozen=True, slots=True)
class Counts:
    kindly: float = 0.0
    ignored: float = 0.0
    waved_away: float = 0.0
    at: datetime | None = None
    """When they were counted; they fade from then on."""

    def faded(self, now: datetime) -> Counts:
        days = 0.0 if self.at is None else max(0.0, (now - self.at).total_seconds() / 86_400)
        rest = 0.5 ** (days / HALF_LIFE_DAYS)
        return Counts(self.kindly * rest, self.ignored * rest, self.waved_away * rest, now)

    def factor(self, now: datetime) -> float:
        """0 to 1; 1 where nothing is known."""
        left = self.faded(now)
        welcome = PRIOR + left.kindly + IGNORED_WORTH * left.ignored
        return welcome / (PRIOR + left.kindly + left.ignored + left.waved_away)


@dataclass(frozen=True, slots=True)
class Reception:
    counts: Mapping[Kind, Counts] = field(default_factory=dict)

    def factor(self, kind: Kind, now: datetime) -> float:
        """0 to 1."""
        return self.counts.get(kind, Counts()).factor(now)

    def answered(self, kind: Kind, answer: Answer, now: datetime) -> Reception:
        before = self.counts.get(kind, Counts()).faded(now)
        after = replace(before, **{answer.value: getattr(before, answer.value) + 1.0})
        return Reception({**self.counts, kind: after})
