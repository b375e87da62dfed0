"""Moments of a life that tests of the memory tell."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

ZONE = timezone(timedelta(hours=2))
BEGIN = datetime(2026, 3, 1, 9, 0, tzinfo=ZONE)


def day(number: float) -> datetime:
    """`number` days behind the first moment."""
    return BEGIN + timedelta(seconds=round(number * 86400))
