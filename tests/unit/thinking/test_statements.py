"""What a day keeps of what the user said, in their own words said to them."""

from __future__ import annotations

import pytest

from tests.unit.memory.life import BEGIN
from voiceos.memory import Episode
from voiceos.thinking.statements import LONG_LETTERS, Statement, Statements

STATEMENTS = Statements("en")


def turn(said: str) -> Episode:
    return Episode(1, BEGIN, "a", said, "", cut_off=False)


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("My sister has moved to Graz. She’s a nurse.", ["My sister has moved to Graz.", "She’s a nurse."]),
        ("Why is the sky blue?", ["Why is the sky blue?"]),
        ("If I win the lottery, I'll buy a castle.", []),
        ("louder", []),
        ("I want to kill myself.", []),
    ],
)
def test_a_turn_is_its_sentences_without_wishes_and_suppositions(said: str, found: list[str]) -> None:
    assert [one.text for one in STATEMENTS.of(turn(said))] == found


def test_first_comes_what_told_a_fact_and_last_what_was_asked() -> None:
    lines = [
        (Statement("Why does the moon look so much larger near the horizon?", asks=True), False),
        (Statement("I saw a red bird over the hill."), False),
        (Statement("My sister is Anna."), True),
        (Statement("I saw a bird."), False),
        (Statement("My sister is Anna."), False),
    ]
    assert STATEMENTS.chosen(lines, 1) == ["Your sister is Anna."]
    assert STATEMENTS.chosen(lines, 2) == ["You saw a red bird over the hill.", "Your sister is Anna."]
    assert STATEMENTS.chosen(lines, 9) == [
        'You asked: "Why does the moon look so much larger near the horizon?"',
        "You saw a red bird over the hill.",
        "Your sister is Anna.",
        "You saw a bird.",
    ]


def test_what_is_too_long_to_be_heard_out_comes_behind_its_like() -> None:
    long = "I went on " * (LONG_LETTERS // 10) + "for a long while."
    lines = [(Statement(long), False), (Statement("I saw a bird."), False)]
    assert STATEMENTS.chosen(lines, 1) == ["You saw a bird."]
    assert len(STATEMENTS.chosen(lines, 2)) == 2


@pytest.mark.parametrize("text", ["Why?", "Hm.", "Tell me a joke."])
def test_a_word_alone_and_a_request_are_nothing_to_tell_of(text: str) -> None:
    assert STATEMENTS.chosen([(one, False) for one in STATEMENTS.of(turn(text))], 3) == []
