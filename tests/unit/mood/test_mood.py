"""From signs to a mood, and from a mood to how an answer sounds, as tables."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta

import pytest

from voiceos.mood import Delivery, Mood, MoodTracker, Prosody, Signs, Steady, after, delivery, later
from voiceos.mood.delivery import BRIEF_FROM, BRIEF_WORDS, FASTEST, SLOWEST, SOFTEST_DB
from voiceos.mood.estimate import HALF_LIFE_S
from voiceos.mood.signs import KNOWN_UTTERANCES, SOME

NOON = datetime(2026, 5, 12, 12, 0).astimezone()
NIGHT = NOON.replace(hour=23, minute=30)


def moods(*given: Signs) -> Mood:
    mood = Mood()
    for one in given:
        mood = after(mood, one)
    return mood


@pytest.mark.parametrize(
    ("given", "low", "high"),
    [
        ([Signs(hurry=1.0)], 0.8, 0.9),
        ([Signs(hurry=1.0), Signs(), Signs()], 0.4, 0.5),
        ([Signs(hurry=1.0), *[Signs()] * 10], 0.0, 0.05),
        ([Signs(hurry=SOME)], 0.3, 0.4),
        ([Signs(hurry=SOME)] * 2, BRIEF_FROM, 0.6),
        ([Signs(hurry=SOME)] * 9, BRIEF_FROM, 0.6),
        ([Signs(hurry=1.0), Signs(hurry=-1.0)], 0.0, 0.2),
        ([Signs(hurry=-1.0)], 0.0, 0.0),
    ],
)
def test_signs_draw_the_mood_and_it_goes_back(given: list[Signs], low: float, high: float) -> None:
    assert low <= moods(*given).hurry <= high


def test_time_takes_it_back_to_neutral() -> None:
    mood = Mood(1.0, 0.5, 0.2, 0.4)
    assert later(mood, HALF_LIFE_S) == Mood(0.5, 0.25, 0.1, 0.2)
    assert later(mood, 3600).hurry < 0.001
    assert later(mood, -5) == mood, "a clock that was set back"


@pytest.mark.parametrize(
    ("mood", "night", "pace", "db", "words"),
    [
        (Mood(), False, 1.0, 0.0, None),
        (Mood(), True, 0.90, -4.0, None),
        (Mood(sad=1.0), False, 0.85, -1.5, None),
        (Mood(hurry=1.0), False, 1.15, 0.0, BRIEF_WORDS),
        (Mood(hurry=0.4), False, 1.06, 0.0, None),
        (Mood(soft=1.0), False, 0.95, -4.0, None),
        (Mood(cheer=1.0), False, 1.05, 0.0, None),
        (Mood(soft=1.0), True, 0.85, SOFTEST_DB, None),
        (Mood(hurry=1.0), True, 1.05, -4.0, BRIEF_WORDS),
    ],
)
def test_how_an_answer_sounds(mood: Mood, night: bool, pace: float, db: float, words: int | None) -> None:
    found = delivery(mood, night=night)
    assert found.pace == pytest.approx(pace)
    assert found.gain == pytest.approx(10 ** (db / 20), abs=0.001)
    assert found.words == words


def test_it_stays_within_its_bounds() -> None:
    for hurry, sad, cheer, soft in itertools.product((0.0, 0.5, 1.0), repeat=4):
        for night in (False, True):
            found = delivery(Mood(hurry, sad, cheer, soft), night=night)
            assert SLOWEST <= found.pace <= FASTEST
            assert 10 ** (SOFTEST_DB / 20) - 0.001 <= found.gain <= 1.0


def tracker(*, enabled: bool = True, words: int | None = None) -> MoodTracker:
    return MoodTracker("en", enabled=lambda: enabled, night=lambda at: at.hour >= 23, words=lambda: words)


def test_nothing_known_is_neutral() -> None:
    assert tracker().delivery("What is the capital of Peru?", Prosody(1.5, -30.0), NOON) == Delivery()
    assert tracker().delivery("", None, NOON) == Delivery()
    assert tracker().delivery("", None, NIGHT) == delivery(Mood(), night=True)


def test_the_very_words_count_and_leave_no_trace_before_the_turn_is_over() -> None:
    mood = tracker()
    brief = mood.delivery("I'm in a hurry, where is the station?", None, NOON)
    assert brief.words == BRIEF_WORDS
    assert brief.pace > 1.0
    assert mood.mood == Mood()
    assert mood.delivery("Where is the station?", None, NOON) == Delivery()


def test_it_carries_over_to_the_next_turn_and_fades() -> None:
    mood = tracker()
    mood.took("I'm in a hurry.", None, NOON)
    assert mood.delivery("Where is the station?", None, NOON + timedelta(seconds=10)).words == BRIEF_WORDS
    assert mood.delivery("", None, NOON + timedelta(seconds=10)).pace > 1.0, "what it says unasked sounds alike"
    assert mood.delivery("Where is the station?", None, NOON + timedelta(minutes=30)).words is None


def test_what_has_a_length_of_its_own_is_not_cut() -> None:
    mood = tracker(words=20)
    assert mood.delivery("Where is the station?", None, NOON).words == 20
    assert mood.delivery("Tell me a story, quickly.", None, NOON).words is None
    assert mood.delivery("I'm in a hurry, where is the station?", None, NOON).words == BRIEF_WORDS


def test_short_fast_utterances_make_it_brief_once_the_user_is_known() -> None:
    mood = tracker()
    for turn in range(KNOWN_UTTERANCES):
        mood.took("What is the weather like today in Rome", Prosody(8 / 3, -30.0), NOON + timedelta(seconds=10 * turn))
    at = NOON + timedelta(seconds=60)
    assert mood.delivery("And in Paris then", Prosody(4 / 3, -30.0), at) == Delivery()
    for turn in range(3):
        mood.took("And in Paris then", Prosody(4 / 4.6, -30.0), at + timedelta(seconds=10 * turn))
    assert mood.delivery("And in London then", Prosody(4 / 4.6, -30.0), at + timedelta(seconds=30)).words == BRIEF_WORDS


def test_switched_off_nothing_is_shaped_and_nothing_remembered() -> None:
    mood = tracker(enabled=False, words=20)
    mood.took("I'm in a hurry.", None, NIGHT)
    assert mood.mood == Mood()
    assert mood.delivery("I'm so sad, I am in a hurry.", Prosody(0.5, -60.0), NIGHT) == Delivery(words=20)


def test_without_one_all_is_as_the_settings_say() -> None:
    steady = Steady()
    steady.took("I'm in a hurry.", None, NIGHT)
    assert steady.delivery("I'm in a hurry.", None, NIGHT) == Delivery()
