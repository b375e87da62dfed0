"""When something is or ends that is to be "at half past three", "for ten minutes", "on Sunday evening"."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta

Slots = Mapping[str, str | int | float]

UNTIL_TOLD = timedelta(days=3650)
"""Without an end."""

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
"""Values of the slot `day`, beside "today" and "tomorrow"."""

PARTS: Mapping[str, int] = {"morning": 9, "noon": 12, "afternoon": 15, "evening": 18, "night": 21}
"""Values of the slot `part`, and the hour that is meant by each where none is named; set by hand."""

DAY_HOUR = 9
"""What is to be on a day, at no hour, is in its morning."""

PART_HOURS: Mapping[str, range] = {
    "morning": range(12), "noon": range(11, 14), "afternoon": range(12, 18), "evening": range(17, 24),
    "night": range(18, 29),
}  # fmt: skip
"""Hours that lie in each."""

EARLY = range(1, 7)
"""Hours that on another day are those of the afternoon: nobody is reminded of anything "tomorrow at five" in the night.
It is told back, so that who did mean it can say so."""

EARLY_NIGHT = range(1, 5)
"""Hours that, at night, are those behind midnight."""

NIGHT_AHEAD = timedelta(hours=8)
"""Hours up to six that are farther ahead than this are meant by day: "at five", said at six in the evening, is the
next afternoon. Set by hand."""


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
    """When something is to be, in the time zone of `now`. None where no time is named, or one that cannot be waited
    for; the moment may be past, as of "today at nine a.m." at ten.

    `seconds`, `minutes` and `hours` are a length. `hour` (0 to 24) is a time of day, with `minute` (below 0: before the
    hour) and `half` ("am", "pm", "evening", "night"). The day is `day` (see `WEEKDAYS`, and "today", "tomorrow",
    "after_tomorrow", "this", "weekend"), `week` ("next") has it in the next one; or `days`, `weeks`, `months` from
    today; or a `date` (1 to 31), `month` and `year`. `part` is one of `PARTS`. `after` is something of every day, whose
    hour is not known here.
    """
    if "unread" in slots or "every" in slots or "after" in slots:
        return None
    if (length := _length(slots)) is not None:
        return _behind(now, length) if length else None
    try:
        day = _day(slots, now)
    except (ValueError, OverflowError):  # the thirty-first of June
        return None
    part = slots.get("part")
    if "hour" not in slots:
        return _at_no_hour(day, None if part is None else str(part), now)
    minute = int(slots.get("minute", 0))
    if day is None or day == now.date():
        days = [now.date() + timedelta(days=ahead) for ahead in ((0, 1, 2) if day is None else (0,))]
        return _first(now, days, _hours_of(slots, known_day=False), minute, every_hour=day is not None)
    return _at(day, _hours_of(slots, known_day=True)[-1], minute, now)


def hour_by_day(slots: Slots) -> int:
    """The hour, 0 to 23 or behind midnight, that the slots mean on a day that is known."""
    return _hours_of(slots, known_day=True)[-1]


def fits(slots: Slots, due: datetime, now: datetime) -> bool:
    """Whether the slots may name a moment that is known: "the one at five", "the one tomorrow"."""
    due = due.astimezone(now.tzinfo)
    if (length := _length(slots)) is not None:
        return abs(due - _behind(now, length)) < timedelta(minutes=1)
    try:
        day = _day(slots, now)
    except (ValueError, OverflowError):
        return False
    minute = int(slots.get("minute", 0))
    times = {(hour * 60 + minute) % (24 * 60) for hour in _hours_of(slots, known_day=False)} if "hour" in slots else ()
    if times and due.hour * 60 + due.minute not in times:
        return False
    part = str(slots.get("part", ""))
    if part and "hour" not in slots and due.hour not in PART_HOURS[part]:
        return False
    at_night = due.hour in EARLY_NIGHT and part == "night"
    return day is None or (due - timedelta(days=1) if at_night else due).date() == day


def _at_no_hour(day: date | None, part: str | None, now: datetime) -> datetime | None:
    if part is not None and day is None:
        return _first(now, [now.date(), now.date() + timedelta(days=1)], [PARTS[part]], 0)
    if day is None:
        return None
    due = _at(day, DAY_HOUR if part is None else PARTS[part], 0, now)
    return None if day == now.date() and due <= now else due  # which hour of today is meant nobody can tell


def _day(slots: Slots, now: datetime) -> date | None:
    """Raises ValueError and OverflowError for a day that there is not."""
    today = now.date()
    if {"days", "weeks", "months"} & {*slots}:
        month = today.month - 1 + int(slots.get("months", 0))
        year, month = today.year + month // 12, month % 12 + 1
        first = today.replace(year=year, month=month, day=min(today.day, monthrange(year, month)[1]))
        return first + timedelta(days=int(slots.get("days", 0)) + 7 * int(slots.get("weeks", 0)))
    if "date" in slots:
        return _dated(slots, today)
    match slots.get("day"):
        case None:
            return None
        case "today" | "this":
            return today
        case "tomorrow":
            return today + timedelta(days=1)
        case "after_tomorrow":
            return today + timedelta(days=2)
        case "weekend":
            return today + timedelta(days=(5 - today.weekday()) % 7)
        case day if slots.get("week") == "next":
            return today + timedelta(days=7 - today.weekday() + WEEKDAYS.index(str(day)))
        case day:
            return today + timedelta(days=(WEEKDAYS.index(str(day)) - today.weekday() - 1) % 7 + 1)


def _dated(slots: Slots, today: date) -> date:
    """The next such day, today included."""
    number = int(slots["date"])
    if "year" in slots:
        return date(int(slots["year"]), int(slots["month"]), number)
    if "month" in slots:
        day = date(today.year, int(slots["month"]), number)
        return day if day >= today else day.replace(year=today.year + 1)
    months = [(today.year + (today.month + ahead - 1) // 12, (today.month + ahead - 1) % 12 + 1) for ahead in range(3)]
    days = [date(year, month, number) for year, month in months if number <= monthrange(year, month)[1]]
    return next(day for day in days if day >= today)


def _hours_of(slots: Slots, *, known_day: bool) -> list[int]:
    """Hours since the day's midnight that the slots may mean, in the order in which they are thought of; from 24 on
    they are of the night behind it. One on another day than today.

    Args:
        known_day: and not today.
    """
    hour, half, meant = int(slots["hour"]), slots.get("half"), _meant(slots)
    if hour > 12 or hour == 0:
        return [hour]
    if meant in ("am", "pm"):
        return [hour % 12 + (12 if meant == "pm" else 0)]
    if meant in ("evening", "night"):
        if hour != 12 and (meant == "evening" or hour not in EARLY_NIGHT):
            return [hour + 12]
        # "tomorrow at two at night" is that day's, "tomorrow night at two" is of the night behind it
        of_that_day = half == "night" and hour != 12
        behind = hour % 12 + 24
        return [behind - 24] if known_day and of_that_day else [behind] if known_day else [behind - 24, behind]
    if known_day:
        return [hour + 12 if hour in EARLY else hour]
    return [hour % 12, hour % 12 + 12]


def _first(
    now: datetime, days: Sequence[date], hours: Sequence[int], minute: int, *, every_hour: bool = True
) -> datetime:
    """The first of these behind `now`; the last of them where all are past.

    Args:
        every_hour: also one in the night that is far ahead, where another would do.
    """
    moments = sorted(_at(day, hour, minute, now) for day in days for hour in hours)
    ahead = [moment for moment in moments if _on_the_line(moment) > _on_the_line(now)]
    if not every_hour and len(hours) > 1:
        by_day = [one for one in ahead if one.hour > max(EARLY) or one - now <= NIGHT_AHEAD]
        ahead = by_day or ahead
    return ahead[0] if ahead else moments[-1]


def _on_the_line(at: datetime) -> datetime:
    """In the hour that comes twice, clocks on the wall do not tell what is behind what."""
    return at if at.tzinfo is None else at.astimezone(UTC)


def _at(day: date, hour: int, minute: int, now: datetime) -> datetime:
    """By the clock on the wall; where that skips the moment, so much behind what it skips."""
    wall = datetime.combine(day, time()) + timedelta(hours=hour, minutes=minute)
    at = wall.replace(tzinfo=now.tzinfo)
    return at if now.tzinfo is None else at.astimezone(UTC).astimezone(now.tzinfo)


def _length(slots: Slots) -> timedelta | None:
    units = {name: float(slots[name]) for name in ("hours", "minutes", "seconds") if name in slots}
    return timedelta(**units) if units else None


def _behind(now: datetime, length: timedelta) -> datetime:
    """By how much time passes, whatever the clock on the wall does meanwhile."""
    return now + length if now.tzinfo is None else (now.astimezone(UTC) + length).astimezone(now.tzinfo)


def _meant(slots: Slots) -> str | int | float | None:
    """The half of the day, or the part of it that tells the half as well."""
    part = slots.get("part")
    return slots.get("half") or {"morning": "am", "noon": "pm", "afternoon": "pm"}.get(str(part), part)


def _hours(slots: Slots, *, known_day: bool) -> list[int]:
    """Those of 24 that the slots may mean; one on a day that is known."""
    hour, half = int(slots["hour"]), _meant(slots)
    if not 1 <= hour <= 12:
        return [hour % 24]
    if half == "night":
        return [hour % 12 if hour == 12 or hour in EARLY_NIGHT else hour % 12 + 12]
    if half:
        return [hour % 12 + (0 if half == "am" else 12)]
    if known_day:
        return [hour % 24]
    return [hour % 12, hour % 12 + 12]


def _next(now: datetime, days: tuple[int, ...], hours: list[int], minute: int) -> datetime:
    """The first of these behind `now`; the last of them where all are past."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    moments = sorted(midnight + timedelta(days=day, hours=hour, minutes=minute) for day in days for hour in hours)
    return next((moment for moment in moments if moment > now), moments[-1])
