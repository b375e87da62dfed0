"""Memories in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from voiceos.languages import Phrases, available, table
from voiceos.memory import NOTE, USER, Fact, Source, Store
from voiceos.skills.memory import BESIDES, WISHES, amount, found, moment, sentence, tells_the_same
from voiceos.thinking.intents import SentenceMatcher
from voiceos.thinking.persons import Persons

NOW = datetime(2026, 3, 31, 15, 0, tzinfo=UTC)
"""A Tuesday."""


@pytest.mark.parametrize(
    ("ago", "told"),
    [
        (timedelta(seconds=20), "just now"),
        (timedelta(minutes=12), "12 minutes ago"),
        (timedelta(hours=3), "today at 12:00 PM"),
        (timedelta(hours=20), "yesterday at 7:00 PM"),
        (timedelta(days=3), "3 days ago, on Saturday"),
        (timedelta(weeks=3), "3 weeks ago, on a Tuesday"),
        (timedelta(days=400), "1 year ago, in February 2025"),
        (timedelta(seconds=-5), "just now"),
    ],
)
def test_when_something_was_told(ago: timedelta, told: str) -> None:
    assert moment(NOW - ago, NOW, "en") == told


def test_how_much_is_remembered() -> None:
    assert amount(1, 0, "en") == "one thing I know"
    assert amount(3, 1, "en") == "3 things I know and one time we talked of it"


def test_facts_are_told_as_sentences() -> None:
    phrases, persons = Phrases("en"), Persons("en")
    with Store() as store:
        tea = store.remember_fact(USER, NOTE, "I like tea", at=NOW, sentence="I like tea.")
        promise = store.remember_fact(USER, NOTE, "you owe me a story", at=NOW, sentence="you owe me a story")
        home = store.remember_fact(USER, "live in", "Lima", at=NOW)
        ana = store.remember_fact("Ana", "is", "a baker", at=NOW)
        dentist = store.remember_fact(
            USER, NOTE, "I see my dentist tomorrow", at=NOW, sentence="I see my dentist tomorrow"
        )

    def told(fact: Fact, *, later: timedelta = timedelta()) -> str:
        return sentence(fact, NOW + later, phrases, persons, "en")

    assert told(tea) == told(tea, later=timedelta(days=9)) == "You like tea."
    assert told(promise) == "You told me: you owe me a story."
    assert told(home) == "You live in Lima."
    assert told(ana) == "Ana is a baker."
    assert told(dentist) == "You see your dentist tomorrow."
    assert told(dentist, later=timedelta(days=3)) == "3 days ago, on Tuesday you said: I see my dentist tomorrow."


def test_what_tells_the_same_in_other_words_is_known() -> None:
    with Store() as store:
        note = store.remember_fact(USER, NOTE, "my sister's name is Ana", at=NOW, sentence="my sister's name is Ana")
        drawn = store.remember_fact(
            USER, "sister", "Ana", at=NOW, sentence="My sister Ana came by.", source=Source.DRAWN
        )
        store.remember_fact("Ana", "lives_in", "Rome", at=NOW, sentence="Ana lives in Rome.", source=Source.DRAWN)
        tea = store.remember_fact(USER, "likes", "tea", at=NOW, sentence="I like tea.", source=Source.DRAWN)
        bob = store.remember_fact(USER, NOTE, "Bob likes tea", at=NOW, sentence="Bob likes tea")
        mine = store.remember_fact(USER, NOTE, "I like tea", at=NOW, sentence="I like tea")

        def same(fact: Fact) -> list[int]:
            return sorted(one.id for one in tells_the_same(store, fact.id, "en"))

        assert same(drawn) == [note.id]
        assert same(tea) == [mine.id]
        assert same(mine) == [tea.id]
        assert same(bob) == []


def test_what_a_question_names_holds_all_of_its_words() -> None:
    with Store() as store:
        store.remember_fact(USER, NOTE, "my sister's name is Ana", at=NOW, sentence="my sister's name is Ana")
        store.remember_turn("The heron stood in the river.", "", at=NOW, conversation="one")
        store.remember_turn("Do herons sleep?", "", at=NOW, conversation="one")
        facts, _ = found(store, topic="the names of my sisters", language="en")
        assert [fact.value for fact in facts] == ["my sister's name is Ana"]
        assert found(store, topic="the name of my dentist", language="en") == ([], None)
        assert found(store, topic="the heron", language="en") == ([], (NOW, "The heron stood in the river."))
        assert found(store, topic="?", language="en") == ([], None)


def test_every_wish_has_sentences() -> None:
    known = set(SentenceMatcher("en")._data.intents.intents)
    assert {*WISHES, *BESIDES} <= known


@pytest.mark.parametrize("language", available())
def test_every_language_tells_moments_and_amounts(language: str) -> None:
    english, other = table("en", "answers"), table(language, "answers")
    for name in ("moments", "amounts"):
        assert other[name].keys() == english[name].keys()
