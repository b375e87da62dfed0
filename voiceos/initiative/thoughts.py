"""Something it has been thinking about: what became of a plan whose day is over, or of a promise without a day. Pure.

At most one is prepared at a time, and asked about while somebody is there: a moment behind what they said, so that it
breaks into no talk. It is the least urgent of all, and heard where it may speak first as often as it likes.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time, timedelta

from voiceos.initiative.budget import Outcome
from voiceos.initiative.ledger import Ledger
from voiceos.initiative.occasions import REMINDER, THERE, Kind, Occasion
from voiceos.memory import USER, Fact
from voiceos.memory import Kind as FactKind

# All set by hand.
A_DAY = timedelta(days=1)
UNDATED_AFTER = timedelta(days=3)
"""A promise without a day is asked about then."""
THOUGHT_KEEPS = timedelta(days=7)
"""Later nobody knows any more what is meant."""
THOUGHT_EVERY = timedelta(hours=20)
"""One a day: a day that begins an hour earlier is one too."""
A_MOMENT = timedelta(minutes=1)
"""Behind what was said."""


def may_be_asked(fact: Fact, now: datetime) -> tuple[datetime, datetime] | None:
    """From when to when what became of it may be asked; None where it is nothing to ask about."""
    if fact.subject != USER or fact.relation == REMINDER or fact.superseded_at is not None:
        return None
    if fact.kind not in (FactKind.PLAN, FactKind.COMMITMENT):
        return None
    if fact.due is not None:  # by the day of the clock that it was told by
        day = now.replace(year=fact.due.year, month=fact.due.month, day=fact.due.day)
        opens = datetime.combine(day.date(), time(), now.tzinfo) + A_DAY
    elif fact.kind is FactKind.COMMITMENT:
        opens = fact.last.astimezone(now.tzinfo) + UNDATED_AFTER
    else:
        return None
    return opens, opens + THOUGHT_KEEPS


def thoughts(facts: Iterable[Fact], ledger: Ledger, now: datetime) -> list[Occasion]:
    """One, or none.

    Args:
        facts: plans and commitments; those that were spoken of since their day are left out by whoever knows.
        now: with the time zone of the clock on the wall.
    """
    last = ledger.attendance.last
    if last is None or _was_one(ledger, now):
        return []
    open_now: list[tuple[bool, float, datetime, Occasion]] = []
    for fact in facts:
        span = may_be_asked(fact, now)
        key = f"thought:{fact.id}"
        if span is None or not span[0] <= now < span[1] or key in ledger.settled:
            continue
        since, until = max(span[0], last + A_MOMENT), min(span[1], last + THERE)
        if since < until and now < until:
            occasion = Occasion(Kind.THOUGHT, key, since, until, fact.id)
            open_now.append((fact.due is not None, fact.weight, span[0], occasion))
    return [max(open_now, key=lambda one: (*one[:3], one[3].key))[3]] if open_now else []


def _was_one(ledger: Ledger, now: datetime) -> bool:
    """By the distance, as a clock may be set back."""
    said = (one.at for one in ledger.decisions if one.kind is Kind.THOUGHT and one.outcome is Outcome.NOW)
    return any(abs(now - at) < THOUGHT_EVERY for at in said)
