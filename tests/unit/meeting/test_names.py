"""Names as they are told, and the one that it chooses."""

from __future__ import annotations

import pytest

from voiceos import languages
from voiceos.meeting import names

OF_USER = {
    "Sam.": "Sam",
    "sam": "Sam",
    "I'm Sam.": "Sam",
    "I’m Sam, nice to meet you.": "Sam",
    "Call me Sam.": "Sam",
    "Well, you can call me Sam, please.": "Sam",
    "My name is Mary Ann.": "Mary Ann",
    "People call me Sam but my real name is Samuel.": "Sam",
    "My name is Samuel, but everybody calls me Sam.": "Sam",
    "Don't call me Samuel, call me Sam.": "Sam",
    "It's Sam.": "Sam",
    "Just Sam, please.": "Sam",
    "Sam will do.": "Sam",
    "Sam is fine.": "Sam",
    "I go by Sam.": "Sam",
    "I'd prefer to be called Sam.": "Sam",
    "Hello, I am Doctor Brown.": "Doctor Brown",
    "Jean-Luc": "Jean-Luc",
    "O'Brien.": "O'Brien",
    "The name's Bond.": "Bond",
    "Yes, Sam.": "Sam",
    "Sam, thank you.": "Sam",
}

NO_NAMES = [
    "I'm tired of this.", "I'm not sure.", "I don't know.", "Hello.", "Hello there.", "Yes.", "What?",
    "Why do you want to know that?", "I'm fine, thanks.", "Nothing.", "Call me later.", "Tell me a joke.",
    "That is none of your business, I think.", "You can call me anything.", "42",
    "Good morning.", "Good evening!", "I'm busy.", "I'm hungry.", "i'm busy", "Interesting.", "It's late.", "Perfect.",
    "Absolutely.", "Nope.", "Not tonight.", "It's complicated.", "Wonderful.", "Goodbye.", "I'm retired.",
    "Okay, cool.",
]  # fmt: skip

OF_ASSISTANT = {
    "Max.": "Max",
    "No, I'd like to call you Max.": "Max",
    "I'll call you Max.": "Max",
    "How about Max?": "Max",
    "I'd rather say Luna.": "Luna",
    "Your name is Luna.": "Luna",
    "You're Luna.": "Luna",
    "Be Luna.": "Luna",
    "Let's take Luna.": "Luna",
    "No, Luna.": "Luna",
    "Stay Ada.": "Ada",
}


@pytest.mark.parametrize(("said", "name"), OF_USER.items())
def test_the_user_is_called_by_what_they_said_and_never_by_the_sentence(said: str, name: str) -> None:
    assert names.of_user(said, "en") == name


@pytest.mark.parametrize("said", NO_NAMES)
def test_what_is_no_name_becomes_none(said: str) -> None:
    assert names.of_user(said, "en") == ""


@pytest.mark.parametrize(("said", "name"), OF_ASSISTANT.items())
def test_another_name_for_it_is_heard(said: str, name: str) -> None:
    assert names.of_assistant(said, "en") == name


@pytest.mark.parametrize("said", ["No.", "I don't like it.", "Another one, please.", "Yes, I like it.", "That's nice."])
def test_an_answer_without_a_name_has_none(said: str) -> None:
    assert names.of_assistant(said, "en") == ""


@pytest.mark.parametrize(
    ("said", "name"),
    [("No, my name is Pam.", "Pam"), ("I said Pam.", "Pam"), ("Call me Pam, please.", "Pam"), ("No, it's Pam.", "Pam")],
)
def test_a_name_is_put_right_whatever_is_asked(said: str, name: str) -> None:
    assert names.corrected(said, "en", just_told=True) == name


@pytest.mark.parametrize(
    "said",
    ["It's fine.", "I'm a painter.", "From ten to eight.", "No, it's too slow.", "No, it's perfect.", "I said slower."],
)
def test_other_answers_put_no_name_right(said: str) -> None:
    assert names.corrected(said, "en", just_told=True) == ""


def test_it_chooses_by_what_was_said_in_that_order() -> None:
    chosen = names.choose(["sea", "music"], ["funny"], not_these=[], language="en")
    assert chosen is not None
    assert chosen.name == "Marina"
    assert "sea" in chosen.because


def test_it_never_takes_the_users_own_name_nor_one_that_sounds_like_it() -> None:
    for own in languages.table("en", "meeting")["own"]:
        for said in ([], own["of"][:1]):
            chosen = names.choose(said, [], not_these=[own["name"]], language="en")
            assert chosen is not None
            assert not names.sound_alike(chosen.name, own["name"])


def test_without_anything_said_it_takes_one_that_claims_nothing() -> None:
    chosen = names.choose([], [], not_these=[], language="en")
    assert chosen is not None
    assert "you" not in chosen.because.split()


@pytest.mark.parametrize("own", languages.table("en", "meeting")["own"], ids=lambda own: str(own["name"]))
def test_each_of_its_names_is_short_speakable_and_goes_with_something_known(own: dict[str, object]) -> None:
    table = languages.table("en", "meeting")
    assert names.speakable(str(own["name"]))
    assert len(str(own["name"])) <= 8
    assert set(own["of"]) <= {*table["topics"], *table["traits"]} - {"without"}  # type: ignore[call-overload]


@pytest.mark.parametrize("name", ["Krzptlk", "X", "Bartholomew Maximilian", "Alexandrina Victoria Regina"])
def test_what_cannot_be_said_or_called_is_no_name_for_it(name: str) -> None:
    assert not names.speakable(name)
