"""Reminders as facts of the memory that are due: kept, found again, called off; and what they may have told of hours."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

from voiceos import languages
from voiceos.diary import Diary
from voiceos.initiative import REMINDER, Ledger, Outcome
from voiceos.initiative import Kind as Occasions
from voiceos.initiative.occasions import REMINDER_KEEPS, of_fact
from voiceos.initiative.wording import value_of, what_of, when
from voiceos.memory import USER, Fact, Kind, Source, Store
from voiceos.skills.until import Slots, fits
from voiceos.thinking.times import Times, plain

FAR = timedelta(days=3660)
"""Farther ahead nothing is asked for by voice."""

LOOKED_AT = 50
"""Facts and turns in which an hour is looked for that they may have told."""

MORNING = range(1, 12)
"""Hours that are of the afternoon where something is over at them and no half was told."""


class Reminders:
    """All of it raises StorageError.

    Args:
        language: ISO 639-1.
    """

    def __init__(self, diary: Diary, language: str) -> None:
        self._diary = diary
        self._language = language

    async def keep(
        self, what: str, due: datetime, now: datetime, episode: Callable[[Store], int | None] = lambda store: None
    ) -> Fact:
        """Args:
        what: in the user's words, "to call my sister".
        episode: the turn that asks for it, where there is one.
        """
        words = languages.table(self._language, "initiative")["memory"]
        sentence = words["sentence"].format(what=what, when=when_dated(due, self._language))

        def keep(store: Store) -> Fact:
            return store.remember_fact(
                *(USER, REMINDER, value_of(what, due)),
                at=now,
                sentence=sentence,
                kind=Kind.COMMITMENT,
                single=False,
                due=due,
                episode=episode(store),
                source=Source.TOLD,
            )

        return await self._diary.ask(keep)

    async def call_off(self, fact: Fact, now: datetime) -> Fact:
        """What takes its place in the memory, so that nobody is told that it is still wanted."""
        return await self._diary.ask(partial(called_off, fact, now, self._language))

    async def pending(self, ledger: Ledger, now: datetime) -> list[Fact]:
        """Those that are yet to be told, the next one first."""
        facts = await self._diary.ask(lambda store: store.facts_due(now + FAR, since=now - REMINDER_KEEPS, limit=1000))
        return [
            fact
            for fact in facts
            if fact.relation == REMINDER
            and (occasion := of_fact(fact, now)) is not None
            and ledger.open(occasion) is not None
        ]

    async def told_last(self, ledger: Ledger, now: datetime, within: timedelta) -> Fact | None:
        """The one that was told last, no longer ago than this; None where there is none, or it was forgotten."""
        last = next((one for one in reversed(ledger.decisions) if one.outcome is Outcome.NOW), None)
        if last is None or last.kind is not Occasions.REMINDER or abs(now - last.at) > within:
            return None
        number = last.fact
        return None if number is None else await self._diary.ask(lambda store: store.fact(number))

    async def hour_of(self, routine: str) -> Slots | None:
        """When something is over that is done every day ("after work"), as they have told it last; None where they
        have not."""
        table = languages.table(self._language, "initiative")["routine"].get(routine)
        if table is None:
            return None
        await self._diary.write()
        return await self._diary.ask(partial(self._hour_of, table["of"], table["told"]))

    def _hour_of(self, of: str, patterns: Sequence[str], store: Store) -> Slots | None:
        found = [(hit.item.last, hit.item.sentence) for hit in store.search_facts(of, limit=LOOKED_AT)]
        found += [(hit.item.at, hit.item.said) for hit in store.search_episodes(of, limit=LOOKED_AT)]
        times = Times(self._language)
        for _, said in sorted(found, key=lambda one: one[0], reverse=True):
            for pattern in patterns:
                if (hit := re.search(pattern, plain(said))) is None:
                    continue
                slots = times.whole(hit["time"])
                if slots is not None and "hour" in slots:
                    return {"half": "pm", **slots} if int(slots["hour"]) in MORNING else slots
        return None


def called_off(fact: Fact, now: datetime, language: str, store: Store) -> Fact:
    words = languages.table(language, "initiative")["memory"]
    assert fact.due is not None
    sentence = words["called_off"].format(what=what_of(fact), when=when_dated(fact.due, language))
    return store.correct(fact.id, words["called_off_value"].format(value=fact.value), at=now, sentence=sentence)


def meant(reminder: Fact, slots: Slots, now: datetime) -> bool:
    """Whether the slots of a time may mean this reminder."""
    return reminder.due is None or fits(slots, reminder.due, now)


def when_dated(due: datetime, language: str) -> str:
    """A moment as it is right whenever it is read."""
    return when(due, due - timedelta(days=400), language)
