"""What else holds words is reached by forgetting: records of turns, recorded conversations."""

from __future__ import annotations

import json
import os
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.unit.memory.life import BEGIN, day
from tests.unit.memory.traces import traces
from voiceos import events as ev
from voiceos import stored
from voiceos.daemon import records
from voiceos.memory import USER, Store
from voiceos.turn_taking import recording


def record(*turns: tuple[datetime, str], older: bool = False) -> Path:
    path = stored.RECORDS.path.with_name(stored.RECORDS.name + (stored.OLDER if older else ""))
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [
        json.dumps(
            {"version": 1, "at": at.isoformat("T", "seconds"), "turn": number, "latency_ms": 400, "heard": heard}
        )
        for number, (at, heard) in enumerate(turns)
    ]
    path.write_text("".join(f"{line}\n" for line in lines))
    return path


def recorded(began: datetime, words: str, *, minutes: float = 5) -> Path:
    """A conversation as `records.conversations` keeps it, with its sound."""
    folder = stored.RECORDINGS.path
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{began.astimezone():%Y-%m-%d-%H%M%S}.jsonl"
    heard = ev.Transcribed(1.0, 1, 1, ev.Words(words))
    path.write_text('{"recording": 1}\n' + recording.decision(heard, []) + '{"cut sh')
    path.with_suffix(".wav").write_bytes(b"RIFF")
    ended = (began + timedelta(minutes=minutes)).timestamp()
    for one in (path, path.with_suffix(".wav")):
        os.utime(one, (ended, ended))
    return path


def test_records_of_turns_lose_the_words_and_keep_the_times(store: Store) -> None:
    path = record((BEGIN, "I met Rumpelstilz."), (day(1), "It rains."), (day(2), "Rumpelstilz's house burned down."))
    record((day(-1), "Who is Rumpelstilz?"), older=True)
    store.remember_turn("I met Rumpelstilz.", "Oh.", at=BEGIN, conversation="a")
    done = store.forget(store.select_about("Rumpelstilz"))
    assert (done.turns, done.recordings, done.lingering) == (3, 0, "")
    assert traces("rumpelstilz", "rumpelstilz") == []
    assert [turn.get("heard") for turn in records.last(10)] == [None, None, "It rains.", None]
    assert all(turn["latency_ms"] == 400 for turn in records.last(10))
    assert path.stat().st_mode & 0o777 == 0o644, "as it was"


def test_the_words_of_a_turn_that_told_a_fact_go_whatever_they_are(store: Store) -> None:
    record((day(3), "She lives in Wuppertal."), (day(3), "So what?"))
    turn = store.remember_turn("She lives in Wuppertal.", "Ah.", at=BEGIN, conversation="a")
    fact = store.remember_fact("sister", "lives_in", "Wuppertal", at=BEGIN, episode=turn.id)
    assert store.forget(store.select_fact(fact.id)).turns == 1
    assert traces("wuppertal") == []


def test_a_span_of_time_reaches_what_was_never_remembered(store: Store) -> None:
    record((day(0.5), "Yesterday."), (day(1.5), "Today."))
    yesterday, today = recorded(day(0.5), "Yesterday."), recorded(day(1.5), "Today.")
    done = store.forget(store.select_between(day(1), None))
    assert (done.turns, done.recordings, done.episodes) == (1, 1, 0)
    assert yesterday.exists() and not today.exists() and not today.with_suffix(".wav").exists()


@pytest.mark.parametrize(
    ("began", "words", "gone"),
    [
        (day(0) - timedelta(minutes=2), "Something else was recognised.", True),
        (day(5), "Where does Rumpelstilz live?", True),
        (day(5), "It rains.", False),
    ],
)
def test_a_recording_of_it_goes_whole(store: Store, began: datetime, words: str, gone: bool) -> None:
    path = recorded(began, words)
    store.remember_turn("I met Rumpelstilz.", "Oh.", at=BEGIN, conversation="a")
    assert store.forget(store.select_about("Rumpelstilz")).recordings == int(gone)
    assert path.exists() is path.with_suffix(".wav").exists() is not gone


def test_a_recording_of_unknown_beginning_is_taken_to_hold_all_before_its_end(store: Store) -> None:
    path = recorded(day(1), "It rains.")
    renamed = path.rename(path.with_name("mine.jsonl"))
    store.remember_turn("I met Rumpelstilz.", "Oh.", at=BEGIN, conversation="a")
    store.forget(store.select_about("Rumpelstilz"))
    assert not renamed.exists()


def test_everything_is_everything(store: Store) -> None:
    record((BEGIN, "Hello."))
    recorded(day(3), "Hello.")
    store.remember_fact(USER, "likes", "tea", at=BEGIN)
    done = store.forget(store.select_everything())
    assert (done.turns, done.recordings, done.facts) == (1, 1, 1)
    assert traces("hello") == []


def test_what_cannot_be_reached_is_said(store: Store) -> None:
    record((BEGIN, "I met Rumpelstilz.")).unlink()
    stored.RECORDINGS.path.mkdir()
    path = stored.RECORDINGS.path / "2026-03-01-090000.jsonl"
    path.write_text("Rumpelstilz")
    path.with_suffix(".wav").mkdir()
    store.remember_turn("I met Rumpelstilz.", "Oh.", at=BEGIN, conversation="a")
    done = store.forget(store.select_about("Rumpelstilz"))
    assert done.episodes == 1 and str(path.with_suffix(".wav")) in done.lingering
