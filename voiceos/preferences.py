"""What the user changes while they talk: in force at once, undone on request, and written down once nobody speaks."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping, Set
from dataclasses import dataclass

from voiceos import quiet
from voiceos.changes import Changes, Changing, Refused
from voiceos.conductor import Conductor
from voiceos.config.plan import Value, value, with_values
from voiceos.errors import VoiceosError, bug

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
    back: Callable[[], asyncio.Task[list[Refused]] | None]
    """Puts it back; of a setting, what that could not change tells the task."""


@dataclass(frozen=True, slots=True)
class Undone:
    key: str
    """Dotted, or `QUIET`."""
    task: asyncio.Task[list[Refused]] | None
    """Tells what could not be put back; None where that cannot be."""


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
        self._failed: dict[str, VoiceosError] = {}
        """Why a key could not be written, the newest last."""
        self._tasks: set[asyncio.Task[list[Refused]]] = set()

    @property
    def unkept(self) -> VoiceosError | None:
        """Why what was changed last could not be written, and so holds for this run only."""
        return next(reversed(self._failed.values()), None)

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

    def undo(self) -> Undone | None:
        """Put the last change back that was not yet; None where there is none."""
        if not self._done:
            return None
        last = self._done.pop()
        return Undone(last.key, last.back())

    def forget(self, keys: tuple[str, ...]) -> None:
        """These were changed in the file since: putting them back would undo that."""
        self._done = [one for one in self._done if one.key not in keys]
        self._unwritten.difference_update(keys)
        self._no_failure(keys)

    async def erase(self, key: str, instead: Value) -> None:
        """Have a setting take another value, written at once; nothing puts back what it was.

        Raises VoiceosError where it cannot be written; in force it is all the same."""
        self.forget((key,))
        self._apply(key, instead)
        if self._keep is not None:
            await self._keep({key: instead})

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
        """Write what is not written yet; where that cannot be, say so once. Quiet lies in a file of its own."""
        await self._try(self._unwritten & {QUIET}, self._write_quiet, "error.storage")
        await self._try(self._unwritten - {QUIET}, self._write_settings, "not_kept")

    async def _try(self, keys: Set[str], write: Callable[[Collection[str]], Awaitable[None]], sentence: str) -> None:
        if not keys:
            return
        self._unwritten -= keys
        try:
            await write(keys)
        except asyncio.CancelledError:
            self._unwritten |= keys  # `aclose` writes them
            raise
        except Exception as error:
            # One that nobody foresaw may hold what somebody said.
            why = error if isinstance(error, VoiceosError) else VoiceosError(bug(error))
            log.warning("%s: in force, but not kept: %s %s", ", ".join(sorted(keys)), why, why.hint)
            if not any((key == QUIET) == (QUIET in keys) for key in self._failed):
                self._conductor.announce(sentence, key=True)
            self._unwritten |= keys
            self._no_failure(keys)  # so that they come last
            self._failed |= dict.fromkeys(keys, why)
        else:
            self._no_failure(keys)

    async def _write_quiet(self, keys: Collection[str]) -> None:
        await asyncio.to_thread(quiet.keep, self._conductor.quiet_until)

    async def _write_settings(self, keys: Collection[str]) -> None:
        if self._keep is not None:
            await self._keep({key: value(self._changes.settings, key) for key in sorted(keys)})

    def _no_failure(self, keys: Collection[str]) -> None:
        self._failed = {key: why for key, why in self._failed.items() if key not in keys}

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
