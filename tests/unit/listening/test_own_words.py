"""What comes back from its own loudspeaker, and what the user says about the same things."""

from __future__ import annotations

import pytest

from voiceos.listening.own_words import is_echo

PARIS = "The capital of France is Paris, and it has been so for centuries. Would you like to hear more about it?"
MORNING = "You could start with a short walk in the morning, and then cook something simple, like soup or an omelette."
HELLO = "Hello, I'm Ada. Just talk to me. If others are in the room, say, listen for your name."


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        (PARIS, "The capital of France is Paris"),
        (PARIS, "capital of france is paris and it has been"),
        (PARIS, "it has been so for centuries"),
        (PARIS, "Would you like to here more about it?"),
        (PARIS, "The capital of Francis Paris, and it has been so"),
        (PARIS, "Capital of France is parrots and it has been so for century"),
        (PARIS, "and it has been so for sentries would you like to hear more a boat it"),
        (PARIS, "tal of France is Paris and it has"),
        (HELLO, "hello I made her just talk to me"),
        (HELLO, "If others are in the room say listen"),
        (HELLO, "Hello, I’m Aida. Just talk to me"),
        (MORNING, "you could start with a short walk in the mourning"),
        (MORNING, "and then cook some thing simple like super an omelet"),
        (MORNING, "cut start with a short walk"),
        ("It's 3:05 PM.", "It's 3.05 p.m."),
    ],
)
def test_its_own_words_are_an_echo(said: str, heard: str) -> None:
    assert is_echo(heard, said)


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        (PARIS, ""),
        (PARIS, "Paris"),
        (PARIS, "yes"),
        (PARIS, "stop"),
        (PARIS, "more about it"),
        (PARIS, "what is the capital of Spain"),
        (PARIS, "how long has Paris been the capital of France"),
        (PARIS, "is Paris the capital of France"),
        (PARIS, "so the capital of France is Paris"),
        (PARIS, "I know the capital of France is Paris but what about Spain"),
        (PARIS, "why has it been so for centuries"),
        (PARIS, "what was it before Paris"),
        (PARIS, "no, tell me about Lyon"),
        (PARIS, "would you like to stop now please"),
        (PARIS, "yes I would like to hear more about it"),
        (PARIS, "I would like to hear more about it"),
        (PARIS, "no I would not like to hear more about it"),
        (MORNING, "I had soup in the morning"),
        (MORNING, "how do I cook an omelette"),
        (MORNING, "could I start with a long walk in the morning"),
        (MORNING, "I could start with a walk in the evening"),
        (MORNING, "what do you mean by something simple"),
        (MORNING, "a short walk in the morning sounds nice"),
        (MORNING, "I would cook something simple"),
        (HELLO, "are others in the room"),
        ("Okay.", "okay and what about the weather"),
        ("Hello again.", "hello again how are you doing today"),
        ("The weather is nice.", "the weather is nice but what about tomorrow"),
    ],
)
def test_the_users_words_are_none(said: str, heard: str) -> None:
    assert not is_echo(heard, said)


def test_nothing_said_nothing_echoed() -> None:
    assert not is_echo("The capital of France is Paris", "")
