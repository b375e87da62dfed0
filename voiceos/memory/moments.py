"""Moments as the database keeps them: seconds since 1970 in UTC, and how far the clock on the wall was from it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone


def seconds(at: datetime) -> int:
    """ValueError for a moment without a time zone."""
    _offset(at)
    return int(at.timestamp() // 1)


def offset_s(at: datetime) -> int:
    return int(_offset(at).total_seconds())


def local(at: int, utc_offset: int) -> datetime:
    return datetime.fromtimestamp(at, timezone(timedelta(seconds=utc_offset)))


def utc(at: int | None) -> datetime | None:
    return None if at is None else datetime.fromtimestamp(at, UTC)


def _offset(at: datetime) -> timedelta:
    offset = at.utcoffset()
    if offset is None:
        raise ValueError("a moment without a time zone")
    return offset
