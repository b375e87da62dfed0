"""What the measured conversation says, and what is made of what came of it."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from voiceos.bench import conversation_turns as turns
from voiceos.bench.conversation_report import Outcome, figures, median_waterfalls, same_words, table
from voiceos.bench.recordings import speech_dir
from voiceos.errors import ConfigError
from voiceos.thinking.intents import SentenceMatcher
from voiceos.trace import STAGES


def test_the_same_seed_says_the_same() -> None:
    assert turns.plan(7, None) == turns.plan(7, None)
    assert turns.plan(7, None) != turns.plan(8, None)


def test_another_seed_says_the_same_sentences_in_another_order() -> None:
    def said(seed: int) -> list[tuple[str, str]]:
        return sorted((one.kind, one.text) for one in turns.plan(seed, None))

    assert said(1) == said(2)
    assert turns.plan(1, None)[0] == turns.plan(2, None)[0]  # the cold turn is always the same


def test_there_are_turns_enough_without_any_recording() -> None:
    planned = turns.plan(1, None)
    assert sum(one.answered for one in planned) >= 60
    assert not any(one.file for one in planned)


def test_recordings_join_where_they_are(tmp_path: Path) -> None:
    (tmp_path / "turns").mkdir()
    (tmp_path / f"turns/{turns.SPONTANEOUS[0]}.flac").touch()
    assert [one.kind for one in turns.plan(1, tmp_path) if one.file] == ["natural"]


def test_the_recordings_that_are_named_are_there() -> None:
    try:
        speech = speech_dir()
    except ConfigError as error:
        pytest.skip(f"{error}; {error.hint}")
    names = [one.file for one in turns.plan(1, speech) if one.file]
    assert len(names) == 1 + len(turns.COMMANDS) + len(turns.SPONTANEOUS) + 6 + len(turns.KNOCKS) + len(turns.NO_TURN)


@pytest.mark.parametrize("text", turns.INTENTS)
def test_wishes_need_no_language_model(text: str) -> None:
    assert SentenceMatcher("en", "Ada").match(text) is not None


def test_pauses_are_as_long_as_pauses_are() -> None:
    paused = [one.pause_s for one in turns.plan(1, None) if one.kind == "paused"]
    assert len(paused) == 24
    assert all(turns.PAUSES_S[0] <= pause <= turns.PAUSES_S[1] for pause in paused)


DONE = (
    Outcome("question", "a", True, 1.5, heard="What is it?", reread="what is it", waterfall={"commit": 900}),
    Outcome("question", "b", True, 0.5, heard="Six cats.", reread="6 cats", waterfall={"commit": 300}),
    Outcome("intent", "c", True, 0.4, heard="Time.", reread="What time?", waterfall={"commit": 350}),
    Outcome("paused", "d", True, None, cut_in=True, heard="d", reread="d"),
    Outcome("paused", "e", True, 1.0, early_commit=True),
    Outcome("paused", "f", False),
    Outcome("barge-in", "g", True, 0.6, silent_s=0.12, heard="g", reread="g"),
    Outcome("barge-in", "h", True, 0.6, heard="h", reread="h"),
    Outcome("mm-hm", "i", False, false_stop=True),
    Outcome("cough", "j", False, false_stop=False),
    Outcome("noise", "k", True),
    Outcome("noise", "l", False),
)


def test_figures() -> None:
    found = figures(DONE)
    assert (found["turns"], found["answered"], found["missed"], found["asked_again"]) == (8, 7, 1, 1)
    assert found["cold_ms"] == 1500
    assert found["p50_ms"] == pytest.approx(600)
    assert (found["paused"], found["cut_ins"], found["early_commits"]) == (3, 1, 2)
    assert (found["over_replies"], found["false_stops"]) == (2, 1)
    assert (found["barge_ins"], found["silent_p50_ms"]) == (1, pytest.approx(120))
    assert (found["noises"], found["answers_to_noise"]) == (2, 1)
    assert found["reread"] == 6
    assert found["unchanged_share"] == pytest.approx(5 / 6)
    assert found["first_word_share"] == pytest.approx(5 / 6)
    assert list(found["kinds"]) == ["question", "intent", "paused", "barge-in"]
    assert found["kinds"]["intent"]["p50_ms"] == pytest.approx(400)


def test_nothing_came_of_nothing() -> None:
    found = figures([])
    assert found["turns"] == 0
    assert math.isnan(found["p50_ms"])
    assert math.isnan(found["unchanged_share"])
    assert table(found)


def test_a_table_stands_beside_an_earlier_one_that_knew_less() -> None:
    now = figures(DONE)
    lines = table(now, {"p50_ms": 1200.0, "kinds": {"question": {"p50_ms": 1300.0}}}).splitlines()
    assert next(line for line in lines if "p50, ms" in line).split()[-2:] == ["600", "1200"]
    assert next(line for line in lines if line.startswith("missed")).split() == ["missed", "1", "–"]
    assert next(line for line in lines if line.startswith("question")).split()[-1] == "1300"


@pytest.mark.parametrize(
    ("heard", "reread", "same"),
    [
        ("Hello there!", "hello, there", True),
        ("At 5.", "at five", True),
        ("It's me", "its me", True),
        ("a", "b", False),
    ],
)
def test_spelling_changes_no_transcript(heard: str, reread: str, same: bool) -> None:
    assert same_words(heard, reread) is same


def test_waterfalls_are_medians_by_kind() -> None:
    assert median_waterfalls(DONE, STAGES) == {"question": {"commit": 600.0}, "intent": {"commit": 350.0}}
