"""By which rule something is told that is to be "every weekday at eight", "on the first of every month"."""

from __future__ import annotations

from datetime import timedelta

from voiceos.initiative.repeats import Repeat, Unit, is_possible
from voiceos.skills.until import DAY_HOUR, PARTS, WEEKDAYS, Slots, hour_by_day

WORKING_DAYS, WEEKEND = (0, 1, 2, 3, 4), (5, 6)

EVERY = ("every", "interval", "day2")
"""Slots of a rule, beside those of a time."""

UNITS = {
    **dict.fromkeys(("minutes", "hours"), Unit.MINUTES),
    **dict.fromkeys(("week", "weekday", "weekend"), Unit.WEEKS),
    "day": Unit.DAYS,
    "month": Unit.MONTHS,
    "year": Unit.YEARS,
}
"""Of what is named by a value of `every`."""

UNKNOWN = "other"
"""Value of `every` of what it knows no rule for."""


def rule(slots: Slots) -> Repeat | None:
    """None where it is yet to be told on which day or at which hour, and for what it knows no rule for.

    `every` is "minutes", "hours", "day", "weekday", "weekend", "week", "month" or "year", `interval` how many of them
    lie between two. Hour and day are told as in `until.moment`, a second day of the week in `day2`; what is on one day
    of a week, month or year, at no hour, is in its morning.
    """
    every, interval = str(slots.get("every", UNKNOWN)), int(slots.get("interval", 1))
    made: Repeat | None = None
    match every:
        case "minutes" | "hours":
            made = Repeat(Unit.MINUTES, interval * (60 if every == "hours" else 1))
        case "day" | "weekday" | "weekend":
            weekdays = {"weekday": WORKING_DAYS, "weekend": WEEKEND}.get(every, ())
            if (at := _time(slots)) is not None:
                made = Repeat(Unit.WEEKS if weekdays else Unit.DAYS, interval, weekdays, hour=at[0], minute=at[1])
        case "week":
            told = {str(slots[name]) for name in ("day", "day2") if name in slots} & {*WEEKDAYS}
            weekdays = tuple(sorted(WEEKDAYS.index(day) for day in told))
            hour, minute = _time(slots, DAY_HOUR) or (DAY_HOUR, 0)
            made = Repeat(Unit.WEEKS, interval, weekdays, hour=hour, minute=minute)
        case "month" | "year":
            month = int(slots.get("month", 0)) if every == "year" else 0
            hour, minute = _time(slots, DAY_HOUR) or (DAY_HOUR, 0)
            unit = Unit.YEARS if every == "year" else Unit.MONTHS
            made = Repeat(unit, interval, day=int(slots.get("date", 0)), month=month, hour=hour, minute=minute)
    return made if made is not None and "after" not in slots and is_possible(made) else None


def _time(slots: Slots, otherwise: int | None = None) -> tuple[int, int] | None:
    """Hour and minute; None where neither is told."""
    if "hour" in slots:
        at = timedelta(hours=hour_by_day(slots), minutes=int(slots.get("minute", 0))) % timedelta(days=1)
        return at.seconds // 3600, at.seconds // 60 % 60
    part = slots.get("part")
    hour = otherwise if part is None else PARTS[str(part)]
    return None if hour is None else (hour, 0)
