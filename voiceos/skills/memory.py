"""What is said of memories: facts as sentences, how much there is, when something was told."""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from babel.dates import format_date, format_time, format_timedelta
from babel.lists import format_list

from voiceos import languages
from voiceos.events import Intent
from voiceos.languages import Phrases
from voiceos.memory import NOTE, USER, Fact, Store, terms
from voiceos.memory.records import plain
from voiceos.thinking.persons import Persons

FORGETTING = ("forget_that", "forget_about", "forget_today", "forget_everything", "off_the_record", "yes", "no")
"""Intents whose turns are not remembered: what is to be forgotten may be named in them."""

TELLING = ("known_about_me", "known_about", "known_more", "told_when", "talked_about", "thought_of_me")
"""Intents that change nothing."""

WISHES = (*FORGETTING, *TELLING, "remember", "remember_last", "wrong", "correct", "on_the_record")
"""Intents about the memory."""

BESIDES = ("repeat", "louder", "quieter", "set_volume", "slower", "faster")
"""Wishes that leave a question open: they are about how it was heard."""

JUST_NOW = timedelta(minutes=2)
HOUR = timedelta(hours=1)
WEEK_DAYS, YEAR_DAYS = 7, 330
"""From then on a day of the week is one of many, and a month tells more than a day."""

EPISODES = 30
"""Turns that fit a question best, of which one that holds all its words is told."""


class Memories(Protocol):
    """The memory, as wishes turn it."""

    def answer(self, intent: Intent, *, turn: int, said: str, now: datetime) -> Coroutine[Any, Any, str]:
        """Do what is wished; returns what to say about it. Raises StorageError.

        Args:
            intent: one of `WISHES`.
            turn: its number, under which `said` is remembered, where it is.
        """

    def undo(self, now: datetime) -> Callable[[], Coroutine[Any, Any, str]] | None:
        """What takes back the last deed, where that was the memory's, and tells; None where it was another's."""

    def moved_on(self, *, answered: bool) -> None:
        """The user has said something else: what was asked is asked no more.

        Args:
            answered: by the language model, so that "that" is its answer.
        """


def sentence(fact: Fact, now: datetime, phrases: Phrases, persons: Persons, language: str) -> str:
    """A fact as it is told to the user: with the day on which they said it, where it is not true on every day."""
    said = fact.sentence.rstrip(" .")
    if fact.relation != NOTE and fact.sentence == plain(fact.subject, fact.relation, fact.value):
        text = plain(persons.listener if fact.subject == USER else fact.subject, fact.relation, fact.value)
    elif persons.dated(said) and fact.since.date() != now.date():
        return phrases.text("known_episode", when=_capital(moment(fact.since, now, language)), said=said)
    else:
        text = persons.turned(said)
    return phrases.text("known_fact", fact=_capital(text)) if text else phrases.text("known_as_said", said=said)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def tells_the_same(store: Store, number: int, language: str) -> list[Fact]:
    """Facts that tell what a fact tells, in other words: what was told to be remembered and what was drawn from the
    same words are two. They hold what matters of it, are of the same subject, and name nobody else. Raises
    StorageError."""
    fact = store.fact(number)
    if fact is None:
        return []
    own = terms.words(f"{fact.relation} {fact.value} {fact.sentence}".replace("_", " "))
    told = fact.value if fact.relation == NOTE else f"{fact.relation} {fact.value}".replace("_", " ")
    facts = [store.fact(one) for one in store.select_about(told).facts if one != number]

    def names_another(one: Fact) -> bool:
        words = [word for word in terms.content(one.value, language) if word not in own]
        return any(re.search(rf"\b{re.escape(word.capitalize())}", one.value) for word in words)

    return [one for one in facts if one is not None and one.subject == fact.subject and not names_another(one)]


def amount(
    facts: int, turns: int, language: str, *, recordings: int = 0, copies: int = 0, also: Sequence[str] = ()
) -> str:
    """ "3 things I know and one time we talked of it"; not for nothing.

    Args:
        also: keys of `amounts` of what is not counted.
    """
    table = languages.table(language, "answers")["amounts"]
    parts = [
        table[f"one_{what}"] if count == 1 else table[f"{what}s"].format(count=count)
        for what, count in (("fact", facts), ("turn", turns), ("recording", recordings), ("backup", copies))
        if count
    ]
    parts += [table[what] for what in also]
    return format_list(parts, locale=language)


def moment(at: datetime, now: datetime, language: str) -> str:
    """ "3 weeks ago, on a Tuesday": when something was told, as it is told; both moments with their time zones."""
    table = languages.table(language, "answers")
    moments = table["moments"]
    ago = now - at
    days = (now.date() - at.date()).days
    if ago < JUST_NOW:
        kind = "just_now"
    elif ago < HOUR:
        kind = "minutes"
    elif days <= 1:
        kind = ("today", "yesterday")[max(0, days)]
    else:
        kind = "days" if days < WEEK_DAYS else "weeks" if days < YEAR_DAYS else "years"
    shown = timedelta(days=days) if days > 1 else ago
    told: str = moments[kind].format(
        ago=format_timedelta(-shown, add_direction=True, locale=language),
        time=format_time(at, table["time_pattern"], locale=language),
        weekday=format_date(at.date(), moments["weekday_pattern"], locale=language),
        month=format_date(at.date(), moments["month_pattern"], locale=language),
    )
    return told


def listed(sentences: Sequence[str], more: int, phrases: Phrases) -> str:
    """Facts, and how many are left."""
    if not more:
        return " ".join(sentences)
    key = "known_one_more" if more == 1 else "known_more"
    return " ".join([*sentences, phrases.text(key, count=more)])


def found(
    store: Store, *, topic: str, language: str, most: int = 1000
) -> tuple[list[Fact], tuple[datetime, str] | None]:
    """Facts that hold all the words of a topic that matter, the best first; where there are none, when the user last
    said something that holds them, and what. Raises StorageError."""
    words = terms.content(topic, language)
    if not words:
        return [], None
    common = set.intersection(*({hit.item.id for hit in store.search_facts(word, limit=most)} for word in words))
    facts = [hit.item for hit in store.search_facts(topic, limit=most) if hit.item.id in common]
    if facts:
        return facts, None
    for hit in store.search_episodes(topic, limit=EPISODES):
        said = hit.item.said.strip()
        if not said.endswith(("?", "？")) and terms.matching([said], terms.all_of(words)):  # to ask is not to tell
            return [], (hit.item.at, said)
    return [], None


def once_each(facts: Sequence[Fact]) -> list[Fact]:
    """One of those that were told in one sentence, as that is what is said; where the user asked for it to be
    remembered, that one and nothing that was drawn from it."""
    notes = {fact.episode for fact in facts if fact.relation == NOTE}
    first: dict[str, Fact] = {}
    for fact in facts:
        if fact.relation == NOTE or fact.episode is None or fact.episode not in notes:
            first.setdefault(fact.sentence.strip(" ."), fact)
    return list(first.values())
