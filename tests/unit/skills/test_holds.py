"""Whether a sentence holds what an answer has to: a name for "who", a day for "when"."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from voiceos.skills.in_force import Held
from voiceos.skills.recounting import Recounting

RECOUNTING = Recounting("en")
BEGIN = datetime(2026, 1, 5, 18, 0).astimezone()


def test_where_somebody_is_tells_not_who() -> None:
    told = Held("", "", "", "My cousin Ann is getting married in York.", BEGIN)
    assert not RECOUNTING.holds(told, "name", "Who is Ann marrying?")
    assert RECOUNTING.holds(told, "name", "Which city is Ann getting married in?")
    assert RECOUNTING.holds(replace(told, sentence="Ann is with Bob in York."), "name", "Who is Ann marrying?")


@pytest.mark.parametrize(
    ("said", "question"),
    [
        ("My desk is near Paul.", "Who is my desk near?"),
        ("In Leeds Dr Brown treats me.", "Who treats me?"),
        ("I confided in Maria.", "Who did I confide in?"),
        ("I was in Anna's office.", "Whose office was I in?"),
    ],
)
def test_whoever_stands_behind_the_word_for_a_place_is_somebody(said: str, question: str) -> None:
    assert RECOUNTING.holds(Held("", "", "", said, BEGIN), "name", question)


def test_a_number_of_a_floor_is_no_day() -> None:
    assert not RECOUNTING.holds(Held("", "", "", "We meet upstairs, twelfth floor.", BEGIN), "day", "When is it?")


def test_days_are_told_by_numbers_alone() -> None:
    told = Held("", "", "", "They moved it again. Twenty-fourth.", BEGIN)
    assert RECOUNTING.holds(told, "day", "When is it?")
