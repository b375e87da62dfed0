"""Until when the user wants quiet: kept from start to start, as a restart is no reason to speak up."""

from __future__ import annotations

from datetime import datetime

from voiceos import files, stored

NAME = stored.QUIET.name

Until = datetime | None
"""With its time zone; None: they want none."""


def load() -> Until:
    """What was last asked for; it may be over by now. Anything else in the file is set aside."""
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
    files.remember(NAME, {"until": until.isoformat() if until else None})
