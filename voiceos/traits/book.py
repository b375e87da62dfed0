"""What is counted, how far each trait has come, and every step with its reason. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType

REMEMBERED = 100
"""Steps that are told of, the newest."""

WINDOW_DAYS = 14
"""So long what was counted counts."""

Counts = Mapping[str, int]
"""By kind of evidence."""

Limits = Mapping[str, tuple[int, int]]
"""Of each trait: how many steps it may go down and up, (−2, 2) at most."""


@dataclass(frozen=True, slots=True)
class Change:
    """One step of a trait."""

    day: date
    trait: str
    step: int
    """−1 or 1."""
    reason: str
    """One of `rule.REASONS`."""
    count: int
    of: int
    """What `count` is a part of; 0 where it stands alone."""
    undone: date | None = None
    """When it was taken back."""


@dataclass(frozen=True, slots=True)
class Book:
    days: Mapping[date, Counts] = field(default_factory=lambda: MappingProxyType({}))
    drift: Counts = field(default_factory=lambda: MappingProxyType({}))
    """Steps that each trait has come, those that were taken back left out."""
    changes: tuple[Change, ...] = ()
    """The oldest first."""

    def counted(self, day: date, counts: Counts) -> Book:
        """With what was seen on a day; days that count no more are left out."""
        if not counts:
            return self
        days = {one: seen for one, seen in self.days.items() if 0 <= (day - one).days < WINDOW_DAYS}
        before = days.get(day, {})
        days[day] = {kind: before.get(kind, 0) + counts.get(kind, 0) for kind in {**before, **counts}}
        return replace(self, days=days)

    def seen(self, kind: str, day: date) -> int:
        """How often, in the days that count on a day."""
        return sum(seen.get(kind, 0) for one, seen in self.days.items() if 0 <= (day - one).days < WINDOW_DAYS)


def in_force(drift: Counts, limits: Limits) -> dict[str, int]:
    """How far each trait has come within bounds, which may have been narrowed since."""
    return {trait: max(low, min(high, drift.get(trait, 0))) for trait, (low, high) in limits.items()}


def taken(book: Book, change: Change, kinds: frozenset[str], limits: Limits) -> Book:
    """With a step taken. It goes from what is in force, and its evidence is used up.

    Args:
        kinds: of the evidence about this trait.
    """
    drift = {**book.drift, change.trait: in_force(book.drift, limits)[change.trait] + change.step}
    days = {day: {kind: n for kind, n in seen.items() if kind not in kinds} for day, seen in book.days.items()}
    return Book(days, drift, (*book.changes, change)[-REMEMBERED:])


def undone(book: Book, day: date) -> tuple[Book, Change | None]:
    """With the last step that stands taken back, and which that was; None where there is none."""
    for place in range(len(book.changes) - 1, -1, -1):
        last = book.changes[place]
        if last.undone is None:
            drift = {**book.drift, last.trait: book.drift.get(last.trait, 0) - last.step}
            changes = (*book.changes[:place], replace(last, undone=day), *book.changes[place + 1 :])
            return Book({}, drift, changes), last
    return book, None


def reset(book: Book, day: date) -> Book:
    """With all steps taken back, and nothing counted."""
    return Book({}, {}, tuple(replace(one, undone=one.undone or day) for one in book.changes))
