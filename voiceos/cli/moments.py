"""Days and times as an option takes them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import typer


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment, or a day."""

    begin: datetime
    end: datetime
    """Behind it: of a day the beginning of the next; of a moment itself."""

    @classmethod
    def read(cls, text: str, now: datetime) -> Moment:
        """`today`, `yesterday`, a day or a time in ISO 8601; local, where no time zone is named. Raises
        typer.BadParameter."""
        days = {"today": now.date(), "yesterday": now.date() - timedelta(days=1)}
        day = days.get(text.strip().lower())
        try:
            if day is None and len(text.strip()) <= len("2026-05-01"):
                day = date.fromisoformat(text.strip())
            if day is not None:
                return cls(
                    _local(datetime.combine(day, time())), _local(datetime.combine(day + timedelta(days=1), time()))
                )
            moment = datetime.fromisoformat(text.strip())
        except (ValueError, OverflowError):
            raise typer.BadParameter(
                f"{text!r} is no time: write 2026-05-01, 2026-05-01T17:30, today or yesterday"
            ) from None
        moment = moment if moment.tzinfo else _local(moment)
        return cls(moment, moment)


def _local(moment: datetime) -> datetime:
    return moment.astimezone()
