"""What was learned of the user, kept from start to start: numbers, never words."""

from __future__ import annotations

import asyncio

from voiceos import files, stored
from voiceos.errors import StorageError
from voiceos.turn_taking.pauses import SHORTEST_S, PauseProfile

PAUSES = stored.PAUSES.name


def load_pauses() -> PauseProfile:
    """What is known of their pauses, which is nothing at the first start. Anything else in the file is set aside."""
    known = files.recall(PAUSES, lambda content: PauseProfile(**{name: float(content[name]) for name in content}))
    return known or PauseProfile()


def keep_pauses(profile: PauseProfile) -> None:
    """Raises StorageError."""
    files.remember(PAUSES, profile.numbers())


class PauseKeeper:
    """Keeps a profile each time that something was learned, in a thread: one write at a time, the newest last.

    Args:
        kept: what the file holds.
    """

    def __init__(self, kept: PauseProfile) -> None:
        self._kept = self._newest = kept
        self._writing = asyncio.Lock()
        self._failed = False

    async def keep(self, profile: PauseProfile) -> None:
        """Raises StorageError, though only for the first of several failures in a row: that is enough to be heard. What
        was not written is tried again with the next."""
        self._newest = profile
        async with self._writing:
            newest = self._newest
            if newest != self._kept:
                try:
                    await asyncio.to_thread(keep_pauses, newest)
                except StorageError:
                    if not self._failed:
                        self._failed = True
                        raise
                else:
                    self._kept, self._failed = newest, False


def pauses_told(profile: PauseProfile) -> str:
    """One line about them, for the user."""
    if not profile.inner and not profile.ends:
        return "nothing is known of your pauses yet"
    return (
        f"you go on after {profile.mean_excess_s + SHORTEST_S:.1f} s on average, so it waits {profile.stretch:.2f} "
        "times as long as the settings say"
    )
