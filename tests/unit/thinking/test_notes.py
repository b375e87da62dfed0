"""What the language model reads of memories."""

from __future__ import annotations

import pytest

from tests.unit.memory.life import day
from voiceos.memory import NOTE, USER, Kind, Store
from voiceos.thinking.notes import LONGEST_LETTERS, Notes

NOTES = Notes("en")


def test_facts_are_told_in_the_third_person_with_their_day() -> None:
    with Store() as store:
        told = [
            store.remember_fact(USER, "sister", "Anna", at=day(0), kind=Kind.PERSON, single=False),
            store.remember_fact("Anna", "lives_in", "Graz", at=day(0)),
            store.remember_fact("mother", "age", "seventy", at=day(1)),
            store.remember_fact(USER, "promised", "fix my bike", at=day(2), kind=Kind.COMMITMENT),
            store.remember_fact(USER, "favourite_colour", "green", at=day(3)),
            store.remember_fact(USER, NOTE, "the key", at=day(3), sentence="the key is under the mat."),
            store.remember_fact("Bo", "likes_most", "tea", at=day(3)),
        ]
        turn = store.remember_turn("I saw [a] fox.", "Did you?", at=day(400), conversation="a")
    words = [NOTES.in_words(fact) for fact in told]
    assert words == [
        "the user's sister is Anna",
        "Anna lives in Graz",
        "the user's mother is seventy years old",
        "the user promised: fix their bike",
        "the user's favourite colour is green",
        "the key is under the mat",
        "Bo likes most tea",
    ]
    note = NOTES.note([told[0], told[4], turn], day(400), asked=False)
    assert note.startswith("[They told you before: the user's sister is Anna, told in March 2026; ")
    assert note.endswith('"I saw (a) fox", said today.]')
    assert NOTES.note([told[0]], day(1), asked=True).count("yesterday") == 1
    assert NOTES.note([told[0]], day(40), asked=True).count("on 1 March") == 1
    assert NOTES.known(told[:2]) == "The user told you earlier: the user's sister is Anna; Anna lives in Graz."


def test_nothing_known_is_no_block_and_no_note() -> None:
    assert NOTES.known([]) == NOTES.note([], day(0), asked=True) == ""


def test_what_is_long_is_cut() -> None:
    with Store() as store:
        turn = store.remember_turn("very " * 200, "", at=day(0), conversation="a")
    assert len(NOTES.note([turn], day(0), asked=False)) < LONGEST_LETTERS + 60


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("When is my birthday?", True),
        ("Where do I live?", True),
        ("Did I tell you what my brother does?", True),
        ("Do you know my shoe size?", True),
        ("What's the capital of Peru?", False),
        ("My sister lives in Graz.", False),
        ("What should I cook tonight?", False),
        ("Can you help me with my homework?", False),
        ("How do I boil an egg?", False),
        ("Do you think I should take an umbrella with me today?", False),
        ("Why didn't you send me that news?", False),
        ("Who lives with me?", True),
        ("Where do you think I live?", True),
        ("Can I borrow your pen?", False),
        ("", False),
    ],
)
def test_a_question_about_their_own_life_is_told_from_others(text: str, asks: bool) -> None:
    assert NOTES.asks_about_themselves(text) is asks


@pytest.mark.parametrize(
    ("text", "wants"),
    [
        ("I'm cooking tonight. What did I say about the pasta recipe?", True),
        ("What did I say about the pasta recipe", True),
        ("Remind me what I said about the pasta recipe.", True),
        ("I want to know what Tom told me.", True),
        ("How about pasta?", True),
        ("I had a long day at work today.", False),
    ],
)
def test_who_wants_something_says_so_whatever_else_they_tell(text: str, wants: bool) -> None:
    assert NOTES.wants(text) is wants


def test_what_means_the_same_is_the_same_subject() -> None:
    known = "The user told you earlier: the user is called Tom; the user works as nurse; the user's wife is Eva."
    for question, share in (
        ("What's my job?", 1.0),
        ("What's my name?", 1.0),
        ("What's the name of my wife?", 1.0),
        ("Which hospital do I work at?", 0.5),
        ("When is my birthday?", 0.0),
        ("What's my sister's name?", 0.0),
    ):
        assert NOTES.shared(question, [known]) == share, question
    assert NOTES.shared("", [known]) == NOTES.shared("What's my job?", []) == 0.0


def test_what_is_thought_of_the_user_is_told_in_the_third_person() -> None:
    lines = ("You live in Rome, and your sister is Anna.", "You have talked to me on 9 days; tea is good for you.")
    assert NOTES.profile(lines) == (
        "Of them you think: They live in Rome, and their sister is Anna. "
        "They have talked to you on 9 days; tea is good for them."
    )
    assert NOTES.profile(()) == ""
