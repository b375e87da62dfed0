"""When something is or ends that is to be "at half past three", "for ten minutes", "on Sunday evening"."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

Slots = Mapping[str, str | int | float]

UNTIL_TOLD = timedelta(days=3650)
"""Without an end."""

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
"""Values of the slot `day`, beside "today" and "tomorrow"."""

PARTS: Mapping[str, int] = {"morning": 9, "noon": 12, "afternoon": 15, "evening": 18, "night": 21}
"""Values of the slot `part`, and the hour that is meant by each where none is named; set by hand."""

DAY_HOUR = 9
"""What is to be on a day, at no hour, is in its morning."""

EARLY = range(1, 7)
"""Hours that on another day are those of the afternoon: nobody is reminded of anything "tomorrow at five" in the night.
It is told back, so that who did mean it can say so."""


def quiet_ends(slots: Slots, now: datetime) -> datetime:
    """The moment that the slots name, behind `now`, in its time zone.

    `hours` and `minutes` are a length. `hour` (0 to 24) is a time of day, with `minute` (below 0: before the hour) and
    `half` ("am", "pm"); without a half the next time that a clock of twelve hours shows it. `day` ("tomorrow") is the
    next day. Without any of these it lasts until it is told otherwise.
    """
    if not {"hours", "minutes", "hour"} & {*slots}:
        return now + UNTIL_TOLD
    if (length := _length(slots)) is not None:
        return _behind(now, length)
    days = (1,) if slots.get("day") == "tomorrow" else (0, 1, 2)
    return _next(now, days, _hours(slots, known_day=len(days) == 1), int(slots.get("minute", 0)))


def moment(slots: Slots, now: datetime) -> datetime | None:
    """When something is to be: likewise, with `day` (see `WEEKDAYS`) and `part` (see `PARTS`) of it. None where no
    time is named; the moment may be past, as of "today at nine a.m." at ten."""
    if (length := _length(slots)) is not None:
        return _behind(now, length)
    day, part = slots.get("day"), slots.get("part")
    if "hour" not in slots and day is None and part is None:
        return None
    if day in WEEKDAYS:
        days: tuple[int, ...] = ((WEEKDAYS.index(str(day)) - now.weekday() - 1) % 7 + 1,)
    elif day is not None or part is not None:
        days = (1,) if day == "tomorrow" else (0,)
    else:
        days = (0, 1, 2)
    minute = int(slots.get("minute", 0))
    if "hour" not in slots:
        hours = [DAY_HOUR if part is None else PARTS[str(part)]]
        if part is not None and day is None:
            days = (0, 1)
    elif part is not None:
        half = "am" if part == "morning" else "pm"
        hours = _hours({**slots, "half": half}, known_day=True)
    else:
        hours = _hours(slots, known_day=days not in ((0,), (0, 1, 2)))
        if len(hours) == 1 and days[0] > 0 and hours[0] in EARLY and "half" not in slots:
            hours = [hours[0] + 12]
    return _next(now, days, hours, minute)


def _length(slots: Slots) -> timedelta | None:
    if "hours" not in slots and "minutes" not in slots:
        return None
    return timedelta(hours=float(slots.get("hours", 0)), minutes=float(slots.get("minutes", 0)))


def _behind(now: datetime, length: timedelta) -> datetime:
    """By how much time passes, whatever the clock on the wall does meanwhile."""
    return now + length if now.tzinfo is None else (now.astimezone(UTC) + length).astimezone(now.tzinfo)


def _hours(slots: Slots, *, known_day: bool) -> list[int]:
    """Those of 24 that the slots may mean; one on a day that is known."""
    hour, half = int(slots["hour"]), slots.get("half")
    if half and hour <= 12:
        return [hour % 12 + (12 if half == "pm" else 0)]
    if known_day or not 1 <= hour <= 12:
        return [hour % 24]
    return [hour % 12, hour % 12 + 12]


def _next(now: datetime, days: tuple[int, ...], hours: list[int], minute: int) -> datetime:
    """The first of these behind `now`; the last of them where all are past."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    moments = sorted(midnight + timedelta(days=day, hours=hour, minutes=minute) for day in days for hour in hours)
    return next((moment for moment in moments if moment > now), moments[-1])
