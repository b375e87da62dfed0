"""Clocks. Everything that waits or stamps time takes one, so that tests can turn it by hand."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    def monotonic(self) -> float:
        """Seconds that never run backwards; the `at` of every event."""

    def now(self) -> datetime:
        """Local wall-clock time, with its time zone."""


class SystemClock:
    def monotonic(self) -> float:
        return time.monotonic()

    def now(self) -> datetime:
        return datetime.now().astimezone()


class ManualClock:
    """A clock that stands still until it is told to move."""

    def __init__(self, now: datetime, monotonic_s: float = 0.0) -> None:
        self._now = now
        self._monotonic_s = monotonic_s

    def monotonic(self) -> float:
        return self._monotonic_s

    def now(self) -> datetime:
        return self._now

    def advance(self, seconds: float) -> None:
        self._monotonic_s += seconds
        self._now += timedelta(seconds=seconds)
