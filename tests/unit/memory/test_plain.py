"""What is told plainly is drawn by rule; what is not told, is not."""

from __future__ import annotations

import pytest

from voiceos.memory.plain import Plain

PLAIN = Plain("en")


def drawn(said: str) -> list[str]:
    return [f"{one.subject} {one.relation} {one.value}" for one in PLAIN.drawn(PLAIN.telling(said))]


@pytest.mark.parametrize(
    ("said", "facts"),
    [
        ("Hello, my name is Ruth.", ["user name Ruth"]),
        ("I live in Dover now.", ["user lives_in Dover"]),
        ("We've just moved from Dover to Kent.", ["user lives_in Kent"]),
        ("My new boss is Carla, she is strict.", ["user boss Carla"]),
        ("My best friend Jo lives in New York.", ["user friend Jo", "Jo lives_in New York"]),
        ("Actually, my sister's name is Eva.", ["user sister Eva"]),
        ("Eva is my sister.", ["user sister Eva"]),
        ("My sister's husband is called Tom.", ["sister husband Tom"]),
        ("We have a cat now, her name is Minka.", ["user pet Minka"]),
        ("I work as a nurse at the clinic.", ["user works_as nurse"]),
        ("My mum turned seventy in June.", ["mother age seventy"]),
        ("My favourite film is Heat.", ["user favourite_film Heat"]),
        ("Jo's wedding is on the ninth of August.", ["Jo wedding ninth of August"]),
        ("Remember that my locker number is two hundred.", ["user locker_number two hundred"]),
        (
            "My friend Bob is allergic to cats and dogs.",
            ["user friend Bob", "Bob allergic_to cats", "Bob allergic_to dogs"],
        ),
        ("My boss is German.", []),
        ("My sister is ill.", []),
        ("Eva's brother lives in Rome.", []),
        ("I'm not living in Rome.", []),
        ("I want to live in Rome.", []),
        ("If I lived in Rome I would eat ice cream.", []),
        ("Does my sister live in Rome?", []),
        ("I used to live in Rome.", []),
    ],
)
def test_plain_statements_tell_facts(said: str, facts: list[str]) -> None:
    assert drawn(said) == facts


@pytest.mark.parametrize(
    ("said", "words", "relations", "instead"),
    [
        ("I sold the Polo and bought a blue Zoe.", {"polo"}, set(), "blue Zoe"),
        ("I traded my Golf for a Tesla.", {"golf"}, set(), "Tesla"),
        ("I've gone off hiking.", {"hik"}, set(), ""),
        ("I don't play the guitar any more.", {"guitar"}, set(), ""),
        ("I no longer work at Shell.", {"shell"}, set(), ""),
        ("I quit my job.", {"job"}, set(), ""),
        ("We broke up.", set(), {"partner", "wife", "husband"}, ""),
    ],
)
def test_changes_of_mind_end_what_was_so(said: str, words: set[str], relations: set[str], instead: str) -> None:
    over = PLAIN.over(PLAIN.telling(said))[0]
    assert (over.words, over.relations, over.instead) == (words, relations, instead)


def test_who_quits_a_job_has_none() -> None:
    assert any("works_at" in one.relations for one in PLAIN.over("I quit my job."))
    assert any("works_as" in one.relations for one in PLAIN.over("I retired on Friday."))


def test_small_talk_ends_nothing() -> None:
    for said in ("I had soup.", "What a day.", "I like tea.", "The bus left early."):
        assert PLAIN.over(PLAIN.telling(said)) == []
