"""What is told of the sound: whether it flows, and what has become of it."""

from __future__ import annotations

import logging
from collections.abc import Callable

from voiceos.audio.presence import STARTING, Change, Presence
from voiceos.clock import Clock

log = logging.getLogger(__name__)


class Bulletin:
    """
    Args:
        on_change: told of each.
    """

    def __init__(self, on_change: Callable[[Change], None], *, clock: Clock) -> None:
        self._on_change = on_change
        self._clock = clock
        self.presence = Presence(STARTING, clock.monotonic())
        self._missed = False
        """It has been told that a device of the settings is not there."""

    def stands(self, reason: str) -> None:
        """Frames should come from now on, or do not for this reason."""
        if reason != self.presence.reason:
            self.presence = Presence(reason, self._clock.monotonic())

    def without(self, reason: str) -> None:
        """It could not be opened, and is waited for."""
        if reason != self.presence.reason:
            log.warning("waiting for sound: %s", reason)
        self.stands(reason)

    def tell(self, change: Change) -> None:
        log.info("sound: %s", change.value)
        self._on_change(change)

    def misses(self, missing: bool) -> None:
        """A device that the settings name is not there: told once."""
        if missing and not self._missed:
            self.tell(Change.ANOTHER)
        self._missed = missing

    def forget_missed(self) -> None:
        """The settings are others."""
        self._missed = False
