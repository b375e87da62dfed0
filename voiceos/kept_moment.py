"""A moment until which something holds, kept from start to start."""

from __future__ import annotations

from datetime import datetime

from voiceos import files
from voiceos.stored import Stored

Until = datetime | None
"""With its time zone; None: it does not hold."""


def load(kept: Stored) -> Until:
    """As it was kept last; it may be over by now. Anything else in the file is set aside."""
    return files.recall(kept.name, lambda content: _moment(content["until"]))


def keep(kept: Stored, until: Until) -> None:
    """Raises StorageError."""
    files.remember(kept.name, {"until": until.isoformat() if until else None})


def _moment(text: str | None) -> Until:
    """ValueError for a time without its zone."""
    if text is None:
        return None
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("no time zone")
    return moment
