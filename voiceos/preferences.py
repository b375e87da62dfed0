"""What the user changes while they talk: in force at once, undone on request, and written down once nobody speaks."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from voiceos import quiet
from voiceos.changes import Changes, Changing, Refused
from voiceos.conductor import Conductor
from voiceos.config.plan import Value, value, with_values
from voiceos.errors import VoiceosError

log = logging.getLogger(__name__)

REMEMBERED = 20
"""Changes that can be undone, the newest."""

QUIET = "quiet"
"""What is undone where it is no setting: that they asked for quiet."""

Keep = Callable[[Mapping[str, Value]], Awaitable[None]]
"""Writes values into the user's settings file. Raises VoiceosError, also for a broken file."""


@dataclass(frozen=True, slots=True)
class Change:
    key: str
    """Dotted, or `QUIET`."""
    back: Callable[[], object]
    """Puts it back."""


class Preferences:
    """Args:
    keep: None keeps nothing beyond this run, as where there is no settings file.
    """

    def __init__(self, changes: Changes, conductor: Conductor, *, keep: Keep | None) -> None:
        self._changes = changes
        self._conductor = conductor
        self._keep = keep
        self._done: list[Change] = []
        self._unwritten: set[str] = set()
        self._changed = asyncio.Event()
        self.unkept: VoiceosError | None = None
        """Why what was changed last could not be written, and so holds for this run only."""
        self._tasks: set[asyncio.Task[list[Refused]]] = set()

    def change(self, key: str, new: Value) -> asyncio.Task[list[Refused]]:
        """Have a setting take another value, of its type and allowed; what that cannot change tells the task."""
        before = value(self._changes.wanted, key)
        if new != before:
            self._remember(Change(key, lambda: self._apply(key, before)))
        return self._apply(key, new)

    def hush(self, until: quiet.Until) -> None:
        """Be quiet until then; None: no more."""
        before = self._conductor.quiet_until
        if until != before:
            self._remember(Change(QUIET, lambda: self._hush(before)))
        self._hush(until)

    def undo(self) -> str:
        """Put the last change back that was not yet; returns its key, "" where there is none."""
        if not self._done:
            return ""
        last = self._done.pop()
        last.back()
        return last.key

    def forget(self, keys: tuple[str, ...]) -> None:
        """These were changed in the file since: putting them back would undo that."""
        self._done = [one for one in self._done if one.key not in keys]
        self._unwritten.difference_update(keys)

    def try_again(self) -> None:
        """Write what could not be written, as the file has changed."""
        if self._unwritten:
            self._changed.set()

    async def run(self) -> None:
        """Write whatever has changed in each silence; until cancelled."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            await self._changes.wait_quiet()
            await self.write()

    async def write(self) -> None:
        """Write what is not written yet; where that cannot be, say so once."""
        keys, self._unwritten = self._unwritten, set()
        try:
            if QUIET in keys:
                await asyncio.to_thread(quiet.keep, self._conductor.quiet_until)
                keys.discard(QUIET)
            if keys and self._keep is not None:
                values = {key: value(self._changes.settings, key) for key in sorted(keys)}
                await self._keep(values)
        except VoiceosError as error:
            self._unwritten |= keys
            log.warning("%s: in force, but not kept: %s %s", ", ".join(sorted(keys)), error, error.hint)
            if self.unkept is None:
                self._conductor.announce("not_kept", key=True)
            self.unkept = error
        except asyncio.CancelledError:
            self._unwritten |= keys  # `aclose` writes them
            raise
        else:
            self.unkept = None

    async def aclose(self) -> None:
        """Break off what is still to be changed, and write the rest."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.write()

    def _remember(self, change: Change) -> None:
        self._done = [*self._done, change][-REMEMBERED:]

    def _hush(self, until: quiet.Until) -> None:
        self._conductor.hush(until)
        self._note(QUIET)

    def _apply(self, key: str, new: Value) -> asyncio.Task[list[Refused]]:
        changing = self._changes.change(with_values(self._changes.wanted, {key: new}), [key])
        task = asyncio.create_task(self._noted(key, new, changing), name=f"keep {key}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _noted(self, key: str, new: Value, changing: Changing) -> list[Refused]:
        refused = await changing.done
        if refused:
            self.forget((key,))
        elif value(self._changes.settings, key) == new:  # else it is yet another since, by voice or by the file
            self._note(key)
        return refused

    def _note(self, key: str) -> None:
        self._unwritten.add(key)
        self._changed.set()
