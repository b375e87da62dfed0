"""How it is: what the mood of the conversation makes of its voice, and what time together makes of its character.

Traits take their steps at the start and in long silences, as the language model has to read its persona anew.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import date, datetime

from voiceos.config import Settings
from voiceos.errors import VoiceosError, bug
from voiceos.events import Intent
from voiceos.exchange import Exchange
from voiceos.idleness import unless_busy
from voiceos.initiative import quiet_hours
from voiceos.mood import MoodTracker
from voiceos.mood.delivery import BRIEF_FROM
from voiceos.traits import Book, Change, Evidence, Wording, decide, disposition, kept, reset, taken, undone
from voiceos.traits.book import Counts
from voiceos.traits.rule import kinds

log = logging.getLogger(__name__)

WRITTEN_S = 60.0
"""After so long a silence what was counted is written."""
SETTLED_S = 600.0
"""After so long a silence a trait may take its step: the persona is read anew, which takes seconds."""
TOLD = 2
"""Steps that it tells of at once, the newest."""
PLAIN = 0.5
"""A mood from here on is told as the reason for how it sounds."""


class Temperament:
    """`Character` of the skills. `begin` before the language model reads anything, then `run` beside the conversation.

    Args:
        settings: in force.
        now: of the clock on the wall.
        words: how long answers are to be by its character; see `Delivery.words`.
        private: whether nothing is to be kept of what is said now.
        reread: has the persona be read anew, once nobody speaks.
        idle, busy: return when nobody speaks, and when somebody does.
        failed: told where something cannot be written.
    """

    def __init__(
        self,
        language: str,
        *,
        settings: Callable[[], Settings],
        now: Callable[[], datetime],
        words: Callable[[], int | None],
        private: Callable[[], bool],
        reread: Callable[[], Awaitable[object]],
        idle: Callable[[], Awaitable[None]],
        busy: Callable[[], Awaitable[None]],
        failed: Callable[[VoiceosError], None],
    ) -> None:
        self.mood = MoodTracker(language, enabled=lambda: settings().assistant.mood, night=self._night, words=words)
        self._settings = settings
        self._now = now
        self._private = private
        self._reread = reread
        self._idle, self._busy = idle, busy
        self._failed = failed
        self._unwell = False
        """It was told that nothing can be written."""
        self._evidence = Evidence(language)
        self._wording = Wording(language)
        self._counted: list[tuple[date, Counts]] = []
        """Not written yet."""
        self._tasks: set[asyncio.Task[None]] = set()

    def _night(self, at: datetime) -> bool:
        hours = quiet_hours(self._settings().initiative.quiet_hours)
        return hours is not None and hours.cover(at)

    def begin(self) -> bool:
        """Take the step that is due at a start; whether there was one. It waits for the disk, so nobody may speak."""
        if not self._settings().assistant.drift:
            return False
        before = kept.load().changes
        return self._written(self._grown).changes != before

    def over(self, turn: Exchange) -> None:
        """Count what a turn that is over tells."""
        if self._settings().assistant.drift and not self._private() and (counts := self._evidence.of(turn)):
            self._counted.append((turn.at.date(), counts))

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            await self._idle()
            try:
                done = await unless_busy(self.settle(), self._busy)
            except Exception as error:
                log.error("%s", bug(error))  # noqa: TRY400 - its text may hold what was said
                done = True
            if done:
                await self._busy()  # there is no more to do until something is said

    async def settle(self) -> None:
        """What is done in a silence, as it goes on."""
        await asyncio.sleep(WRITTEN_S)
        await asyncio.to_thread(self._written, _same)
        await asyncio.sleep(SETTLED_S - WRITTEN_S)
        await self.grow()

    async def grow(self) -> None:
        """Take the step that is due."""
        before = (await asyncio.to_thread(kept.load)).changes
        if (await asyncio.to_thread(self._written, self._grown)).changes != before:
            await self._reread()

    async def aclose(self) -> None:
        """Write what was counted."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.to_thread(self._written, _same)

    # By voice.

    async def answer(self, intent: Intent, *, now: datetime) -> str:
        if intent.name == "changed_how":
            return self._how(await asyncio.to_thread(kept.load), now)
        last: list[Change | None] = []

        def back(book: Book) -> Book:
            if intent.name == "be_as_at_first":
                return reset(book, now.date())
            after, change = undone(book, now.date())
            last.append(change)
            return after

        before = await asyncio.to_thread(kept.load)
        after = await asyncio.to_thread(kept.update, back)
        self._counted.clear()
        if after.drift != before.drift:
            self._beside(self._reread())
        if all(change.undone is not None for change in before.changes):
            return self._wording.says("nothing_to_undo")
        change = last[0] if last else None
        return (
            self._wording.says("reset")
            if change is None
            else self._wording.says("undone", became=self._wording.became(change))
        )

    def _how(self, book: Book, now: datetime) -> str:
        """Why it is as it is: the mood of now, and what has become of it."""
        mood, told = self.mood.later(now), []
        if self._settings().assistant.mood:
            shows = {
                "hurry": mood.hurry >= BRIEF_FROM,
                "sad": mood.sad >= PLAIN,
                "soft": mood.soft >= PLAIN,
                "night": self._night(now),
            }
            told = [self._wording.says(why) for why, so in shows.items() if so]
        standing = [change for change in book.changes if change.undone is None][-TOLD:]
        if not self._settings().assistant.drift:
            return " ".join(told) or self._wording.says("never")
        if standing:
            told.append(self._wording.says("changed", story=self._wording.story(standing)))
        elif not told:
            told.append(self._wording.says("undone_since" if book.changes else "unchanged"))
        return " ".join(told)

    # The file.

    def _grown(self, book: Book) -> Book:
        """With the step of today, where one is due."""
        today = self._now().date()
        limits = disposition(self._settings().assistant, book).limits
        change = decide(book, limits, today)
        if change is None:
            return book
        log.info("its character has changed: %s", self._wording.told(change))
        return taken(book, change, kinds(change.trait), limits)

    def _written(self, change: Callable[[Book], Book]) -> Book:
        """The book with what was counted, and with a change; where it cannot be written that is told once."""
        counted, self._counted = self._counted, []

        def with_counted(book: Book) -> Book:
            for day, counts in counted:
                book = book.counted(day, counts)
            return change(book)

        try:
            book = kept.update(with_counted)
        except VoiceosError as error:
            self._counted = [*counted, *self._counted]
            log.warning("its character stays as it is: %s %s", error, error.hint)
            if not self._unwell:
                self._failed(error)
            self._unwell = True
            return kept.load()
        self._unwell = False
        return book

    def _beside(self, work: Awaitable[object]) -> None:
        async def guarded() -> None:
            try:
                await work
            except VoiceosError as error:
                log.warning("it stays who it is: %s %s", error, error.hint)

        task = asyncio.create_task(guarded(), name="become")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _same(book: Book) -> Book:
    return book
