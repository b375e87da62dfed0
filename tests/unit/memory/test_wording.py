from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given

from voiceos.languages import available
from voiceos.memory import Episode, Fact, Kind, Source
from voiceos.memory.recall import Memory
from voiceos.memory.wording import ago, compose

NOW = datetime(2026, 1, 15, 10, tzinfo=UTC)


def episode(said: str, heard: str = "I see.", days: float = 1) -> Memory:
    return Memory(Episode(1, NOW - timedelta(days=days), "a", said, heard, False), 1.0)


def fact(sentence: str, days: float = 21, **more: Any) -> Memory:
    at = NOW - timedelta(days=days)
    told = Fact(
        *(1, "user", "likes", "tea", sentence, Kind.FACT, at, at, None, None),
        *(Source.TOLD, 1.0, True, None, None, None),
    )
    return Memory(replace(told, **more), 1.0)


def test_each_memory_is_a_line_with_when_it_was_told() -> None:
    memories = [
        fact("My sister lives in Hamburg."),
        episode("I had pancakes."),
        episode("", "Your tea is ready."),
        fact("I live in Ulm.", 200, superseded_at=NOW),
    ]
    assert compose(memories, NOW, "en").splitlines() == [
        "What you remember of the user:",
        "- 3 weeks ago they told you: My sister lives in Hamburg.",
        "- yesterday they said: I had pancakes.",
        "- yesterday you said: Your tea is ready.",
        "- 7 months ago they told you, but it is no longer so: I live in Ulm.",
    ]


def test_no_memory_is_no_text() -> None:
    assert compose([], NOW, "en") == ""
    assert compose([episode("I had pancakes.")], NOW, "en", budget=40) == ""


def test_several_lines_of_one_turn_become_one() -> None:
    assert compose([episode("One\n- two\n\nthree")], NOW, "en").splitlines()[1:] == [
        "- yesterday they said: One - two three"
    ]


def test_a_long_one_is_cut_between_words() -> None:
    text = compose([episode("word " * 100)], NOW, "en", budget=200)
    assert text.endswith("word …")
    assert len(text) <= 200


@given(st.lists(st.text(max_size=300), max_size=6), st.integers(0, 900))
def test_the_budget_is_kept_and_more_of_it_never_tells_less(said: list[str], budget: int) -> None:
    memories = [episode(text, days=number) for number, text in enumerate(said)]
    text, more = (compose(memories, NOW, "en", budget=size) for size in (budget, budget + 100))
    assert len(text) <= budget
    assert len(text.splitlines()) <= len(more.splitlines())
    assert compose(memories, NOW, "en", budget=budget) == text


@pytest.mark.parametrize(
    ("days", "text"),
    [
        (0, "today"),
        (-1, "today"),
        (0.5, "yesterday"),  # in the evening before
        (1, "yesterday"),
        (3, "on Monday"),
        (7, "1 week ago"),
        (13, "2 weeks ago"),
        (45, "6 weeks ago"),
        (90, "3 months ago"),
        (400, "1 year ago"),
        (800, "2 years ago"),
    ],
)
def test_how_long_ago(days: float, text: str) -> None:
    assert ago(NOW - timedelta(days=days), NOW, "en") == text


def test_the_day_is_that_of_the_user() -> None:
    """Said on the evening of the 14th by the user's clock, when it was the 15th already at Greenwich."""
    said = datetime(2026, 1, 15, 2, tzinfo=UTC)
    there = datetime(2026, 1, 15, 9, tzinfo=timezone(timedelta(hours=-6)))
    assert ago(said, there, "en") == "yesterday"


@pytest.mark.parametrize("language", available())
def test_every_language_has_the_words(language: str) -> None:
    memories = [fact("A"), fact("B", superseded_at=NOW), episode("C"), episode("", "D"), episode("E", days=3)]
    text = compose(memories, NOW, language, budget=2000)
    assert len(text.splitlines()) == 6
    assert "{" not in text
