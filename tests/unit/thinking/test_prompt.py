"""What the language model is given to read."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from voiceos.thinking.ports import Message
from voiceos.thinking.prompt import Conversation, Persona, Said

NOON = datetime(2026, 3, 2, 12, 0, 10)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def talk() -> Conversation:
    return Conversation(Persona.load("en", "Ada"))


def test_the_persona_has_its_name_and_no_clock(talk: Conversation) -> None:
    (system,) = talk.messages()
    assert system.role == "system"
    assert "Ada" in system.text
    assert "{" not in system.text
    assert "2026" not in system.text


def test_a_persona_of_ones_own_keeps_its_name_and_its_manner() -> None:
    usual = Persona.load("en", "Zelda").system
    for own, begin in (
        ("You are a grumpy old sailor.", "Your name is Zelda. You are a grumpy old sailor."),
        ("You are {name}, a grumpy old sailor.", "You are Zelda, a grumpy old sailor."),
    ):
        system = Persona.load("en", "Zelda", character=own).system
        assert system.startswith(begin)
        assert usual.endswith(system.removeprefix(begin))
        assert "square brackets" in system


def test_the_time_is_told_when_it_is_new(talk: Conversation) -> None:
    talk.add_user("one", NOON)
    talk.add_user("two", NOON + timedelta(seconds=20))
    talk.add_user("three", NOON + MINUTE)
    talk.add_user("four", NOON + timedelta(days=1))
    first, second, third, fourth = (message.text.replace("\u202f", " ") for message in talk.messages()[1:])
    assert first == "[Monday, 2 March 2026, 12:00 PM] one"
    assert second == "two"
    assert third == "[12:01 PM] three"
    assert fourth == "[Tuesday, 3 March 2026, 12:00 PM] four"


def test_a_guess_leaves_no_trace(talk: Conversation) -> None:
    guess = talk.for_user("hello", NOON)
    assert talk.messages() == guess[:1]
    talk.add_user("hello", NOON)
    assert talk.messages() == guess


def test_what_was_broken_off_says_so_and_what_was_not_heard_is_not_there(talk: Conversation) -> None:
    talk.add_user("hello", NOON)
    talk.add_assistant("Once upon a", cut_off=True)
    talk.add_user("stop", NOON)
    talk.add_assistant(" ", cut_off=True)
    assert talk.messages()[2:] == [Message("assistant", "Once upon a—"), Message("user", "stop")]


def test_an_announcement_may_come_first_and_is_a_turn_of_its_own(talk: Conversation) -> None:
    talk.add_assistant("Your tea is ready.")
    talk.add_user("thanks", NOON)
    talk.add_assistant("You're welcome.")
    talk.add_assistant("It is raining.")
    assert talk.borders() == [1, 3]


def test_what_is_kept_is_the_same_tail_and_a_lost_date_is_told_again(talk: Conversation) -> None:
    for turn in range(4):
        talk.add_user(f"question {turn}", NOON)
        talk.add_assistant(f"answer {turn}")
    before = talk.messages()
    talk.drop(4)
    assert talk.messages() == [before[0], *before[5:]]
    assert "2026" in talk.for_user("next", NOON)[-1].text
    assert talk.messages() == [before[0], *before[5:]]


def test_history_is_cut_between_turns_only(talk: Conversation) -> None:
    talk.add_user("question", NOON)
    talk.add_assistant("answer")
    with pytest.raises(ValueError, match="border"):
        talk.drop(1)


def test_people_read_what_was_said_without_the_note_of_the_time_and_what_was_asked_beside(
    talk: Conversation,
) -> None:
    talk.add_aside("is anybody there", "Yes.")
    talk.add_user("hello", NOON)
    talk.add_assistant("Hello.")
    talk.add_aside("what is two and two", "Four.")
    before = talk.messages()
    assert [(one.text, one.aside) for one in talk.said()] == [
        ("is anybody there", True),
        ("Yes.", True),
        ("hello", False),
        ("Hello.", False),
        ("what is two and two", True),
        ("Four.", True),
    ]
    assert talk.messages() == before, "the language model learned of it"
    talk.drop(2)
    assert talk.said() == [Said("user", "what is two and two", True), Said("assistant", "Four.", True)]
