"""Until when the user wants quiet: kept from start to start, as a restart is no reason to speak up."""

from __future__ import annotations

from datetime import datetime

from voiceos import kept_moment, stored
from voiceos.kept_moment import Until

__all__ = ["Until", "keep", "load", "still"]


def load() -> Until:
    """See `kept_moment.load`."""
    return kept_moment.load(stored.QUIET)


def still(now: datetime) -> Until:
    """What was asked for before, where that is not over yet."""
    until = load()
    return until if until is not None and until > now else None


def keep(until: Until) -> None:
    """Raises StorageError."""
    kept_moment.keep(stored.QUIET, until)
