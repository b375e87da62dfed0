"""What is told again and again: "every weekday at eight", "every two hours", and which of its moments is the one now.

A rule is kept in the words of iCalendar (RFC 5545, RRULE), as far as it is one of these:

    FREQ=DAILY;INTERVAL=2;BYHOUR=8;BYMINUTE=0           every other day at eight
    FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;BYHOUR=7;BYMINUTE=30
    FREQ=MONTHLY;BYMONTHDAY=-1;BYHOUR=9;BYMINUTE=0      on the last day of every month
    FREQ=YEARLY;BYMONTH=5;BYMONTHDAY=3;BYHOUR=9;BYMINUTE=0
    FREQ=MINUTELY;INTERVAL=120                          every two hours

A rule of days goes by the clock on the wall, wherever it hangs: eight stays eight when summer time begins, and a day
has one moment, whatever the zone. One of minutes goes by how much time has passed. Pure.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

SHORTEST = timedelta(minutes=5)
"""More often nobody is to be reminded; set by hand."""

LAST_DAY = -1
"""As the day of a month: its last one."""

_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_LONGEST_DAYS = 5 * 366
"""Two moments of a rule of days are no farther apart: 29 February, and every fourth year."""


class Unit(StrEnum):
    MINUTES = "MINUTELY"
    DAYS = "DAILY"
    WEEKS = "WEEKLY"
    MONTHS = "MONTHLY"
    YEARS = "YEARLY"


@dataclass(frozen=True, slots=True)
class Moment:
    """One of a rule's."""

    at: datetime
    name: str
    """It is told once by this name."""


@dataclass(frozen=True, slots=True)
class Repeat:
    unit: Unit
    every: int = 1
    """So many units apart."""
    weekdays: tuple[int, ...] = ()
    """0 is Monday; of weeks."""
    day: int = 0
    """Of months and years: 1 to 31, of a shorter month its last one; or `LAST_DAY`."""
    month: int = 0
    """Of years."""
    hour: int = 0
    minute: int = 0

    @property
    def text(self) -> str:
        """As it is kept."""
        parts = [f"FREQ={self.unit}"]
        parts += [f"INTERVAL={self.every}"] if self.every > 1 else []
        parts += [f"BYMONTH={self.month}"] if self.month else []
        parts += [f"BYMONTHDAY={self.day}"] if self.day else []
        parts += [f"BYDAY={','.join(_DAYS[day] for day in self.weekdays)}"] if self.weekdays else []
        if self.unit is not Unit.MINUTES:
            parts += [f"BYHOUR={self.hour}", f"BYMINUTE={self.minute}"]
        return ";".join(parts)

    def first(self, now: datetime) -> datetime:
        """The first moment of a rule that is made now."""
        if self.unit is Unit.MINUTES:
            return _passed(now, timedelta(minutes=self.every))
        days = replace(self, every=1)._days(now.date(), now.date())  # the others are counted from it
        return next(at for day in days if not _has_come(at := self._on(day, now), now))

    def around(self, first: datetime, now: datetime) -> tuple[Moment | None, Moment]:
        """The last moment that has come, None before the first one; and the next one.

        Args:
            first: its first moment.
            now: with the time zone of the clock on the wall.
        """
        if self.unit is Unit.MINUTES:
            return self._passed_and_next(first, now)
        begun = first.date()
        ahead = next(day for day in self._days(begun, max(begun, now.date())) if not _has_come(self._on(day, now), now))
        passed = (day for day in self._days_back(begun, ahead) if _has_come(self._on(day, now), now))
        last = next(passed, None)
        return None if last is None else self._moment(last, now), self._moment(ahead, now)

    def _passed_and_next(self, first: datetime, now: datetime) -> tuple[Moment | None, Moment]:
        step = timedelta(minutes=self.every)
        count = (now.astimezone(UTC) - first.astimezone(UTC)) // step
        moments = [_passed(first, step * one).astimezone(now.tzinfo) for one in (count, max(0, count + 1))]
        last, ahead = (Moment(at, str(int(at.timestamp()))) for at in moments)
        return (None if count < 0 else last), ahead

    def _moment(self, day: date, now: datetime) -> Moment:
        return Moment(self._on(day, now), f"{day.isoformat()}T{self.hour:02}{self.minute:02}")

    def _on(self, day: date, now: datetime) -> datetime:
        """By the clock on the wall; where that skips the moment, so much behind what it skips."""
        at = datetime.combine(day, time(self.hour, self.minute), now.tzinfo)
        return at if now.tzinfo is None else at.astimezone(UTC).astimezone(now.tzinfo)

    def _days(self, begun: date, since: date) -> Iterator[date]:
        for ahead in range(_LONGEST_DAYS * self.every):
            if self._is_one(day := since + timedelta(days=ahead), begun):
                yield day

    def _days_back(self, begun: date, before: date) -> Iterator[date]:
        for back in range(1, (before - begun).days + 1):
            if self._is_one(day := before - timedelta(days=back), begun):
                yield day

    def _is_one(self, day: date, begun: date) -> bool:
        match self.unit:
            case Unit.DAYS:
                return (day - begun).days % self.every == 0
            case Unit.WEEKS:
                weeks = ((day - timedelta(days=day.weekday())) - (begun - timedelta(days=begun.weekday()))).days // 7
                return day.weekday() in self.weekdays and weeks % self.every == 0
            case Unit.MONTHS:
                months = (day.year - begun.year) * 12 + day.month - begun.month
                return day.day == self._day_of(day) and months % self.every == 0
            case _:
                is_its = day.month == self.month and day.day == self._day_of(day)
                return is_its and (day.year - begun.year) % self.every == 0

    def _day_of(self, day: date) -> int:
        """The day that is meant, of the month of this one."""
        length = monthrange(day.year, day.month)[1]
        return length if self.day == LAST_DAY else min(self.day, length)


def read(text: str) -> Repeat | None:
    """Of what `Repeat.text` made; None for anything else."""
    parts = dict(part.split("=", 1) for part in text.split(";") if "=" in part)
    try:
        weekdays = parts.get("BYDAY", "")
        made = Repeat(
            Unit(parts["FREQ"]),
            every=int(parts.get("INTERVAL", 1)),
            weekdays=tuple(_DAYS.index(day) for day in weekdays.split(",")) if weekdays else (),
            day=int(parts.get("BYMONTHDAY", 0)),
            month=int(parts.get("BYMONTH", 0)),
            hour=int(parts.get("BYHOUR", 0)),
            minute=int(parts.get("BYMINUTE", 0)),
        )
    except (KeyError, ValueError):
        return None
    return made if made.text == text and is_possible(made) else None


def is_possible(repeat: Repeat) -> bool:
    """Whether it has moments, and not too many."""
    day = LAST_DAY <= repeat.day <= 31 and repeat.day != 0
    of_unit = {
        Unit.MINUTES: timedelta(minutes=repeat.every) >= SHORTEST,
        Unit.DAYS: True,
        Unit.WEEKS: bool(repeat.weekdays),
        Unit.MONTHS: day,
        Unit.YEARS: day and 1 <= repeat.month <= 12,
    }
    is_time = 0 <= repeat.hour <= 23 and 0 <= repeat.minute <= 59
    return of_unit[repeat.unit] and is_time and 1 <= repeat.every <= (10_000 if repeat.unit is Unit.MINUTES else 60)


def _has_come(at: datetime, now: datetime) -> bool:
    """In the hour that comes twice, clocks on the wall do not tell."""
    return at.astimezone(UTC) <= now.astimezone(UTC)


def _passed(at: datetime, length: timedelta) -> datetime:
    """By how much time passes."""
    return at + length if at.tzinfo is None else (at.astimezone(UTC) + length).astimezone(at.tzinfo)
