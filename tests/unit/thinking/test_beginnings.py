"""How answers begin that a small model may not be trusted with."""

from __future__ import annotations

from datetime import datetime

import pytest

from voiceos.languages import available
from voiceos.thinking.intents import SentenceMatcher
from voiceos.thinking.prompt import CLOSE_TURNS, Conversation, Persona

NOON = datetime(2026, 3, 2, 12, 0, 10)
PERSONA = Persona.load("en", "Ada")
TALK = Conversation(PERSONA)


@pytest.mark.parametrize(
    "text",
    [
        "What was your first job?",
        "Did you sleep well?",
        "What colour are your eyes?",
        "I had pasta for lunch. And you?",
        "What did you do last weekend?",
        "I don’t need friends, I have you.",
        "I feel so lonely.",
        "You understand me better than my husband does.",
    ],
)
def test_what_asks_for_a_life_of_its_own_or_for_the_place_of_people_is_begun(text: str) -> None:
    assert len({TALK.beginning(text, turn) for turn in range(3)}) == 3


@pytest.mark.parametrize(
    "text",
    [
        "How do you cook rice?",
        "Do you know how far the moon is?",
        "Can you tell me a story?",
        "Did you set the timer?",
        "What do you think of my job?",
        "What is your name?",
        "Turn your volume up.",
        "How old is the moon?",
        "I live alone.",
        "",
    ],
)
def test_all_else_is_left_to_the_model(text: str) -> None:
    assert TALK.beginning(text, 1) == ""


def test_after_danger_answers_begin_with_staying_and_carry_the_note_for_a_few_turns() -> None:
    talk = Conversation(PERSONA)
    talk.stay_close()
    for _ in range(CLOSE_TURNS):
        assert talk.beginning("no", 1) in PERSONA.close_beginnings
        assert PERSONA.stay_close in talk.for_user("no", NOON)[-1].text
        talk.add_user("no", NOON)
        assert talk.said()[-1].text == "no"
    assert talk.beginning("no", 1) == ""
    assert PERSONA.stay_close not in talk.for_user("no", NOON)[-1].text
    notes = [message.text for message in talk.messages()[1:]]
    talk.add_user("yes", NOON)
    assert [message.text for message in talk.messages()[1:-1]] == notes, "the prompt's past has changed"


@pytest.mark.parametrize("language", available())
def test_beginnings_are_speakable_and_no_wish(language: str) -> None:
    persona = Persona.load(language, "Ada")
    for text in (*persona.close_beginnings, *(say for one in persona.beginnings for say in one.say)):
        assert text == text.strip()
        assert SentenceMatcher(language, "Ada").match(text) is None
