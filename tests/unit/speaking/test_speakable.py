from __future__ import annotations

import tomllib
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceos.errors import ConfigError
from voiceos.speaking.phrases import PhraseSplitter
from voiceos.speaking.speakable import Speakable, speakable

CASES = tomllib.loads((Path(__file__).parent / "speakable_cases.toml").read_text("utf-8"))["case"]
SPEAKABLE = Speakable("en")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["written"][:40])
def test_table_of_cases(case: dict[str, str]) -> None:
    assert speakable(case["written"], "en").text == case["said"]


def test_the_table_is_long_enough_to_mean_something() -> None:
    assert len(CASES) >= 80
    assert len({case["written"] for case in CASES}) == len(CASES)


def feed(*phrases: str) -> list[str]:
    reply = Speakable("en")
    return [reply.feed(phrase).text for phrase in phrases]


def test_a_code_block_may_span_phrases() -> None:
    assert feed("Like so:\n", "```python\n", "x = 1\n", "# two. ", "```\n", "That's it.") == [
        "Like so:",
        "",
        "",
        "",
        "",
        "That's it.",
    ]


def test_thoughts_may_span_phrases() -> None:
    assert feed("<think>Let me see. ", "It is blue. ", "</think> Blue.") == ["", "", "Blue."]


@pytest.mark.parametrize("direction", ["*sighs and ", "(laughs, ", "[pause here, "])
def test_a_stage_direction_may_span_phrases(direction: str) -> None:
    closer = {"*": "*", "(": ")", "[": "]"}[direction[0]]
    assert feed(f"Well. {direction}", f"then some{closer} Yes.") == ["Well.", "Yes."]


def test_a_note_that_is_read_out_may_span_phrases() -> None:
    assert feed("It is cold outside, ", "[Wednesday, ", "25 November 2026, ", "3:05 PM]. ", "Dress warmly.") == [
        "It is cold outside,",
        "",
        "",
        "",
        "Dress warmly.",
    ]


def test_a_stray_asterisk_does_not_silence_the_reply() -> None:
    assert feed("*sighs ", "One.", "Two.", "Three.", "Four.")[-2:] == ["Three.", "Four."]


def test_a_new_reply_starts_with_nothing_open() -> None:
    reply = Speakable("en")
    reply.feed("```")
    reply.reset()
    assert reply.feed("Hello.").text == "Hello."


@pytest.mark.parametrize(
    ("source", "heard", "kept"),
    [
        ("It costs $3.50 or so.", "It costs three dollars and fifty", "It costs "),
        ("It costs $3.50 or so.", "It costs three dollars and fifty cents", "It costs $3.50"),
        ("It is **very** hot.", "It is very", "It is **very"),
        ("Hi 😀 there, you.", "Hi there,", "Hi 😀 there,"),
        ("[The docs](http://a.b/c) say so.", "The docs", "[The docs"),
        ("*sighs* Fine then.", "Fine", "*sighs* Fine"),
        ("All of it. 😀", "All of it.", "All of it. 😀"),
    ],
)
def test_what_was_heard_is_cut_from_the_source(source: str, heard: str, kept: str) -> None:
    spoken = speakable(source, "en")
    assert spoken.text.startswith(heard)
    assert source[: spoken.source_end(len(heard))].rstrip() == kept.rstrip()


def sayable(text: str) -> bool:
    return all(
        c.isalpha() or c in " .,!?;:'-。、！？；：，｡「」『』" or unicodedata.category(c) in ("Mn", "Mc") for c in text
    )


MARKS = st.text(st.sampled_from(list("ab1209 \n*_`#<>()[]|~$\\^{}.,:;!?'\"-–—/%°€😀½²IVX@&=+…’\u200d\ufe0f")))
PIECES = st.lists(
    st.sampled_from([c["written"] for c in CASES] + ["```", "<think>", "*", "(", "[", "10:", "$", "\\frac{", "5 km"])
).map("".join)


@given(st.one_of(MARKS, PIECES, st.text()))
def test_only_the_speakable_passes_and_the_map_is_monotone(text: str) -> None:
    SPEAKABLE.reset()
    spoken = SPEAKABLE.feed(text)
    assert sayable(spoken.text), spoken.text
    ends = [spoken.source_end(i) for i in range(len(spoken.text) + 1)]
    assert ends == sorted(ends)
    assert ends[-1] == len(text)


@given(st.lists(PIECES, max_size=4).map(" ".join))
def test_a_whole_reply_through_both_passes(text: str) -> None:
    splitter, reply = PhraseSplitter("en"), Speakable("en")
    for phrase in [*splitter.feed(text), *splitter.flush()]:
        assert sayable(reply.feed(phrase).text)


def test_an_unknown_language_is_named() -> None:
    with pytest.raises(ConfigError, match="tlh"):
        Speakable("tlh")
