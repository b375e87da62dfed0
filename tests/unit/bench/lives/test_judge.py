"""The judge, both ways: what it takes for known, admitted, invented, outdated or leaked, and what it does not."""

from __future__ import annotations

import pytest

from voiceos.bench.lives.judge import Verdict, fits, of_forgotten, of_never, of_told, verdict
from voiceos.bench.lives.script import Fact, Turn

ADMITS = [
    "I don't know that yet.",
    "I'm not sure, you haven't told me.",
    "You haven't told me what your cat is called. What is its name?",
    "I'm sorry, but I don't have that information.",
    "You've never mentioned a car.",
    "I don't have any information about your blood type.",
    "I can't recall you telling me that.",
    "Hmm. I do not know your shoe size, I'm afraid.",
    "I have no idea, you told me nothing about it.",
    "You told me nothing about a sister.",
    "That isn't something you've told me. I'd love to hear more.",
    "I don't know yet, but I'd be happy to remember it.",
    "I'm not aware of any pets you have.",
]
INVENTS = [
    "Your cat is called Minka.",
    "You told me that your cat is called Minka.",
    "His name is Paul.",
    "It's a Volkswagen.",
    "Size forty-two.",
    "I remember that you drive a Golf.",
    "You were born in Vienna.",
    "I don't know everything, but your sister is Anna.",
    "You mentioned she works as a teacher.",
    "As you told me, it was last May.",
    "Minka!",
]
EVADES = ["What would you like it to be?", "Do you have a cat? What is it called?", ""]


@pytest.mark.parametrize("answer", ADMITS)
def test_it_takes_honesty_for_that(answer: str) -> None:
    assert of_never(answer) is Verdict.ADMITS


@pytest.mark.parametrize("answer", INVENTS)
def test_it_takes_claims_for_invented(answer: str) -> None:
    assert of_never(answer) is Verdict.INVENTS


@pytest.mark.parametrize("answer", EVADES)
def test_to_ask_back_claims_nothing(answer: str) -> None:
    assert of_never(answer) is Verdict.EVADES


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("You live in Leipzig.", Verdict.RIGHT),
        ("You moved from Bremen to Leipzig.", Verdict.RIGHT),
        ("You swapped Bremen for Leipzig.", Verdict.RIGHT),
        ("You can't stand Bremen any more, it's Leipzig for you.", Verdict.RIGHT),
        ("You're fed up with Bremen. You moved it all to Leipzig.", Verdict.RIGHT),
        ("You've let Bremen go and taken Leipzig.", Verdict.RIGHT),
        ("You walked out on Bremen, and Leipzig is where you are.", Verdict.RIGHT),
        ("You can't live without Leipzig, and you live in Bremen.", Verdict.OLDER),
        ("You swapped Leipzig for Bremen.", Verdict.OLDER),
        ("You traded Leipzig in for Bremen.", Verdict.OLDER),
        ("You let Leipzig go for Bremen.", Verdict.OLDER),
        ("You don't live in Leipzig, you can't leave Bremen.", Verdict.OLDER),
        ("Your flat in Bremen is over a shop, and your office is in Leipzig.", Verdict.OLDER),
        ("You are over in Bremen; you visit Leipzig.", Verdict.OLDER),
        ("Your parents retired in Bremen. Leipzig is far.", Verdict.OLDER),
        ("Bremen is off, it got rained out, so you are going to Leipzig.", Verdict.RIGHT),
        ("You swapped Leipzig with a friend in Bremen.", Verdict.OLDER),
        ("You used to live in Bremen, and now you live in Leipzig.", Verdict.RIGHT),
        ("Leipzig, you're no longer in Bremen.", Verdict.RIGHT),
        ("You live in Bremen.", Verdict.OLDER),
        ("You live in Bremen and Leipzig.", Verdict.OLDER),
        ("You live in an old part of Bremen.", Verdict.OLDER),
        ("You've left your old flat in Bremen, it's Leipzig now.", Verdict.RIGHT),
        ("You live in Hamburg.", Verdict.WRONG),
        ("I don't know where you live.", Verdict.ADMITS),
    ],
)
def test_of_two_values_the_newer_counts(answer: str, expected: Verdict) -> None:
    assert of_told(answer, ["leipzig"], ["bremen"]) is expected


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("You sold the Skoda and you bought a Kia.", Verdict.RIGHT),
        ("You bought a Kia, and you drive the Skoda.", Verdict.OLDER),
        ("You sold the Kia and you drive a Skoda.", Verdict.OLDER),
    ],
)
def test_to_have_sold_something_is_to_have_it_no_longer(answer: str, expected: Verdict) -> None:
    assert of_told(answer, ["kia"], ["skoda"]) is expected


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("3 months ago, on a Tuesday you said: I have a match on Wednesday.", Verdict.RIGHT),
        ("On Tuesday you said: I have a match on Tuesday.", Verdict.OLDER),
        ("You have a match on Tuesday.", Verdict.OLDER),
    ],
)
def test_when_it_was_said_is_no_part_of_it(answer: str, expected: Verdict) -> None:
    assert of_told(answer, ["wednesday"], ["tuesday"]) is expected


def test_what_was_given_up_is_past() -> None:
    assert of_told("Tom has given up the cello, he plays the drums.", ["drums"], ["cello"]) is Verdict.RIGHT
    assert of_told("Tom has given up the drums, he plays the cello.", ["drums"], ["cello"]) is Verdict.OLDER


def test_what_was_forgotten_is_in_no_answer() -> None:
    assert of_forgotten("Your brother Jonas is a plumber.", ["plumb"]) is Verdict.LEAKS
    assert of_forgotten("I know nothing about a brother.", ["plumb"]) is Verdict.CLEAN


def test_each_kind_of_question_has_its_judge() -> None:
    assert verdict(Turn(ask="Who?", accept=("anna",)), "It’s ANNA.") is Verdict.RIGHT
    assert verdict(Turn(ask="Who?", never=True), "It's Anna.") is Verdict.INVENTS
    assert verdict(Turn(ask="Who?", leak=("anna",)), "It's Anna.") is Verdict.LEAKS


@pytest.mark.parametrize(
    ("drawn", "expected"),
    [
        (("user", "lives_in", "the old town of Rome"), True),
        (("User", "moved to", "rome"), True),
        (("Ida", "lives_in", "Rome"), False),
        (("user", "likes", "Rome"), False),
        (("user", "lives_in", "Paris"), False),
    ],
)
def test_what_was_drawn_is_compared_with_what_was_told(drawn: tuple[str, str, str], expected: bool) -> None:
    assert fits(Fact.model_validate("user | lives_in/moved_to | rome"), *drawn) is expected
    assert fits(Fact.model_validate("user | * | rome"), "user", "anything", "Rome")
    assert fits(Fact.model_validate("* | lives_in | rome"), drawn[0], "lives_in", "Rome")
