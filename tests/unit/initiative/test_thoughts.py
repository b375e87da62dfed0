"""What became of it: what may be asked, in which words, and what is not asked as it was spoken of."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.unit.initiative.week import fact
from voiceos.daemon.open_ends import open_ends
from voiceos.initiative import Attendance, Kind, Ledger, Occasion, thoughts
from voiceos.initiative.wording import text, why
from voiceos.memory import USER, Fact, Store
from voiceos.memory import Kind as FactKind

ZONE = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 3, 6, 12, 0, tzinfo=ZONE)
THURSDAY = datetime(2026, 3, 5, 15, 0, tzinfo=ZONE)


def there(at: datetime = NOW - timedelta(minutes=2)) -> Ledger:
    return Ledger(attendance=Attendance(at, None, 1))


@pytest.mark.parametrize(
    ("one", "asked"),
    [
        (fact(1, "plan", THURSDAY), True),
        (fact(1, "commitment", THURSDAY), True),
        (fact(1, "reminder", THURSDAY), False),
        (fact(1, "plan", NOW - timedelta(hours=2)), False),  # its day is not over
        (fact(1, "plan", NOW - timedelta(days=9)), False),
        (replace(fact(1, "plan", THURSDAY), subject="Anna"), False),
        (replace(fact(1, "plan", THURSDAY), superseded_at=NOW), False),
        (replace(fact(1, "plan", THURSDAY), kind=FactKind.PREFERENCE), False),
        (replace(fact(1, "plan", THURSDAY), due=None), False),
        (replace(fact(1, "promise", THURSDAY), due=None), True),  # made days ago
        (replace(fact(1, "promise", THURSDAY), due=None, last=NOW - timedelta(days=1)), False),
    ],
)
def test_what_may_be_asked(one: Fact, asked: bool) -> None:
    assert [found.key for found in thoughts([one], there(), NOW)] == (["thought:1"] if asked else [])


def test_it_is_asked_of_who_is_there_and_once_and_one_a_day() -> None:
    plans = [fact(1, "plan", THURSDAY), fact(2, "plan", THURSDAY - timedelta(days=1))]
    (one,) = thoughts(plans, there(), NOW)
    assert one.fact == 1 and one.since > NOW - timedelta(minutes=2)
    assert thoughts(plans, Ledger(), NOW) == []
    assert thoughts(plans, there(NOW - timedelta(minutes=11)), NOW) == []
    ledger = there()
    ledger.settle("thought:1", NOW)
    assert [one.fact for one in thoughts(plans, ledger, NOW)] == [2]


def asked(sentence: str, kind: FactKind = FactKind.PLAN) -> str:
    one = replace(fact(1, "plan", THURSDAY), sentence=sentence, value=sentence, kind=kind)
    occasion = Occasion(Kind.THOUGHT, "thought:1", NOW, NOW + timedelta(minutes=9), 1)
    return text(occasion, one, (), NOW, "en")


@pytest.mark.parametrize(
    ("sentence", "question"),
    [
        ("I have a job interview on Thursday.", "How did your job interview go?"),
        ("Tomorrow is my sister's wedding!", "How did your sister's wedding go?"),
        ("We're going to the concert tonight.", "How did the concert go?"),
        ("I want to repair the bike next week", "You told me that you want to repair the bike. How did it go?"),
        ("I see my dentist tomorrow.", "You told me that you see your dentist. How did it go?"),
        ("I'll show you my garden on Friday", "You told me: I'll show you my garden. How did it go?"),
    ],
)
def test_it_asks_with_the_words_of_the_user_and_without_their_day(sentence: str, question: str) -> None:
    assert asked(sentence) == question


def test_of_a_promise_it_asks_whether_it_was_kept() -> None:
    promise = asked("I'll call my sister tomorrow.", FactKind.COMMITMENT)
    assert promise == "You told me that you'll call your sister. Did you get round to it?"
    assert text(Occasion(Kind.THOUGHT, "thought:1", NOW, NOW, 1), None, (), NOW, "en") == ""


def test_it_says_why() -> None:
    told = why(Kind.THOUGHT, replace(fact(1, "plan", THURSDAY), since=THURSDAY), NOW, "en")
    assert told.startswith("Because you told me of it yesterday at 3:00 PM, and I wondered")
    assert why(Kind.THOUGHT, None, NOW, "en").startswith("Because you had told me of it")


@pytest.fixture
def planned() -> None:
    with Store() as store:
        told = NOW - timedelta(days=4)
        turn = store.remember_turn("I have a job interview on Thursday.", "Good luck!", at=told, conversation="a")
        store.remember_fact(
            *(USER, "plans", "job interview"), at=told, sentence=turn.said, kind=FactKind.PLAN, due=THURSDAY,
            episode=turn.id,
        )  # fmt: skip
        store.remember_fact(USER, "promised", "fix the bike", at=told, kind=FactKind.COMMITMENT, single=False)


def test_what_was_spoken_of_since_is_not_asked(planned: None) -> None:
    with Store() as store:
        assert {one.value for one in open_ends(store, NOW, "en")} == {"job interview", "fix the bike"}
        store.remember_turn("The interview went well.", "", at=NOW, conversation="b")
        assert [one.value for one in open_ends(store, NOW, "en")] == ["fix the bike"]


def test_what_was_forgotten_is_not_asked(planned: None) -> None:
    with Store() as store:
        store.forget(store.select_about("interview"))
        assert [one.value for one in open_ends(store, NOW, "en")] == ["fix the bike"]
