"""What the user says of themselves, said to them."""

from __future__ import annotations

import pytest

from voiceos.languages import available
from voiceos.thinking.persons import Persons

PERSONS = Persons("en")


@pytest.mark.parametrize(
    ("said", "turned"),
    [
        ("my sister's name is Ana", "your sister's name is Ana"),
        ("I'm allergic to nuts", "you're allergic to nuts"),
        ("I was born in Lima and I've lived there since", "you were born in Lima and you've lived there since"),
        ("I never was good at maths", "you never were good at maths"),
        ("Ana and I are twins", "Ana and you are twins"),
        ("my father was a baker", "your father was a baker"),
        ("we live in our house; nobody visits us", "you live in your house; nobody visits you"),
        ("the US is far from here", "the US is far from here"),
        ("my father fought in World War I.", "your father fought in World War I."),
        ("I wasn't there, was I", "you weren't there, were you"),
        ("the key is mine, she gave it to me", "the key is yours, she gave it to you"),
        ("My dog is called Rex", "your dog is called Rex"),
        ("the meeting is on the island", "the meeting is on the island"),
    ],
)
def test_a_sentence_is_turned_round(said: str, turned: str) -> None:
    assert PERSONS.turned(said) == turned


@pytest.mark.parametrize("said", ["you promised me a story", "your name is Ada", "I love You", "let's meet on Friday"])
def test_what_speaks_of_the_assistant_is_left_alone(said: str) -> None:
    assert PERSONS.turned(said) == ""


@pytest.mark.parametrize(
    ("said", "value", "corrected"),
    [
        ("my sister's name is Ana", "Anna", "my sister's name is Anna"),
        ("I'm 40", "41", "I'm 41"),
        ("my car, which is red, is parked on Main Street", "parked at home", "my car, which is red, is parked at home"),
        ("I like tea", "coffee", ""),
        ("what it is", "rain", ""),
    ],
)
def test_another_value_takes_the_place_of_what_something_is(said: str, value: str, corrected: str) -> None:
    assert PERSONS.other_value(said, value) == corrected


@pytest.mark.parametrize("language", available())
def test_every_language_has_rules(language: str) -> None:
    assert Persons(language).turned("") == ""
