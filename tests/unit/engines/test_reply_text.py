"""Whole characters, no thoughts, no loops."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceos.engines.reply_text import LoopGuard, ReplyText


def shown(data: bytes, size: int) -> str:
    text = ReplyText()
    return "".join(text.add(data[i : i + size]) for i in range(0, len(data), size)) + text.end()


@given(st.text(st.characters(exclude_categories=("Cs",))), st.integers(1, 5))
def test_split_characters_come_out_whole(words: str, size: int) -> None:
    if "<think>" not in words:
        assert shown(words.encode(), size) == words


@given(st.integers(1, 30))
def test_thoughts_are_not_said(size: int) -> None:
    assert shown("<think>\nHm, ünder <b>.\n</think>\n\nYes, 1 < 2 <th".encode(), size) == "Yes, 1 < 2 <th"


def test_an_endless_thought_says_nothing() -> None:
    assert shown(b"<think> and so on", 3) == ""


def test_half_a_character_at_the_end_is_dropped() -> None:
    assert shown("so 😀".encode()[:-1], 2) == "so "


@pytest.mark.parametrize("period", [1, 2, 7, 40])
def test_the_same_tokens_again_and_again_are_a_loop(period: int) -> None:
    guard = LoopGuard()
    said = [guard.loops(i % period, "") for i in range(200)]
    assert said.index(True) + 1 == max(3 * period, LoopGuard.SHORTEST_LOOP)


def test_the_same_sentence_for_the_third_time_is_a_loop() -> None:
    guard = LoopGuard()
    said = []
    for turn in range(3):
        said += [guard.loops(1000 + turn, f"Number {turn} is new here. "), guard.loops(2000 + turn, "I like it here. ")]
    assert said == [False] * 5 + [True]


def test_ordinary_emphasis_is_none() -> None:
    guard = LoopGuard()
    words = "No. No. No! Ha ha ha ha. Very, very, very good. Row, row, row your boat."
    assert not any(guard.loops(hash(word) % 5000, word + " ") for word in words.split())
