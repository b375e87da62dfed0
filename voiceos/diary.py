"""The memory beside the conversation: each turn is written down once it is over, and the memory is asked through here.

Whatever touches the disk does so in a thread, so that no turn waits for it but one that asks the memory. What cannot be
written is told once, tried again until it can be, and a last time at the end. A memory that cannot be opened, as that
of a newer voiceos, is told too, and the conversation goes on without it.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self, TypeVar

from voiceos import off_the_record
from voiceos.errors import NewerFormat, StorageError, VoiceosError, bug
from voiceos.exchange import Exchange
from voiceos.memory import Forgotten, Selection, Store

log = logging.getLogger(__name__)

CONVERSATION_GAP = timedelta(minutes=30)
"""So long a silence ends a conversation, and what is said behind it is another. Set by hand: people take up again what
they were talking of after a telephone call or a meal, seldom after more; and what the user wants forgotten or left out
as "this conversation" must not reach into another occasion. `off_the_record` in phrases.toml tells it."""

RETRY_S = (1.0, 2.0, 5.0, 10.0, 30.0)
"""Waits before a write is tried again, the last one ever again: who has made room should not need to restart it."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Entry:
    exchange: Exchange
    conversation: str


class Diary:
    """`async with diary: diary.keep(turn)`; leaving it writes what is left.

    Args:
        store: not opened yet.
        announce: says a sentence of the language's own, by its key.
    """

    def __init__(self, store: Store, *, announce: Callable[[str], None]) -> None:
        self.erased: Callable[[], None] = lambda: None
        """Called in the loop where another process has had something forgotten."""
        self.privately: Callable[[bool], None] = lambda off: None
        """Called in the loop as it goes off the record, and back on."""
        self.problem: VoiceosError | None = None
        """Why turns are not written just now; None where they are."""
        self.off_the_record = False
        """Nothing of this conversation is kept; of the next one it is again. See `go_off`."""
        self.conversation = ""
        """Tells this conversation from others, in the store."""
        self._store = store
        self._announce = announce
        self._open = False
        self._unwritten: deque[_Entry] = deque()
        self._episodes: dict[int, int] = {}
        self._last_said: datetime | None = None
        self._off_until: off_the_record.Until = None
        self._off_until_kept: off_the_record.Until = None
        self._erasures = 0
        self._one_by_one = asyncio.Lock()
        self._wake = asyncio.Event()
        self._ending = False
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """The memory is opened beside all else. Raises NewerFormat for what a newer voiceos has put down beside it."""
        self._off_until = self._off_until_kept = await asyncio.to_thread(off_the_record.load)
        self._task = asyncio.create_task(self._run(), name="diary")
        return self

    async def __aexit__(self, *_: object) -> None:
        """What cannot be written even now is lost, which the log tells."""
        self._ending = True
        self._wake.set()
        if self._task is not None:
            await asyncio.gather(self._task, return_exceptions=True)
        if self._unwritten:
            log.error("%d turns could not be written into the memory: %s", len(self._unwritten), self.problem)
        await asyncio.to_thread(self._store.close)

    @property
    def is_open(self) -> bool:
        """The memory has been opened."""
        return self._open

    @property
    def unwritten(self) -> int:
        """Turns that wait for the disk."""
        return len(self._unwritten)

    def enter(self, at: datetime) -> None:
        """Somebody speaks: where the last conversation is long over, it is a new one."""
        if not self.conversation or (self._last_said is not None and at - self._last_said > CONVERSATION_GAP):
            self.conversation = f"{at.isoformat('T', 'seconds')}-{secrets.token_hex(2)}"
            first = self._last_said is None
            self._turn(off=first and self._off_until is not None and at < self._off_until)
            self._last_said = at

    def go_off(self, now: datetime) -> None:
        """Keep nothing more of this conversation, also where it goes on after a restart."""
        self.enter(now)
        self._last_said = now
        self._turn(off=True)
        self._off_until = now + CONVERSATION_GAP
        self._wake.set()

    def go_on(self) -> None:
        """Keep what is said from now on."""
        self._turn(off=False)
        self._off_until = None
        self._wake.set()

    def _turn(self, *, off: bool) -> None:
        if off != self.off_the_record:
            self.off_the_record = off
            self.privately(off)

    def keep(self, exchange: Exchange) -> None:
        """Write a turn as soon as that can be; returns at once."""
        self.enter(exchange.at)
        if exchange.said:
            self._last_said = exchange.at
            if self.off_the_record:
                self.go_off(exchange.at)
        if self.off_the_record or exchange.turn in self._episodes or isinstance(self.problem, NewerFormat):
            return
        if exchange.said.strip() or exchange.heard.strip():
            self._unwritten.append(_Entry(exchange, self.conversation))
            self._wake.set()

    def episode(self, turn: int) -> int | None:
        """Number in the store of a turn of this run; None where it is not written, or not to be."""
        return self._episodes.get(turn)

    def written_as(self, turn: int, episode: int) -> None:
        """A turn was written before it is over."""
        self._episodes[turn] = episode

    async def ask(self, question: Callable[[Store], T], *, written: bool = False) -> T:
        """What the store answers, in a thread.

        Args:
            written: have all that was said before written down first.

        Raises StorageError, also where the memory cannot be opened.
        """
        if written or not self._open:
            await self.write()
        return await asyncio.to_thread(question, self._store)

    async def erase(self, choose: Callable[[Store], Selection]) -> tuple[Selection, Forgotten, frozenset[int]]:
        """Forget what `choose` selects, of all that was said until now. What was chosen, what came of it, and the turns
        of this run that are gone; whoever asks sees to what else holds them.

        Raises StorageError."""

        def erased(store: Store) -> tuple[Selection, Forgotten]:
            chosen = choose(store)
            return chosen, store.forget(chosen)

        await self.write()
        async with self._one_by_one:  # what is written meanwhile does not take it for the deed of another process
            chosen, done = await asyncio.to_thread(erased, self._store)
            self._erasures += 1
        turns = frozenset(turn for turn, number in self._episodes.items() if number in chosen.episodes)
        for turn in turns:
            del self._episodes[turn]
        return chosen, done, turns

    async def prune(self, before: datetime) -> int:
        """Let go of the turns before a moment, as the settings ask; how many. Raises StorageError."""
        await self.write()
        async with self._one_by_one:
            count = await asyncio.to_thread(self._store.prune, before)
            self._erasures += count > 0
            return count

    async def gone(self) -> frozenset[int]:
        """Turns that were written and are in the store no more, as another process has had them forgotten; from now on
        they are known no more here either. Raises StorageError."""

        def missing(store: Store) -> frozenset[int]:
            return frozenset(turn for turn, number in written.items() if store.episode(number) is None)

        written = dict(self._episodes)
        turns = await self.ask(missing)
        for turn in turns:
            self._episodes.pop(turn, None)  # another may have found the same meanwhile
        return turns

    async def write(self) -> None:
        """Write what is not written yet. Raises StorageError."""
        async with self._one_by_one:
            until = self._off_until
            if until != self._off_until_kept:
                await asyncio.to_thread(off_the_record.keep, until)
                self._off_until_kept = until
            if not self._open:
                await self._begin()
            while self._unwritten:
                entry = self._unwritten[0]
                try:
                    self._episodes[entry.exchange.turn] = await asyncio.to_thread(self._add, entry)
                except StorageError:
                    raise
                except Exception as error:
                    # Its text may hold what was said. Tried again it would fail again, and hold up all others.
                    log.error("a turn is lost to the memory: %s", bug(error))  # noqa: TRY400 - see above
                self._unwritten.popleft()
            self._no_problem()
            await self._look_for_erasures()

    async def _begin(self) -> None:
        await asyncio.to_thread(self._store.open)
        self._open = True
        self._erasures = await asyncio.to_thread(lambda: self._store.erasures)
        if self._store.set_aside is not None:
            self._announce("repaired")

    def _add(self, entry: _Entry) -> int:
        exchange = entry.exchange
        return self._store.remember_turn(
            exchange.said,
            exchange.heard,
            at=exchange.at,
            conversation=entry.conversation,
            cut_off=exchange.cut_off,
        ).id

    async def _look_for_erasures(self) -> None:
        number = await asyncio.to_thread(lambda: self._store.erasures)
        if number != self._erasures:
            self._erasures = number
            self.erased()

    async def _run(self) -> None:
        failures = 0
        while True:
            self._wake.clear()
            try:
                await self.write()
            except NewerFormat as error:
                self._tell(error)
                return  # it stays as it is until this program is another
            except StorageError as error:
                self._tell(error)
                failures += 1
            except Exception as error:
                self._tell(VoiceosError(bug(error)))
                failures += 1
            else:
                failures = 0
            if self._ending:
                return
            wait_s = RETRY_S[min(failures, len(RETRY_S)) - 1] if failures else None
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    await self._wake.wait()

    def _tell(self, error: VoiceosError) -> None:
        """Of the first failure aloud, of another kind in the log."""
        if self.problem is None or str(error) != str(self.problem):
            log.warning("%s %s", error, error.hint)
        if self.problem is None and not self._ending:
            self._announce(error.spoken)
        self.problem = error

    def _no_problem(self) -> None:
        if self.problem is not None:
            log.info("the memory is written again")
        self.problem = None
