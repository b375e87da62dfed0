"""Reminders as facts of the memory that are due: kept, found again, called off; and hours that they have told of."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

from voiceos import languages
from voiceos.diary import Diary
from voiceos.initiative import REMINDER, Ledger, Outcome
from voiceos.initiative import Kind as Occasions
from voiceos.initiative.occasions import REMINDER_KEEPS, all_of_fact, begins
from voiceos.initiative.repeats import Repeat, read
from voiceos.initiative.wording import again_and_again, value_of, what_of, when
from voiceos.memory import USER, Fact, Kind, Source, Store
from voiceos.skills.repeating import EVERY, UNITS
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
        self,
        what: str,
        due: datetime,
        now: datetime,
        episode: Callable[[Store], int | None] = lambda store: None,
        *,
        repeat: Repeat | None = None,
    ) -> Fact:
        """See `keep_in`."""
        wanted = partial(keep_in, what=what, due=due, now=now, language=self._language, repeat=repeat)
        return await self._diary.ask(lambda store: wanted(store, episode=episode(store)))

    async def call_off(self, fact: Fact, now: datetime) -> Fact:
        """What takes its place in the memory, so that nobody is told that it is still wanted."""
        return await self._diary.ask(lambda store: call_off_in(store, fact, now, self._language))

    async def pending(self, ledger: Ledger, now: datetime) -> list[Fact]:
        """Those that are yet to be told, the next one first."""
        return await self._diary.ask(lambda store: pending_in(store, ledger, now))

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


def keep_in(
    store: Store,
    *,
    what: str,
    due: datetime,
    now: datetime,
    language: str,
    repeat: Repeat | None = None,
    episode: int | None = None,
) -> Fact:
    """Keep a reminder. Raises StorageError.

    Args:
        what: in the user's words, "to call my sister".
        repeat: tells it again and again, from `due` on.
        episode: the turn that asks for it, where there is one.
    """
    at = when_dated(due, language) if repeat is None else again_and_again(repeat, language)
    sentence = languages.table(language, "initiative")["memory"]["sentence"].format(what=what, when=at)
    return store.remember_fact(
        *(USER, REMINDER, value_of(what, due, repeat)),
        at=now,
        sentence=sentence,
        kind=Kind.COMMITMENT,
        single=False,
        due=due,
        episode=episode,
        source=Source.TOLD,
        repeats="" if repeat is None else repeat.text,
    )


def pending_in(store: Store, ledger: Ledger, now: datetime) -> list[Fact]:
    """Those that are yet to be told, the next one first. Raises StorageError."""
    facts = store.facts_due(now + FAR, since=now - REMINDER_KEEPS, limit=1000)
    found = [
        fact
        for fact in facts
        if fact.relation == REMINDER and any(ledger.open(one) is not None for one in all_of_fact(fact, now))
    ]
    return sorted(found, key=lambda fact: begins(fact, now))


def call_off_in(store: Store, fact: Fact, now: datetime, language: str) -> Fact:
    """What takes the place of a reminder; it is due no more. Raises StorageError."""
    words = languages.table(language, "initiative")["memory"]
    sentence = words["called_off"].format(what=what_of(fact), when=told_when(fact, None, language))
    value = words["called_off_value"].format(value=fact.value)
    return store.correct(fact.id, value, at=now, sentence=sentence, due=False)


def told_when(reminder: Fact, now: datetime | None, language: str) -> str:
    """When it is told, as one says it; without a moment to say it at, so that it is right whenever it is read."""
    if (repeat := read(reminder.repeats)) is not None:
        return again_and_again(repeat, language)
    assert reminder.due is not None
    return when_dated(reminder.due, language) if now is None else when(reminder.due, now, language)


def meant(reminder: Fact, slots: Slots, now: datetime) -> bool:
    """Whether the slots of a time may mean this reminder: "the daily one", "for five", "on Mondays"."""
    of_a_day = {name: value for name, value in slots.items() if name not in EVERY}
    if "every" in slots:
        repeat = read(reminder.repeats)
        if repeat is None or repeat.unit is not UNITS.get(str(slots["every"]), repeat.unit):
            return False
    return reminder.due is None or not of_a_day or fits(of_a_day, begins(reminder, now), now)


def when_dated(due: datetime, language: str) -> str:
    """A moment as it is right whenever it is read."""
    return when(due, due - timedelta(days=400), language)
