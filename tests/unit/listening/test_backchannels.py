from __future__ import annotations

import pytest

from voiceos.listening.backchannels import Backchannels

REPLY = "The moon is a ball of rock. It has been there for a long time."


@pytest.mark.parametrize(
    "text",
    [
        "Mm-hmm.",
        "Mmm.",
        "Mhm.",
        "Hmm.",
        "Uh-huh.",
        "Uh huh, uh huh.",
        "Yeah.",
        "Yeah, yeah.",
        "Oh, okay.",
        "I see.",
        "Wow!",
    ],
)
def test_sounds_of_listening_are_known(text: str) -> None:
    assert Backchannels("en").match(text, REPLY)


@pytest.mark.parametrize(
    "text",
    [
        "Yes.",
        "No.",
        "Stop.",
        "Okay, that is very nice.",
        "Right now?",
        "Wait.",
        "I see it.",
        "",
        "Yeah but why",
        "Hello.",
    ],
)
def test_what_says_something_is_none(text: str) -> None:
    assert not Backchannels("en").match(text, REPLY)


def test_behind_a_question_or_in_silence_it_is_an_answer() -> None:
    assert not Backchannels("en").match("Yeah.", REPLY + " Shall I go on?")
    assert not Backchannels("en").match("Okay.", "")
