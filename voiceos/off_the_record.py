"""Until when nothing of what is said is to be remembered: kept from start to start, as a restart is no new occasion."""

from __future__ import annotations

from datetime import datetime

from voiceos import files, stored

NAME = stored.OFF_THE_RECORD.name

Until = datetime | None
"""With its time zone; None: what is said is remembered."""


def load() -> Until:
    """As it was kept last; it may be over by now. Anything else in the file is set aside."""
    return files.recall(NAME, lambda content: _moment(content["until"]))


def _moment(text: str | None) -> Until:
    """ValueError for a time without its zone."""
    if text is None:
        return None
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("no time zone")
    return moment


def keep(until: Until) -> None:
    """Raises StorageError."""
    files.remember(NAME, {"until": until.isoformat("T", "seconds") if until else None})
