"""What belongs to the words of a turn: an answer from what was told, a note for the language model, mostly neither."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import TypeVar

from voiceos.config.model import Memory as MemorySettings
from voiceos.diary import Diary
from voiceos.errors import VoiceosError, bug
from voiceos.memory import USER, Episode, Fact, Kind, Store, fusion
from voiceos.memory.recall import Memory
from voiceos.memory.recollection import Recollection
from voiceos.skills.comprehension import Comprehension
from voiceos.skills.in_force import Held
from voiceos.skills.recounting import Recounting
from voiceos.skills.told import Told
from voiceos.thinking.notes import Notes
from voiceos.thinking.ports import Recalled
from voiceos.thinking.thinker import Thinker

T = TypeVar("T")

log = logging.getLogger(__name__)

RECALL_S = 0.25
"""A turn waits no longer for its memories; finding them takes some 20 ms. Judging them has its own time."""
RECALLED = 3
"""Memories in one note at most."""
NAMED = 10
"""Facts about somebody who comes to mind."""
JUDGED_NAMED = 2
"""Of what is known of somebody whom a question names, so many of the newest are judged beside what is recalled."""
JUDGED_ANYWAY = 2
"""Statements that are judged where a question may as well ask of the world: each holds up the answer."""
FITS_THEM = 0.3
"""Score from which one is, where they speak of themselves; else `fusion.THRESHOLD`."""
OF_THE_SAME = 0.35
"""Cosine, as seen from the centre of all, from which two statements are taken to speak of the same. Nearly all pairs in
which the lives for tuning tell something and its change lie above, and few others."""


class Recalling:
    """
    Args:
        comprehension: judges what rules do not know; None: the language model answers that.
        in_mind: numbers of the facts that the prompt always holds.
        patience_s: see `RECALL_S`.
    """

    def __init__(
        self,
        diary: Diary,
        thinker: Thinker,
        recollection: Recollection,
        recounting: Recounting,
        comprehension: Comprehension | None,
        *,
        notes: Notes,
        settings: MemorySettings,
        in_mind: Callable[[], frozenset[int]],
        patience_s: float = RECALL_S,
    ) -> None:
        self._diary = diary
        self._thinker = thinker
        self._recollection = recollection
        self._recounting = recounting
        self._comprehension = comprehension
        self._notes = notes
        self._settings = settings
        self._in_mind = in_mind
        self._patience_s = patience_s

    async def recall(self, text: str, now: datetime, before: Sequence[str], since: datetime | None) -> Recalled | None:
        """As `Remembrance.recall`."""
        recalled = await self._in_time(self._recalled(text, now))
        if recalled is None:
            return None
        found = self._found(text, recalled)
        if not self._thinker.conversation.stays_close:  # who is in danger is not told what they said once
            told = await self._in_time(
                self._diary.ask(lambda store: self._recounting.tell(store, text, now, recalled=found))
            )
            if self._comprehension is not None:
                told = await self._judged(text, now, told, recalled, self._comprehension)
            if told is not None:
                return Recalled("", told.facts, answer=told.text)
        return await self._in_time(self._noted(text, now, found, before, since))

    async def _in_time(self, work: Awaitable[T | None]) -> T | None:
        try:
            async with asyncio.timeout(self._patience_s):
                return await work
        except TimeoutError:
            log.info("the memory took too long for this turn")
        except VoiceosError as error:
            log.info("nothing is recalled: %s", error)
        except Exception as error:
            log.error("%s", bug(error))  # noqa: TRY400 - its text may hold what was said
        return None

    async def _recalled(self, text: str, now: datetime) -> list[Memory]:
        """What fits best, whatever the threshold; without what only asks."""
        recalled = await self._recollection.recall(text, now, limit=2 * RECALLED, threshold=0.0)
        return [one for one in recalled if isinstance(one.item, Fact) or self._notes.tells(one.item.said)]

    def _found(self, text: str, recalled: Sequence[Memory]) -> list[Fact | Episode]:
        found = [one.item for one in recalled if one.score >= fusion.THRESHOLD]
        if not self._notes.wants(text):  # who only tells something is answered by what is known, not by talk
            return [one for one in found if isinstance(one, Fact)]
        return found

    async def _judged(
        self, text: str, now: datetime, by_rule: Told | None, recalled: Sequence[Memory], comprehension: Comprehension
    ) -> Told | None:
        """What is said by rule or judgement. What may as well ask of the world is judged by what fits well alone, as
        that takes its time."""
        if by_rule is None and not self._notes.wants(text):
            return None
        names = bool(fusion.names(text)) and bool(
            await self._in_time(self._diary.ask(lambda store: self._names(store, text)))
        )
        theirs = by_rule is not None or comprehension.is_theirs(text, names_theirs=names)
        statements = await self._in_time(self._statements(text, recalled, theirs=theirs)) or []
        if not statements and not theirs:
            return None
        return await comprehension.answer(text, statements, now, since=self._since, by_rule=by_rule, names_theirs=names)

    async def _noted(
        self, text: str, now: datetime, found: list[Fact | Episode], before: Sequence[str], since: datetime | None
    ) -> Recalled | None:
        if not self._settings.recall_tokens:
            return None
        asked = self._notes.asks_about_themselves(text)
        with_named = await self._diary.ask(lambda store: self._with_whom_they_name(store, found, text))
        fresh = [one for one in with_named if not self._in_prompt(one, since)][:RECALLED]
        if not fresh:
            return self._warned(text, before, found=bool(with_named)) if asked else None
        while fresh:
            note = self._notes.note(fresh, now, asked=False)
            if asked and self._notes.shared(text, [note]) < 1.0:
                note = self._notes.note(fresh, now, asked=True)
            if await self._thinker.tokens(note) <= self._settings.recall_tokens or len(fresh) == 1:
                return Recalled(note, tuple(one.id for one in fresh if isinstance(one, Fact)), exact=asked)
            fresh = fresh[:-1]
        return None

    def _with_whom_they_name(self, store: Store, found: Sequence[Fact | Episode], text: str) -> list[Fact | Episode]:
        """With what else is known of the people in them: who "my sister" is, one fact tells, and where she lives
        another. What speaks of the same as the text comes first."""
        every = {(type(one), one.id): one for one in found}
        for fact in [one for one in found if isinstance(one, Fact)]:
            name = fact.value if fact.kind is Kind.PERSON else "" if fact.subject == USER else fact.subject
            for more in store.facts_naming(name, limit=NAMED) if name else ():
                every.setdefault((Fact, more.id), more)

        def misses(one: Fact | Episode) -> float:
            return -self._notes.shared(text, [self._notes.in_words(one) if isinstance(one, Fact) else one.said])

        return sorted(every.values(), key=misses)

    def _in_prompt(self, one: Fact | Episode, since: datetime | None) -> bool:
        if isinstance(one, Fact):
            return one.id in self._in_mind() or (since is not None and one.last >= _second(since))
        return since is not None and one.at >= _second(since)

    def _warned(self, text: str, before: Sequence[str], *, found: bool) -> Recalled | None:
        """What keeps the language model from making up what the prompt does not hold; None where it surely does."""
        shared = self._notes.shared(text, (*before, self._thinker.conversation.known))
        if shared >= 1.0:
            return None
        return Recalled(self._notes.careful if found or shared else self._notes.unknown, exact=True)

    def _names(self, store: Store, text: str) -> bool:
        """Whether it names somebody of theirs."""
        return any(self._recounting.knows(store, name) for name in fusion.names(text))

    async def _statements(self, text: str, recalled: Sequence[Memory], *, theirs: bool) -> list[Held]:
        """What may tell what is asked: what fits best, and the newest of whom it names.

        Args:
            theirs: it asks of their own life; else only what fits well.
        """
        least = FITS_THEM if self._notes.asks_about_themselves(text) else fusion.THRESHOLD
        fits = [one.item for one in recalled if theirs or one.score >= least]

        def read(store: Store) -> list[Held]:
            likely = self._recounting.statements(store, fits)
            if not theirs:
                return likely[:JUDGED_ANYWAY]
            named = [fact for name in fusion.names(text) for fact in store.facts_naming(name, limit=NAMED)]
            newest = sorted(self._recounting.statements(store, named), key=lambda one: one.at)[::-1]
            said = {one.sentence for one in likely[:RECALLED]}
            return [*likely[:RECALLED], *[one for one in newest if one.sentence not in said][:JUDGED_NAMED]]

        return await self._diary.ask(read) if fits or theirs else []

    async def _since(self, one: Held) -> list[Held]:
        """What was told later of the same, the newest first."""

        async def find() -> list[Held]:
            alike = await self._recollection.alike(one.sentence, least=OF_THE_SAME)
            told = await self._diary.ask(lambda store: self._recounting.statements(store, alike)) if alike else []
            later = [other for other in told if other.at > one.at]
            return sorted(later, key=lambda other: other.at, reverse=True)

        return await self._in_time(find()) or []


def _second(at: datetime) -> datetime:
    """As the store keeps moments."""
    return at.replace(microsecond=0)
