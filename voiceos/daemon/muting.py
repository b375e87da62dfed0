"""Muted stays muted: what the user wants of the microphone is kept from start to start."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import TYPE_CHECKING

from voiceos import events as ev
from voiceos import muted
from voiceos.daemon.part import Degraded, Part
from voiceos.errors import StorageError
from voiceos.turn_taking.state import State

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voiceos.daemon.daemon import Daemon

log = logging.getLogger(__name__)

RETRY_S = (1.0, 2.0, 5.0, 10.0, 30.0)
"""Waits before a write is tried again, the last one ever again: who has made room should not need to restart it."""


class Muting(Part):
    """However it was muted: by voice, by a key, by a command. One write at a time, the newest last; one that fails is
    told once and tried again until it succeeds, at once where the switch is turned, and a last time at the end."""

    def __init__(self, daemon: Daemon) -> None:
        self.muted = muted.load()
        """As the file has it."""
        self._daemon = daemon
        self._writing: asyncio.Task[None] | None = None
        self._tried = self.muted
        """What was last given to the file."""
        self._wake = asyncio.Event()
        """Ends the wait for another try."""
        self._ending = False
        self._failed = ""

    async def __aexit__(self, *_: object) -> None:
        self._ending = True
        self._wake.set()
        if self._writing is not None:
            await asyncio.gather(self._writing, return_exceptions=True)

    def stepped(self, event: ev.Event, before: State, after: State) -> None:
        wanted = self._daemon.live.conductor.muted
        if self._writing is not None and not self._writing.done():
            if wanted != self._tried:
                self._wake.set()
        elif wanted != self.muted:
            self._writing = asyncio.create_task(self._keep(), name="keep the microphone's switch")

    def degraded(self) -> Sequence[Degraded]:
        if not self._failed:
            return ()
        return (Degraded("The next start will not know whether the microphone is muted.", self._failed),)

    async def _keep(self) -> None:
        failures = 0
        while (wanted := self._daemon.live.conductor.muted) != self.muted:
            self._wake.clear()
            self._tried = wanted
            try:
                await asyncio.to_thread(muted.keep, wanted)
            except StorageError as error:
                self._tell(error)
                if self._ending:
                    return
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(RETRY_S[min(failures, len(RETRY_S) - 1)]):
                        await self._wake.wait()
                failures += 1
            else:
                self.muted = wanted
        self._failed = ""

    def _tell(self, error: StorageError) -> None:
        """Of the first failure aloud, of another kind in the log."""
        told = f"{error} {error.hint}"
        if told != self._failed:
            log.warning("%s", told)
        if not self._failed and not self._ending:
            self._daemon.live.conductor.announce(error.spoken, key=True)
        self._failed = told
