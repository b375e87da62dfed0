"""Occasions to speak first: what there is to say, from when to when it is true, and the name it is said once by. Pure.

Days and hours are those of the clock on the user's wall; a moment that was asked for is a moment, in whatever zone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from voiceos.initiative import repeats
from voiceos.initiative.attendance import Attendance
from voiceos.initiative.hours import QuietHours, next_at
from voiceos.memory import USER, Fact, Source
from voiceos.memory import Kind as FactKind

REMINDER = "reminder"
"""The relation of facts that the user asked to be reminded of at a time."""


REPEATED = "repeat"
"""Begins the names of the moments of one that repeats."""


class Kind(StrEnum):
    REMINDER = "reminder"
    """Asked for at a time."""
    COMMITMENT = "commitment"
    """Something that the user has promised is due."""
    PLAN = "plan"
    OFFER = "offer"
    """Whether they want to be reminded of what they have just promised or planned."""
    MORNING = "morning"
    """The first turn of the day, and what it holds."""
    NIGHT = "night"
    """They still talk, late."""
    SILENCE = "silence"
    """Nothing was heard of them for days."""
    THOUGHT = "thought"
    """What became of something that they had planned, or promised; see `thoughts.py`."""


URGENCY: Mapping[Kind, float] = {
    Kind.REMINDER: 1.0,
    Kind.COMMITMENT: 0.9,
    Kind.PLAN: 0.7,
    Kind.OFFER: 0.6,
    Kind.MORNING: 0.6,
    Kind.NIGHT: 0.5,
    Kind.SILENCE: 0.4,
    Kind.THOUGHT: 0.3,
}
"""0 to 1, set by hand: others wait for what was promised, nobody waits for a remark."""

# How long each stays true; all set by hand.
REMINDER_KEEPS = timedelta(days=30)
"""A reminder is told late rather than never: whoever asked for it has put it out of their mind."""
DUE_KEEPS = timedelta(hours=2)
"""Of what is due at an hour."""
OFFER_KEEPS = timedelta(days=2)
"""Behind what was said; longer ago nobody knows any more what is meant."""
OFFER_BEFORE = timedelta(hours=1)
"""So long before it is due there is still something to be reminded of."""
THERE = timedelta(minutes=10)
"""So long behind their last turn somebody is there to be asked."""
MORNING_KEEPS = timedelta(minutes=30)
NIGHT_KEEPS = timedelta(minutes=10)

DAY_BEGINS = time(9)
"""What is due on a day, at no hour, is told then."""

NIGHT_BEGINS, NIGHT_ENDS = time(23, 30), time(4)
"""Where there are no quiet hours."""
NIGHT_BEFORE = timedelta(minutes=30)
"""Where there are, the last half an hour before them."""
NIGHT_TURNS = 3
"""Fewer turns in a stretch are no late talk, but a question on the way to bed."""

SILENCE_DAYS = 3
SILENCE_KEEPS = timedelta(days=11)
SILENCE_FROM, SILENCE_TO = time(10), time(20)
"""At other hours nobody's absence is remarked on."""


@dataclass(frozen=True, slots=True)
class Occasion:
    kind: Kind
    key: str
    """It is said once by this name, whatever the clock does."""
    since: datetime
    until: datetime
    fact: int | None = None
    """Number in the memory of what it tells."""

    @property
    def asked(self) -> bool:
        """The user asked for it, at that time."""
        return self.kind is Kind.REMINDER

    @property
    def urgency(self) -> float:
        return URGENCY[self.kind]


def occasions(facts: Iterable[Fact], attendance: Attendance, now: datetime, hours: QuietHours | None) -> list[Occasion]:
    """All that there may be to say, now or later; of facts those that are due.

    Args:
        now: with the time zone of the clock on the wall.
    """
    facts = list(facts)
    asked_in = {fact.episode for fact in facts if fact.relation == REMINDER and fact.episode is not None}
    # What the language model found in "remind me to …" is that reminder once more.
    facts = [fact for fact in facts if fact.relation == REMINDER or fact.episode not in asked_in]
    found = [one for fact in facts for one in all_of_fact(fact, now)]
    for fact in facts:
        found += _offer(fact, attendance, now)
    found += _morning(attendance)
    found += _night(attendance, now, hours)
    found += _silence(attendance, now)
    return sorted(found, key=lambda one: (one.since, one.key))


def due_on(facts: Iterable[Fact], now: datetime) -> list[Fact]:
    """What the day of `now` still holds, the next one first."""
    ends = _midnight(now) + timedelta(days=1)
    return sorted(
        (fact for fact in facts if fact.due is not None and begins(fact, now) >= _floor(fact, now) and fact.due < ends),
        key=lambda fact: begins(fact, now),
    )


def at_no_hour(fact: Fact) -> bool:
    """It is due on a day, not at an hour of it: midnight by the clock it was told by."""
    return fact.due is not None and fact.due.time() == time(0)


def begins(fact: Fact, now: datetime) -> datetime:
    """When it is time for what is due; of what is due again and again, when it is next."""
    assert fact.due is not None
    if (repeat := repeats.read(fact.repeats)) is not None:
        return repeat.around(fact.due, now)[1].at
    if not at_no_hour(fact) or fact.relation == REMINDER:
        return fact.due
    return now.replace(
        year=fact.due.year, month=fact.due.month, day=fact.due.day, hour=DAY_BEGINS.hour, minute=0, second=0,
        microsecond=0,
    )  # fmt: skip


def _floor(fact: Fact, now: datetime) -> datetime:
    return _midnight(now) if at_no_hour(fact) else now


def all_of_fact(fact: Fact, now: datetime) -> list[Occasion]:
    """Likewise; of a reminder that repeats the last moment that has come, which is told until the next one comes, and
    the next one."""
    repeat = repeats.read(fact.repeats) if fact.relation == REMINDER else None
    if fact.due is None or repeat is None:
        return [] if (one := of_fact(fact, now)) is None else [one]
    last, ahead = repeat.around(fact.due, now)
    series = f"{REPEATED}:{fact.id}"
    next_one = Occasion(Kind.REMINDER, f"{series}:{ahead.name}", ahead.at, ahead.at + REMINDER_KEEPS, fact.id)
    if last is None:
        return [next_one]
    return [Occasion(Kind.REMINDER, f"{series}:{last.name}", last.at, ahead.at, fact.id), next_one]


def of_fact(fact: Fact, now: datetime) -> Occasion | None:
    """What a fact is an occasion for; None for one that is not due, or is neither asked for, promised nor planned."""
    if fact.due is None:
        return None
    since = begins(fact, now)
    name = int(fact.due.timestamp())
    if fact.relation == REMINDER:
        return Occasion(Kind.REMINDER, f"reminder:{fact.id}:{name}", since, since + REMINDER_KEEPS, fact.id)
    if fact.kind not in (FactKind.COMMITMENT, FactKind.PLAN):
        return None
    kind = Kind.COMMITMENT if fact.kind is FactKind.COMMITMENT else Kind.PLAN
    until = _midnight(since) + timedelta(days=1) if at_no_hour(fact) else since + DUE_KEEPS
    return Occasion(kind, f"{kind}:{fact.id}:{name}", since, until, fact.id)


def _offer(fact: Fact, attendance: Attendance, now: datetime) -> Iterator[Occasion]:
    if fact.due is None or fact.relation == REMINDER or fact.source is not Source.DRAWN or fact.subject != USER:
        return
    if fact.kind not in (FactKind.COMMITMENT, FactKind.PLAN) or attendance.last is None:
        return
    until = min(begins(fact, now) - OFFER_BEFORE, fact.since + OFFER_KEEPS, attendance.last + THERE)
    if fact.since < until:
        yield Occasion(Kind.OFFER, f"offer:{fact.id}", fact.since, until, fact.id)


def _morning(attendance: Attendance) -> Iterator[Occasion]:
    if (at := attendance.morning) is not None:
        yield Occasion(Kind.MORNING, f"morning:{at.date().isoformat()}", at, at + MORNING_KEEPS)


def _night(attendance: Attendance, now: datetime, hours: QuietHours | None) -> Iterator[Occasion]:
    if attendance.last is None or attendance.turns < NIGHT_TURNS:
        return
    last = attendance.last.astimezone(now.tzinfo)
    if hours is not None:
        until = hours.begins_after(last)
        since = until - NIGHT_BEFORE
        if last < since:
            return
    else:
        late = last.time() >= NIGHT_BEGINS or last.time() < NIGHT_ENDS
        if not late:
            return
        since, until = last, next_at(last, NIGHT_ENDS)
    evening = (last - timedelta(hours=12)).date()
    yield Occasion(Kind.NIGHT, f"night:{evening.isoformat()}", max(since, last), min(until, last + NIGHT_KEEPS))


def _silence(attendance: Attendance, now: datetime) -> Iterator[Occasion]:
    if attendance.last is None:
        return
    since = attendance.last.astimezone(now.tzinfo) + timedelta(days=SILENCE_DAYS)
    until = since + SILENCE_KEEPS
    at = max(since, now)
    if not SILENCE_FROM <= at.time() < SILENCE_TO:
        since = next_at(at, SILENCE_FROM)
    yield Occasion(Kind.SILENCE, f"silence:{attendance.last.date().isoformat()}", since, until)


def _midnight(at: datetime) -> datetime:
    return at.replace(hour=0, minute=0, second=0, microsecond=0)
