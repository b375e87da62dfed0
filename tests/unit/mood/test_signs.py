"""What one utterance shows of a mood, as a table."""

from __future__ import annotations

import pytest

from voiceos.languages import available, table
from voiceos.mood import Lexicon, Prosody, Signs, Usual, signs
from voiceos.mood.signs import KNOWN_UTTERANCES, LISTLESS, LOUD_DB, SOFTEST_DB, SOME
from voiceos.thinking.crisis import plain

LEXICON = Lexicon("en")
USUAL = Usual(pace=3.0, paces=KNOWN_UTTERANCES, level_db=-30.0, levels=KNOWN_UTTERANCES)


@pytest.mark.parametrize(
    ("mood", "text", "strength"),
    [
        ("hurry", "I'm in a hurry, where are my keys?", 1.0),
        ("hurry", "I'm in a bit of a rush.", 1.0),
        ("hurry", "Keep it short.", 1.0),
        ("hurry", "We're in a hurry.", 1.0),
        ("hurry", "Sorry, we're really busy.", 1.0),
        ("hurry", "Not now. We're late for the train.", 1.0),
        ("hurry", "The shops were so busy yesterday.", 0.0),
        ("hurry", "Were you busy yesterday?", 0.0),
        ("hurry", "Were the shops busy?", 0.0),
        ("hurry", "We were in a hurry back then.", 0.0),
        ("hurry", "Sorry, I'm really busy right now.", 1.0),
        ("hurry", "I don't have much time.", 1.0),
        ("hurry", "I have to go now.", 1.0),
        ("hurry", "Quick, what's the capital of Peru?", 1.0),
        ("hurry", "Just a quick question about bread.", SOME),
        ("hurry", "I have to go to the dentist tomorrow.", 0.0),
        ("hurry", "The quick brown fox jumps over the lazy dog.", 0.0),
        ("hurry", "How quickly does bamboo grow?", 0.0),
        ("hurry", "I'm not in a hurry.", -1.0),
        ("hurry", "Take your time.", -1.0),
        ("hurry", "I have plenty of time today.", -1.0),
        ("sad", "I'm so sad today.", 1.0),
        ("sad", "I feel really down.", 1.0),
        ("sad", "My grandmother passed away.", 1.0),
        ("sad", "I've had a really bad day.", 1.0),
        ("sad", "I miss her.", 1.0),
        ("sad", "I lost my job.", 1.0),
        ("sad", "I lost my keys.", 0.0),
        ("sad", "Sadly the shop was closed.", SOME),
        ("sad", "Play a sad song.", 0.0),
        ("sad", "My phone died.", 0.0),
        ("sad", "When did Einstein die?", 0.0),
        ("sad", "I'm not sad.", -1.0),
        ("sad", "I feel much better now.", -1.0),
        ("sad", "I'm not happy with that.", 0.0),
        ("cheer", "I'm so happy!", 1.0),
        ("cheer", "Great news, I passed the exam!", 1.0),
        ("cheer", "Haha, that is good.", 1.0),
        ("cheer", "That's awesome.", SOME),
        ("cheer", "How far is Great Britain from here?", 0.0),
        ("cheer", "That's not funny.", -1.0),
        ("cheer", "What time is it?", 0.0),
    ],
)
def test_words(mood: str, text: str, strength: float) -> None:
    assert LEXICON.strength(mood, plain(text)) == strength


@pytest.mark.parametrize(
    ("text", "long"),
    [
        ("Tell me a story.", True),
        ("Explain how a fridge works.", True),
        ("Tell me more about that.", True),
        ("Give me three ideas for dinner.", True),
        ("What's a good recipe for bread?", True),
        ("Quick, how do I stop a nosebleed?", True),
        ("Quick, how should we clean a burn?", True),
        ("What do I do if somebody is choking?", True),
        ("What should I do about a wasp sting?", True),
        ("I'm in a rush, tell me how to tie a tie.", True),
        ("How do you make pancakes?", True),
        ("How do I look?", False),
        ("How do you feel?", False),
        ("What do you do?", False),
        ("How old are you?", False),
        ("What is the capital of Peru?", False),
        ("How are you?", False),
        ("I'm in a hurry.", False),
    ],
)
def test_what_has_a_length_of_its_own(text: str, long: bool) -> None:
    assert LEXICON.asks_for_length(plain(text)) is long


@pytest.mark.parametrize(
    ("text", "said", "usual", "shown"),
    [
        ("What is the weather like", Prosody(5 / 3, -30.0), USUAL, Signs()),
        ("What is the weather like", Prosody(5 / 4.5, -30.0), USUAL, Signs(hurry=SOME)),
        ("What is the weather like", Prosody(5 / 4.5, -30.0), Usual(), Signs()),
        ("one two three four five six seven eight", Prosody(8 / 4.5, -30.0), USUAL, Signs()),
        ("What is the weather like", Prosody(5 / 3, -30.0 - SOFTEST_DB), USUAL, Signs(soft=1.0)),
        ("What is the weather like", Prosody(5 / 3, -38.0), USUAL, Signs(soft=0.5)),
        ("What is the weather like", Prosody(5 / 3, -30.0 + LOUD_DB), USUAL, Signs(soft=-1.0)),
        ("What is the weather like", Prosody(5 / 3, None), USUAL, Signs()),
        ("What is the weather like", Prosody(5 / 2, -34.0), USUAL, Signs(sad=LISTLESS)),
        ("What is the weather like", Prosody(5 / 2, -30.0), USUAL, Signs()),
        ("I'm not in a hurry", Prosody(5 / 4.5, -30.0), USUAL, Signs(hurry=-1.0)),
        ("Yes", Prosody(0.2, -30.0), USUAL, Signs()),
        ("I'm in a hurry", None, USUAL, Signs(hurry=1.0)),
        ("", Prosody(0.0, None), USUAL, Signs()),
    ],
)
def test_pace_and_loudness_count_against_what_is_usual(text: str, said: Prosody, usual: Usual, shown: Signs) -> None:
    found = signs(text, said, usual, LEXICON)
    assert [round(one, 6) for one in (found.hurry, found.sad, found.cheer, found.soft)] == [
        shown.hurry,
        shown.sad,
        shown.cheer,
        shown.soft,
    ]


def test_what_is_usual_follows_the_user() -> None:
    usual = Usual()
    for _ in range(10):
        usual = usual.learned(6, Prosody(2.0, -30.0))
    assert (usual.pace, usual.level_db, usual.paces, usual.levels) == (pytest.approx(3.0), pytest.approx(-30.0), 10, 10)
    assert usual.learned(1, Prosody(0.3, None)) == usual, "a word alone has no pace"
    for _ in range(100):
        usual = usual.learned(6, Prosody(2.0, -50.0))
    assert usual.level_db == pytest.approx(-50.0, abs=1.0)


@pytest.mark.parametrize("language", available())
def test_each_language_has_words(language: str) -> None:
    Lexicon(language)
    assert table(language, "mood").keys() == table("en", "mood").keys()
