"""Clocks. Everything that waits or stamps time takes one, so that tests can turn it by hand."""

from __future__ import annotations

import os
import time
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo


def asleep_s() -> float:
    """Seconds for which the computer has been suspended since it was started; 0 where the system does not tell. The
    monotonic clock stands still meanwhile."""
    boot = getattr(time, "CLOCK_BOOTTIME", None)
    return 0.0 if boot is None else time.clock_gettime(boot) - time.monotonic()


class Clock(Protocol):
    def monotonic(self) -> float:
        """Seconds that never run backwards; the `at` of every event."""

    def now(self) -> datetime:
        """Local wall-clock time, with its time zone."""


class SystemClock:
    """Args:
    zone_file: the machine's time zone. The C library reads it once in the life of a process; here a change counts at
        once, as on a journey. A zone in the environment (`TZ`) goes before it.
    """

    def __init__(self, zone_file: Path = Path("/etc/localtime")) -> None:
        self._zone_file = zone_file
        self._zone: tuple[tuple[int, int, int], tzinfo] | None = None

    def monotonic(self) -> float:
        return time.monotonic()

    def now(self) -> datetime:
        zone = None if "TZ" in os.environ else self._read_zone()
        return datetime.now(zone) if zone is not None else datetime.now().astimezone()

    def _read_zone(self) -> tzinfo | None:
        """None where the file cannot be read, for which the C library has an answer."""
        try:
            status = self._zone_file.stat()
            stamp = status.st_dev, status.st_ino, status.st_mtime_ns
            if self._zone is None or self._zone[0] != stamp:
                with self._zone_file.open("rb") as file:
                    self._zone = stamp, ZoneInfo.from_file(file)
        except (OSError, ValueError):
            return None
        return self._zone[1]


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
