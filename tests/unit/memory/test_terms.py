"""Forms of one word are one, and words that only look alike are two."""

from __future__ import annotations

import pytest

from voiceos.memory import terms


@pytest.mark.parametrize(
    "forms",
    [
        ("friend", "friends", "friend's"),
        ("study", "studies", "studied"),
        ("die", "dies", "died"),
        ("use", "used", "uses"),
        ("owe", "owed", "owes"),
        ("move", "moved", "moves", "moving"),
        ("city", "cities"),
        ("need", "needs", "needed"),
    ],
)
def test_forms_of_one_word_have_one_stem(forms: tuple[str, ...]) -> None:
    assert len({terms.stem(word, "en") for word in forms}) == 1


@pytest.mark.parametrize(
    "words", [("car", "card"), ("find", "fine"), ("see", "seed"), ("mind", "mine"), ("she", "shed"), ("thing", "the")]
)
def test_other_words_have_others(words: tuple[str, str]) -> None:
    assert len({terms.stem(word, "en") for word in words}) == 2
