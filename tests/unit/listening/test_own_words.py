"""What comes back from its own loudspeaker, and what the user says about the same things."""

from __future__ import annotations

import pytest

from voiceos.listening.own_words import is_echo

SAID = "The capital of France is Paris, and it has been so for centuries. Would you like to hear more about it?"


@pytest.mark.parametrize(
    "heard",
    [
        "The capital of France is Paris",
        "capital of france is paris and it has been",
        "it has been so for centuries",
        "Would you like to here more about it?",
        "The capital of Francis Paris, and it has been so",
    ],
)
def test_its_own_words_are_an_echo(heard: str) -> None:
    assert is_echo(heard, SAID)


@pytest.mark.parametrize(
    "heard",
    [
        "",
        "Paris",
        "yes",
        "more about it",
        "what is the capital of Spain",
        "how long has Paris been the capital of France",
        "no, tell me about Lyon",
        "stop",
        "would you like to stop now please",
    ],
)
def test_the_users_words_are_none(heard: str) -> None:
    assert not is_echo(heard, SAID)


def test_nothing_said_nothing_echoed() -> None:
    assert not is_echo("The capital of France is Paris", "")
