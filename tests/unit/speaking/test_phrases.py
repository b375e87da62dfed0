from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceos.speaking.phrases import MAX_CHARACTERS, PhraseSplitter


def split(text: str) -> list[str]:
    splitter = PhraseSplitter("en")
    return [phrase.strip() for phrase in [*splitter.feed(text), *splitter.flush()]]


def test_what_has_no_end_is_cut_all_the_same() -> None:
    phrases = split("a" * 2000 + " and so on.")
    assert max(len(phrase) for phrase in phrases) <= 2 * MAX_CHARACTERS
    assert "".join(phrases).count("a") == 2001


@pytest.mark.parametrize(
    ("text", "phrases"),
    [
        ("Sure. I can do that.", ["Sure.", "I can do that."]),
        ("Mr. Smith is here. He waits.", ["Mr. Smith is here.", "He waits."]),
        ("It costs 3.5 euros. Fine?", ["It costs 3.5 euros.", "Fine?"]),
        ("Take a fruit, e.g. an apple. Or two.", ["Take a fruit,", "e.g. an apple.", "Or two."]),
        ("He lives in the U.S. now. She doesn't.", ["He lives in the U.S.", "now.", "She doesn't."]),
        ("She left the U.S. They stayed.", ["She left the U.S.", "They stayed."]),
        ("The bus is at 10:30 sharp. Run!", ["The bus is at 10:30", "sharp.", "Run!"]),
        ("Come at 5 p.m. It opens then.", ["Come at 5 p.m.", "It opens then."]),
        ('"Really?" she said. "Yes!"', ['"Really?"', "she said.", '"Yes!"']),
        ('He said "Stop." Then he left.', ['He said "Stop."', "Then he left."]),
        ("Well... maybe it is. Who knows?", ["Well... maybe it is.", "Who knows?"]),
        ("Hm… I see. Good.", ["Hm…", "I see.", "Good."]),
        ("Well, I think so, but let me look.", ["Well,", "I think so, but let me look."]),
        ("J.R.R. Tolkien wrote it. Long ago.", ["J.R.R. Tolkien wrote it.", "Long ago."]),
        ("It is the process by which they live here.", ["It is the process", "by which they live here."]),
        ("J. S. Bach wrote it. Long ago.", ["J. S. Bach wrote", "it.", "Long ago."]),
        (
            "I read about that in the paper because it matters.",
            ["I read about that", "in the paper because it matters."],
        ),
        ("Love is a powerful feeling that moves us.", ["Love is a powerful feeling", "that moves us."]),
        ("The capital of Italy is Rome.", ["The capital of Italy", "is Rome."]),
        (
            "Of course! What is the best way to stop a bear from eating honey?",
            ["Of course!", "What is the best way to stop a bear", "from eating honey?"],
        ),
        (
            "Internationalisation characteristically overcomplicates everything else.",
            ["Internationalisation characteristically", "overcomplicates everything else."],
        ),
        ("The Moon is about 384,400 kilometers away.", ["The Moon is about", "384,400 kilometers away."]),
        ("It is around 238,855 miles away from us.", ["It is around", "238,855 miles away from us."]),
        ("About 70 percent of it is water.", ["About 70 percent of it", "is water."]),
        ("1. Boil water.\n2. Add tea.", ["1. Boil water.", "2. Add tea."]),
        ("The numbers are 1, 2, 3, and so on. Yes.", ["The numbers are 1,", "2, 3, and so on.", "Yes."]),
        ("今日はいい天気ですね。散歩に行きましょう。", ["今日はいい天気ですね。", "散歩に行きましょう。"]),
        ("「そうですか。」と彼は言った。", ["「そうですか。」", "と彼は言った。"]),
        ("One\n\nTwo", ["One", "Two"]),
        ("   ", []),
        ("", []),
    ],
)
def test_cases(text: str, phrases: list[str]) -> None:
    assert split(text) == phrases


def test_a_phrase_leaves_as_soon_as_it_is_complete() -> None:
    splitter = PhraseSplitter("en")
    assert splitter.feed("Sure. ") == []
    assert splitter.feed("I") == ["Sure. "]


def test_the_second_phrase_is_made_while_the_first_sounds() -> None:
    text = "There is a lot that one could say of the old harbour town and its many crooked little streets by the sea."
    assert len(split(text)[0]) <= 40 and len(split(text)[1]) <= 80


def test_later_phrases_are_sentences() -> None:
    text = "Yes. I know. The cat sat, as cats do, on the mat, and slept. The dog, too, was asleep."
    assert split(text)[2:] == ["The cat sat, as cats do, on the mat, and slept.", "The dog, too, was asleep."]


TEXT = st.text(
    st.one_of(st.sampled_from(list("abcAB.,!?…:;\"'()*-—  \n10。、「」漢")), st.characters(exclude_categories=["Cs"]))
)
WORDS = st.lists(
    st.sampled_from(["and", "the", "Mr.", "e.g.", "so,", "end.", "3.5", "that", "U.S.", "why?", "\n", "it"])
)


@given(st.one_of(TEXT, WORDS.map(" ".join)), st.data())
def test_how_the_stream_is_split_changes_nothing_and_nothing_is_lost(text: str, data: st.DataObject) -> None:
    whole = PhraseSplitter("en")
    expected = [*whole.feed(text), *whole.flush()]
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=8)))
    pieces = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    splitter = PhraseSplitter("en")
    phrases = [phrase for piece in pieces for phrase in splitter.feed(piece)] + splitter.flush()
    assert phrases == expected
    assert "".join(phrases).rstrip() == text.rstrip()
    assert all(phrase.strip() for phrase in phrases)


@given(WORDS.map(" ".join))
def test_no_phrase_is_too_long(text: str) -> None:
    assert all(len(phrase) <= MAX_CHARACTERS + 10 for phrase in split(text))
