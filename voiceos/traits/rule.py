"""When a trait takes a step: one a day at most, from counts against thresholds. Pure. Numbers are set by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from voiceos.traits.book import Book, Change, Limits, in_force

TRAITS = ("talkativeness", "humour", "directness", "warmth")

REST_DAYS = 3
"""A trait that took a step takes no other before."""
HELD_DAYS = 60
"""A step that the user took back is not taken again before."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Evidence that moves a trait."""

    kind: str
    trait: str
    step: int
    least: int
    """So often it must have been seen."""
    of: str = ""
    """Kind that it is a part of, of which there must be `least_of`."""
    least_of: int = 0
    share: float = 0.0
    """So large a part at least."""


REASONS = (
    Reason("no_jokes", "humour", -1, 1),
    Reason("shorter", "talkativeness", -1, 2),
    Reason("cut_off", "talkativeness", -1, 5, of="answers", least_of=12, share=0.35),
    Reason("longer", "talkativeness", 1, 4),
    Reason("gentle", "directness", -1, 2),
    Reason("blunt", "directness", 1, 2),
    Reason("gushing", "warmth", -1, 2),
    Reason("cold", "warmth", 1, 2),
    Reason("laughs", "humour", 1, 5),
    Reason("jokes", "humour", 1, 3),
    Reason("thanks", "warmth", 1, 15),
)
"""What was asked for goes before what was only seen; of several the first."""


def kinds(trait: str) -> frozenset[str]:
    """Of the evidence about a trait."""
    about = [reason for reason in REASONS if reason.trait == trait]
    return frozenset({reason.kind for reason in about} | {reason.of for reason in about if reason.of})


def decide(book: Book, limits: Limits, day: date) -> Change | None:
    """The step that is due on a day; None where there is none."""
    if any(change.day == day for change in book.changes):
        return None
    holding = [reason for reason in REASONS if _holds(reason, book, day)]
    for reason in holding:
        low, high = limits.get(reason.trait, (0, 0))
        now = in_force(book.drift, {reason.trait: (low, high)})[reason.trait]
        if not low <= now + reason.step <= high or _rests(reason, book, day):
            continue
        if any(other.trait == reason.trait and other.step != reason.step for other in holding):
            continue  # it speaks for both ways
        of = book.seen(reason.of, day) if reason.of else 0
        return Change(day, reason.trait, reason.step, reason.kind, book.seen(reason.kind, day), of)
    return None


def _holds(reason: Reason, book: Book, day: date) -> bool:
    count = book.seen(reason.kind, day)
    if count < reason.least:
        return False
    of = book.seen(reason.of, day) if reason.of else 0
    return of >= reason.least_of and count >= reason.share * of


def _rests(reason: Reason, book: Book, day: date) -> bool:
    for change in book.changes:
        if change.trait != reason.trait:
            continue
        if 0 <= (day - change.day).days < REST_DAYS:
            return True
        back = change.undone
        if back is not None and change.step == reason.step and 0 <= (day - back).days < HELD_DAYS:
            return True
    return False
