"""Lets go of turns that are older than the settings keep them: once a day, while nobody speaks."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from voiceos import events as ev
from voiceos.clock import Clock
from voiceos.daemon.part import Part
from voiceos.errors import StorageError, bug
from voiceos.turn_taking.state import Phase, State

log = logging.getLogger(__name__)

EVERY_S = 86_400.0


class Retention(Part):
    """Args:
    prune: deletes what was said before a moment; how many turns. May raise StorageError.
    keep_days: so long they are kept; 0 for ever.
    """

    def __init__(self, prune: Callable[[datetime], Awaitable[int]], keep_days: int, clock: Clock) -> None:
        self._prune = prune
        self._keep = timedelta(days=keep_days)
        self._clock = clock
        self._next_at = clock.monotonic() if keep_days else float("inf")
        self._task: asyncio.Task[None] | None = None

    async def __aexit__(self, *_: object) -> None:
        if self._task is not None:
            await asyncio.gather(self._task, return_exceptions=True)

    def stepped(self, event: ev.Event, before: State, after: State) -> None:
        if after.phase is Phase.QUIET and self._clock.monotonic() >= self._next_at:
            self._next_at = self._clock.monotonic() + EVERY_S
            self._task = asyncio.create_task(self._run(self._clock.now() - self._keep), name="retention")

    async def _run(self, before: datetime) -> None:
        try:
            count = await self._prune(before)
        except StorageError as error:
            log.warning("turns that are too old are still kept, until tomorrow: %s", error)
        except Exception as error:
            log.error("turns that are too old are still kept, until tomorrow: %s", bug(error))  # noqa: TRY400 - no words
        else:
            if count:
                log.info("%d turns older than %d days are deleted", count, self._keep.days)
