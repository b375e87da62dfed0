"""What is said while an answer is being thought of."""

from __future__ import annotations

import itertools

import pytest

from voiceos.languages import available
from voiceos.thinking.intents import SentenceMatcher
from voiceos.thinking.openers import Openers

OPENERS = Openers("en")


def some(text: str) -> set[str]:
    return {OPENERS.choose(text, turn) for turn in range(1, 16)}


@pytest.mark.parametrize(
    "text",
    [
        "What is the capital of Italy?",
        "What's the time in Rome?",
        "Who wrote Romeo and Juliet?",
        "How many days are there in a week?",
        "How far away is the moon?",
        "When does the shop open?",
        "Set a timer for five minutes.",
        "Please remind me to call Tom.",
        "Hello there!",
        "Yes.",
        "No, the other one.",
        "Thank you.",
        "...",
        "",
    ],
)
def test_plain_facts_requests_and_short_answers_are_answered_at_once(text: str) -> None:
    assert some(text) == {""}


@pytest.mark.parametrize(
    ("text", "opener"),
    [
        ("I had a long day at work today.", "Oh no."),
        ("My dog died last night.", "Oh no."),
        ("My grandmother is in hospital.", "Oh dear."),
        ("I just got the job!", "Oh, nice!"),
        ("I finally passed my driving test.", "Oh, lovely!"),
        ("I’m so tired.", "Oh no."),
        ("We're getting married!", "Oh, lovely!"),
        ("What should I cook for dinner tonight?", "Hmm."),
        ("Why is the sky blue?", "Well,"),
        ("Do you think I should take an umbrella?", "Well,"),
        ("I'm thinking about learning the piano.", "Hmm."),
        ("Give me one tip for sleeping better.", "Well,"),
    ],
)
def test_what_moves_or_takes_thought_gets_a_fitting_one(text: str, opener: str) -> None:
    said = some(text)
    assert opener in said
    assert len(said) == 3


@pytest.mark.parametrize(
    "text",
    [
        "I got the flu.",
        "I passed out yesterday.",
        "I just got the bad news.",
        "I forgot my wife's birthday.",
        "Nobody came to my birthday party.",
        "Tell me a joke about divorce.",
        "How do I get to the hospital?",
        "I've been thinking about a dog for a long time.",
        "I'm not happy.",
        "My dog isn't ill.",
        "I'm so happy but my dog died.",
    ],
)
def test_no_feeling_is_shown_where_it_may_be_the_wrong_one(text: str) -> None:
    assert some(text) <= {"", "Hmm.", "Well,"}


def test_two_in_a_row_are_never_the_same() -> None:
    said = [OPENERS.choose("What should I do?", turn) for turn in range(1, 30)]
    assert all(one != other for one, other in itertools.pairwise(said))


@pytest.mark.parametrize("language", available())
def test_every_opener_can_be_rendered_ahead_and_is_no_wish(language: str) -> None:
    openers = Openers(language)
    matcher = SentenceMatcher(language, "Ada")
    assert openers.texts
    for text in openers.texts:
        assert text == text.strip()
        assert text[-1] in ".,!"
        assert matcher.match(text) is None
