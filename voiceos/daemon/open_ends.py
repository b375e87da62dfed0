"""Plans whose day is over, and promises without a day, of which nothing was said since."""

from __future__ import annotations

from datetime import datetime

from voiceos.initiative.thoughts import THOUGHT_KEEPS, may_be_asked
from voiceos.memory import Fact, Kind, Store, terms
from voiceos.thinking.persons import Persons

MOST = 5
"""Of which it is looked whether they were spoken of."""


def open_ends(store: Store, now: datetime, language: str) -> list[Fact]:
    """What may be asked about now, the newest first; from within a thread. Raises StorageError."""
    persons = Persons(language)
    due = store.facts_due(now, since=now - THOUGHT_KEEPS * 2, limit=100)
    promised = [fact for fact in store.facts(kind=Kind.COMMITMENT, limit=100) if fact.due is None]
    found: list[Fact] = []
    for fact in sorted([*due, *promised], key=lambda one: one.last, reverse=True):
        span = may_be_asked(fact, now)
        if span is None or not span[0] <= now < span[1]:
            continue
        if not _was_spoken_of(store, fact, span[0], persons, language):
            found.append(fact)
        if len(found) == MOST:
            break
    return found


def _was_spoken_of(store: Store, fact: Fact, since: datetime, persons: Persons, language: str) -> bool:
    """By the last word that matters of it: "the interview went well"."""
    words = terms.content(persons.undated(fact.value) or fact.value, language)[-1:]
    return any(hit.item.said and hit.item.at >= since for hit in store.search_episodes(" ".join(words), limit=20))
