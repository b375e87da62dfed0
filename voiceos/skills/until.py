"""When something ends that is to last "until half past three" or "for ten minutes"."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

Slots = Mapping[str, str | int | float]

UNTIL_TOLD = timedelta(days=3650)
"""Without an end."""


def quiet_ends(slots: Slots, now: datetime) -> datetime:
    """The moment that the slots name, behind `now`, in its time zone.

    `hours` and `minutes` are a length. `hour` (0 to 24) is a time of day, with `minute` (below 0: before the hour) and
    `half` ("am", "pm"); without a half the next time that a clock of twelve hours shows it. `day` ("tomorrow") is the
    next day. Without any of these it lasts until it is told otherwise.
    """
    if "hours" in slots or "minutes" in slots:
        return now + timedelta(hours=float(slots.get("hours", 0)), minutes=float(slots.get("minutes", 0)))
    if "hour" not in slots:
        return now + UNTIL_TOLD
    hour, minute = int(slots["hour"]), int(slots.get("minute", 0))
    half, tomorrow = slots.get("half"), slots.get("day") == "tomorrow"
    if half and hour <= 12:
        hours = [hour % 12 + (12 if half == "pm" else 0)]
    elif tomorrow or not 1 <= hour <= 12:
        hours = [hour % 24]
    else:
        hours = [hour % 12, hour % 12 + 12]
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    days = (1,) if tomorrow else (0, 1, 2)
    moments = [midnight + timedelta(days=day, hours=one, minutes=minute) for day in days for one in hours]
    return min(moment for moment in moments if moment > now)
