"""Hours of the day in which nothing is said unasked: "22:00-07:00". They may pass over midnight."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from voiceos.config.model import QUIET_HOURS


@dataclass(frozen=True, slots=True)
class QuietHours:
    begin: time
    end: time
    """The first minute in which it may speak again; where it is `begin`, all day is quiet."""

    def cover(self, at: datetime) -> bool:
        """Whether a moment lies in them, by the clock on its own wall."""
        now = at.time()
        if self.begin < self.end:
            return self.begin <= now < self.end
        return now >= self.begin or now < self.end

    def ends_after(self, at: datetime) -> datetime:
        """The first end behind a moment, by the clock on its wall."""
        return next_at(at, self.end)

    def begins_after(self, at: datetime) -> datetime:
        """The first beginning behind a moment."""
        return next_at(at, self.begin)


def quiet_hours(text: str) -> QuietHours | None:
    """Of a setting; None where it has none. ValueError for text that `QUIET_HOURS` does not fit."""
    if not re.match(QUIET_HOURS, text):
        raise ValueError(text)
    if not text:
        return None
    begin, end = (time.fromisoformat(part.strip()) for part in text.split("-"))
    return QuietHours(begin, end)


def next_at(at: datetime, clock: time) -> datetime:
    """The next moment behind `at` at which the clock on its wall shows a time."""
    today = at.replace(hour=clock.hour, minute=clock.minute, second=0, microsecond=0)
    return today if today > at else today + timedelta(days=1)
