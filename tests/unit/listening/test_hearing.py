from __future__ import annotations

import pytest

from voiceos import languages
from voiceos.events import Nothing, Unclear, Words
from voiceos.listening.hearing import Judge, plain
from voiceos.listening.ports import Decoding


def decoding(
    text: str, log_probability: float = -0.2, no_speech: float = 0.05, compression_ratio: float = 1.0
) -> Decoding:
    return Decoding(text, "en", log_probability, no_speech, compression_ratio, False)


@pytest.fixture
def judge() -> Judge:
    return Judge("en")


def test_clear_words_are_words(judge: Judge) -> None:
    assert judge.judge(decoding("What time is it?"), 0.8) == Words("What time is it?")


@pytest.mark.parametrize("text", ["", " ", "...", "♪"])
def test_no_words_are_nothing(judge: Judge, text: str) -> None:
    assert judge.judge(decoding(text), 2.0) == Nothing()


def test_a_sound_too_short_for_a_word_is_nothing(judge: Judge) -> None:
    assert judge.judge(decoding("No."), 0.064) == Nothing()


def test_no_speech_and_no_certainty_together_are_nothing(judge: Judge) -> None:
    assert judge.judge(decoding("Yeah.", -1.0, 0.8), 0.3) == Nothing()


def test_either_alone_is_not(judge: Judge) -> None:
    assert judge.judge(decoding("Yes.", -0.3, 0.8), 0.3) == Words("Yes.")
    assert judge.judge(decoding("Yes, please do.", -0.84, 0.1), 0.8) == Words("Yes, please do.")


def test_poorly_heard_speech_is_unclear_not_guessed_at(judge: Judge) -> None:
    assert judge.judge(decoding("Paul keep on", -0.9), 0.8) == Unclear()


def test_a_loop_is_unclear(judge: Judge) -> None:
    assert judge.judge(decoding("no " * 40, compression_ratio=6.0), 8.0) == Unclear()


def test_more_words_than_anyone_can_say_in_the_time_are_unclear(judge: Judge) -> None:
    assert judge.judge(decoding("The quick brown fox jumps over the lazy dog."), 0.2) == Unclear()


def test_a_phantom_phrase_needs_to_be_heard_clearly(judge: Judge) -> None:
    assert judge.judge(decoding("Thank you.", -0.5), 0.6) == Nothing()
    assert judge.judge(decoding("Thank you.", -0.2), 0.6) == Words("Thank you.")


def test_phantoms_of_every_language_are_distinct_phrases() -> None:
    for language in languages.available():
        phrases = languages.table(language, "phantoms")["phrases"]
        assert phrases
        assert len({plain(p) for p in phrases}) == len(phrases)
        assert all(plain(p) for p in phrases)
