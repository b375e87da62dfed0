"""Muted stays muted: what the user wants of the microphone is kept from start to start."""

from __future__ import annotations

import asyncio
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


class Muting(Part):
    """However it was muted: by voice, by a key, by a command. One write at a time, the newest last."""

    def __init__(self, daemon: Daemon) -> None:
        self.muted = muted.load()
        """As it was left the last time; then, as the file has it."""
        self._daemon = daemon
        self._writing: asyncio.Task[None] | None = None
        self._failed = ""

    async def __aexit__(self, *_: object) -> None:
        if self._writing is not None:
            await asyncio.gather(self._writing, return_exceptions=True)

    def stepped(self, event: ev.Event, before: State, after: State) -> None:
        if self._daemon.live.conductor.muted != self.muted and (self._writing is None or self._writing.done()):
            self._writing = asyncio.create_task(self._keep(), name="keep the microphone's switch")

    def degraded(self) -> Sequence[Degraded]:
        if not self._failed:
            return ()
        return (Degraded("The next start will not know whether the microphone is muted.", self._failed),)

    async def _keep(self) -> None:
        while (wanted := self._daemon.live.conductor.muted) != self.muted:
            self.muted = wanted
            try:
                await asyncio.to_thread(muted.keep, wanted)
                self._failed = ""
            except StorageError as error:
                log.warning("%s %s", error, error.hint)
                self._failed = f"{error} {error.hint}"
