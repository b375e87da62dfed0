"""Clocks. Everything that waits or stamps time takes one, so that tests can turn it by hand."""

from __future__ import annotations

import io
import os
import struct
import time
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


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
    """The time comes with a zone that knows when its clocks are changed, so that "tomorrow at nine" is nine on the
    wall; with the offset of just now only where no such zone can be made out.

    Args:
        zone_file: the machine's time zone. The C library reads it once in the life of a process; here a change counts
            at once, as on a journey. A zone in the environment (`TZ`) goes before it.
        zone_name: a file with the zone's name, for where the other cannot be read.
    """

    def __init__(self, zone_file: Path = Path("/etc/localtime"), zone_name: Path = Path("/etc/timezone")) -> None:
        self._zone_file = zone_file
        self._zone_name = zone_name
        self._zone: tuple[tuple[int, int, int], tzinfo] | None = None
        self._named: tuple[str, tzinfo | None] | None = None

    def monotonic(self) -> float:
        return time.monotonic()

    def now(self) -> datetime:
        name = os.environ.get("TZ")
        zone = self._of_name(name) if name is not None else self._read_zone() or self._read_name()
        return datetime.now(zone) if zone is not None else datetime.now().astimezone()

    def _of_name(self, name: str) -> tzinfo | None:
        if self._named is None or self._named[0] != name:
            self._named = name, zone_of(name)
        return self._named[1]

    def _read_name(self) -> tzinfo | None:
        try:
            return self._of_name(self._zone_name.read_text("ascii").strip())
        except (OSError, UnicodeError):
            return None

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


def zone_of(name: str) -> tzinfo | None:
    """The zone that `TZ` names in one of the ways of tzset(3): "Europe/Berlin", a file's path, both with or without a
    colon before it, a rule such as "CET-1CEST,M3.5.0,M10.5.0/3", or nothing for UTC. None where it is none of these."""
    name = name.removeprefix(":") or "UTC"
    try:
        if name.startswith("/"):
            with Path(name).open("rb") as file:
                return ZoneInfo.from_file(file)
        return ZoneInfo(name)
    except (OSError, ValueError, ZoneInfoNotFoundError):
        pass
    try:
        return ZoneInfo.from_file(_file_of_rule(name))
    except (ValueError, ZoneInfoNotFoundError):
        return None


def _file_of_rule(rule: str) -> io.BytesIO:
    """A compiled zone (RFC 8536, version 2) that goes by the rule in its footer alone."""
    header = b"TZif2" + bytes(15) + struct.pack(">6l", 0, 0, 0, 0, 1, 4)
    body = struct.pack(">lbb", 0, 0, 0) + b"UTC\0"
    return io.BytesIO((header + body) * 2 + f"\n{rule}\n".encode())


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
