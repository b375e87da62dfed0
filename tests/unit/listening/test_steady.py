from __future__ import annotations

import pytest

from voiceos.listening.steady import steady


@pytest.mark.parametrize(
    ("text", "before", "steadied"),
    [
        ("who had not, I think, been there", "Who had not I think", "Who had not I think, been there"),
        ("I mean, he persisted. And then", "I mean he persisted", "I mean he persisted. And then"),
        ("He went, and came back.", "He went. And came", "He went, and came back."),
        ("I was in the woods.", "I was in the wood.", "I was in the woods."),
        ("I was in the woods", "You were in the woods", "I was in the woods"),
        ("Is it warm? In Graz, I mean.", "is it warm in Graz", "is it warm? In Graz, I mean."),
        ("Is it warm in Graz?", "Is it warm? In", "Is it warm in Graz?"),
        ("It costs $20 a month", "It costs 20 dollars", "It costs $20 a month"),
        ("It rose by 5% last year", "It rose by 5 percent", "It rose by 5% last year"),
        ("I told you that Anna lives in Graz", "i told you that anna lives", "i told you that Anna lives in Graz"),
        ("in Graz Anna, I think, lives", "in Graz. Anna I think", "in Graz Anna, I think, lives"),
        ("Yes", "", "Yes"),
        ("", "Yes, it", ""),
        ("- yes it is", "- yes, it was", "- yes, it is"),
    ],
)
def test_words_that_are_the_same_stay_as_they_were(text: str, before: str, steadied: str) -> None:
    assert steady(text, before) == steadied


def test_what_was_steadied_once_is_steady() -> None:
    once = steady("one, two three, four", "One two three")
    assert steady("one two, three four five", once) == "One two three, four five"
