"""What is written of the user is held to what is known, clause by clause."""

from __future__ import annotations

from tests.unit.memory.life import BEGIN
from voiceos.memory import USER, Kind, Store, summing
from voiceos.memory.relations import Vocabulary

ENGLISH = Vocabulary.of("en")


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
        "You told me that you live in Rome.",
        "You work as a baker, but you don't like noise.",
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
        "You asked about Rome.",
        "The user lives in Rome.",
        "I live in Rome.",
        "You work as a baker, and you live with noise.",
        "You told me something.",
        "You.",
        "",
    ):
        assert summing.borne_out(sentence, known, ENGLISH) is None, sentence


def test_what_broke_off_is_read_as_far_as_it_goes() -> None:
    assert summing.parse('["You like tea.","You asked') == ["You like tea."]
    assert summing.parse(summing.written(["You like tea.", "It's  fine."])) == ["You like tea.", "It's fine."]
    assert summing.parse("}{") == summing.parse("") == []
    assert summing.grammar(3, "en").startswith("root ::=")
