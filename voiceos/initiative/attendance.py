"""When the user was there: what the rules know of them, and all that they know. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

MORNING_BEGINS, MORNING_ENDS = time(5), time(11)
"""Between these the first turn of a day is a good morning; set by hand: before it, whoever talks is still up."""

SLEEP = timedelta(hours=3)
"""Behind a shorter silence nobody has slept; set by hand."""

STRETCH_GAP = timedelta(minutes=30)
"""A longer silence ends a stretch of talking; as it ends a conversation (`diary.CONVERSATION_GAP`)."""


@dataclass(frozen=True, slots=True)
class Attendance:
    """Moments with their time zones."""

    last: datetime | None = None
    """The user's last turn."""
    morning: datetime | None = None
    """The first turn of the last morning on which there was one."""
    turns: int = 0
    """In the stretch of talking that ended with `last`."""

    def heard(self, at: datetime) -> Attendance:
        """With one more turn. A clock that was set back is gone by from then on."""
        slept = self.last is not None and abs(at - self.last) >= SLEEP
        is_first = slept and (self.morning is None or self.morning.date() != at.date())
        is_morning = is_first and MORNING_BEGINS <= at.time() < MORNING_ENDS
        goes_on = self.last is not None and abs(at - self.last) <= STRETCH_GAP
        return replace(
            self, last=at, morning=at if is_morning else self.morning, turns=self.turns + 1 if goes_on else 1
        )
