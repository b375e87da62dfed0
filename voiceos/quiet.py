"""Until when the user wants quiet: kept from start to start, as a restart is no reason to speak up."""

from __future__ import annotations

from voiceos import kept_moment, stored
from voiceos.kept_moment import Until

__all__ = ["Until", "keep", "load"]


def load() -> Until:
    """See `kept_moment.load`."""
    return kept_moment.load(stored.QUIET)


def keep(until: Until) -> None:
    """Raises StorageError."""
    kept_moment.keep(stored.QUIET, until)
