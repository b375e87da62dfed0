"""What is written of a day or of the user is held to what they said, clause by clause."""

from __future__ import annotations

import pytest

from tests.unit.memory.life import BEGIN
from voiceos.memory import USER, Kind, Store, summing
from voiceos.memory.relations import Vocabulary

ENGLISH = Vocabulary.of("en")

SAID = """My sister Anna has moved to Graz. She works as a nurse there.
I don't like coffee, but I love tea.
My boss Bert has a brother who sails.
Why is the sky blue?
Tell me a joke about cats, please.
If I win the lottery, I'll buy a castle.
I went to the dentist, it wasn't bad at all.
I have no children.
I quit smoking in May.
Anna’s dog is called Rex.
Do you think Carl is a spy?"""


def lines() -> list[summing.Line]:
    return [line for said in SAID.split("\n") for line in summing.lines_said(said, ENGLISH)]


@pytest.mark.parametrize(
    "sentence",
    [
        "Your sister Anna has moved to Graz.",
        "Your sister Anna moved to Graz and works as a nurse there.",
        "You told me that your sister Anna has moved to Graz.",
        "You don't like coffee.",
        "You love tea, but you do not like coffee.",
        "You love tea.",
        "You asked why the sky is blue.",
        "You asked for a joke about cats.",
        "You went to the dentist, and it wasn't bad.",
        "You went to the dentist.",
        "You have no children.",
        "You quit smoking in May.",
        "You said that Anna's dog is called Rex.",
        "You also wanted to know whether Carl is a spy.",
    ],
)
def test_what_was_said_is_borne_out(sentence: str) -> None:
    assert summing.borne_out(sentence, lines(), ENGLISH)


@pytest.mark.parametrize(
    "sentence",
    [
        "Your sister Anna lives in Vienna.",
        "Your brother Bert has moved to Graz.",
        "You moved to Graz.",
        "You work as a nurse.",
        "You like coffee.",
        "You don't love tea.",
        "Your brother sails.",
        "You sail.",
        "The sky is blue.",
        "You asked about coffee.",
        "You love tea, and you asked why coffee is blue.",
        "You will buy a castle.",
        "You win the lottery.",
        "You went to the dentist, and it was bad.",
        "You have children.",
        "You smoke in May.",
        "Your dog is called Rex.",
        "Carl is a spy.",
        "I have moved to Graz.",
        "The user loves tea.",
        "Nurse Graz moved Anna.",
        "You told me something.",
        "Your sister Anna has moved to Graz and quit smoking in May.",
        "Your sister Anna has moved to Graz and Carl.",
        "You love tea and work as a nurse.",
        "You.",
        "",
    ],
)
def test_what_was_not_said_is_dropped(sentence: str) -> None:
    assert summing.borne_out(sentence, lines(), ENGLISH) is None


def test_of_the_user_is_told_what_is_known_of_them(store: Store) -> None:
    for subject, relation, value, kind in (
        (USER, "lives_in", "Rome", Kind.FACT),
        (USER, "works_as", "baker", Kind.FACT),
        (USER, "sister", "Anna", Kind.PERSON),
        ("Anna", "lives_in", "Graz", Kind.FACT),
        (USER, "dislikes", "noise", Kind.PREFERENCE),
        (USER, "plans", "see Paris", Kind.PLAN),
    ):
        store.remember_fact(subject, relation, value, at=BEGIN, kind=kind, single=False)
    known = summing.lines_known(store.facts(), ENGLISH)
    assert len(known) == 5
    for sentence in (
        "You live in Rome and work as a baker.",
        "Your sister Anna lives in Graz.",
        "You do not like noise.",
    ):
        assert summing.borne_out(sentence, known, ENGLISH), sentence
    for sentence in (
        "Your sister Anna lives in Graz and works as a baker.",
        "You do not like noise and Anna.",
        "You live in Graz.",
        "You like noise.",
        "You are a baker in Paris.",
        "You live in Rome and love it.",
        "Your sister Anna lives in Rome.",
    ):
        assert summing.borne_out(sentence, known, ENGLISH) is None, sentence


def test_what_broke_off_is_read_as_far_as_it_goes() -> None:
    assert summing.parse('["You like tea.","You asked') == ["You like tea."]
    assert summing.parse(summing.written(["You like tea.", "It's  fine."])) == ["You like tea.", "It's fine."]
    assert summing.parse("}{") == summing.parse("") == []
    assert summing.numbers("[3,1,3,9,123456789", 5) == [1, 3]
    assert summing.grammar(3, "en").startswith("root ::=") and '"4"' in summing.grammar_of_numbers(4, 2)
