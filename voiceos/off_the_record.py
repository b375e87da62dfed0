"""Until when nothing of what is said is to be remembered: kept from start to start, as a restart is no new occasion."""

from __future__ import annotations

from voiceos import kept_moment, stored
from voiceos.kept_moment import Until

__all__ = ["Until", "keep", "load"]


def load() -> Until:
    """See `kept_moment.load`."""
    return kept_moment.load(stored.OFF_THE_RECORD)


def keep(until: Until) -> None:
    """Raises StorageError."""
    kept_moment.keep(stored.OFF_THE_RECORD, until)
