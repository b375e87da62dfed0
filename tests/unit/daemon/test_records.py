"""The times of the last turns: bounded, the user's alone, without words."""

from __future__ import annotations

import asyncio
import json
import logging
from datetime import UTC, datetime
from pathlib import Path

import pytest

from voiceos import events as ev
from voiceos import files, log, stored
from voiceos.clock import ManualClock
from voiceos.config.model import Records as Section
from voiceos.daemon import records
from voiceos.daemon.recording import keepers, place
from voiceos.daemon.records import Records, last
from voiceos.trace import Trace
from voiceos.turn_taking.state import Phase, State

CLOCK = ManualClock(datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))
SECRET = "my grandmother's maiden name"


def trace(turn: int) -> Trace:
    return Trace(turn, {"end_of_speech": 1.0, "pause": 1.25, "first_sound": 2.0})


async def keep(turns: range, most: int) -> None:
    async with Records(most, CLOCK) as part:
        for turn in turns:
            heard = State(Phase.PAUSED, turn=turn)
            part.stepped(ev.Transcribed(1.0, turn, 1, ev.Words(SECRET)), heard, heard)
            part.answered(trace(turn))
            part.stepped(ev.PlaybackFinished(3.0, turn), State(turn=turn, replying=turn), State(turn=turn))


async def test_a_turn_is_a_line_of_times() -> None:
    await keep(range(1, 2), 10)
    assert last(5) == [
        {
            "version": 1,
            "at": "2026-01-02T03:04:05+00:00",
            "turn": 1,
            "latency_ms": 1000,
            "stages_ms": {"end_of_speech": 0, "pause": 250, "first_sound": 1000},
        }
    ]
    path = stored.RECORDS.path
    assert path.stat().st_mode & 0o777 == 0o600
    assert SECRET not in path.read_text()


async def test_words_are_kept_only_where_the_log_may_have_them() -> None:
    log.setup("DEBUG", show_speech=True)
    try:
        await keep(range(1, 2), 10)
    finally:
        log.setup("WARNING")
        logging.getLogger("voiceos").propagate = True
    assert last(1)[0]["heard"] == SECRET


async def test_there_are_never_more_than_were_asked_for() -> None:
    for start in range(1, 60, 7):
        await keep(range(start, start + 7), 10)
        kept = [record["turn"] for record in last(100)]
        assert 5 <= len(kept) <= 10
        assert kept == list(range(start + 7 - len(kept), start + 7))
    assert len(list(stored.RECORDS.path.parent.iterdir())) == 2


async def test_lines_that_are_broken_or_of_another_format_are_left_out() -> None:
    await keep(range(1, 4), 10)
    path = stored.RECORDS.path
    with path.open("a") as file:
        file.write('not JSON\n[]\n{"version": 2, "turn": 9}\n{"version": 1, "tu')
    assert [record["turn"] for record in last(10)] == [1, 2, 3]
    assert files.mend_lines(path)
    assert not files.mend_lines(path)
    await keep(range(4, 5), 100)
    assert [record["turn"] for record in last(10)] == [1, 2, 3, 4]


async def test_a_disk_that_takes_nothing_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    stored.RECORDS.path.mkdir(parents=True)
    with caplog.at_level(logging.ERROR):
        await keep(range(1, 20), 10)
    assert caplog.text.count("can no longer be written") == 1


async def test_turns_are_kept_again_once_the_disk_takes_them() -> None:
    stored.RECORDS.path.mkdir(parents=True)

    def turn(number: int) -> None:
        part.answered(trace(number))
        part.stepped(ev.PlaybackFinished(3.0, number), State(turn=number, replying=number), State(turn=number))

    async with Records(10, CLOCK) as part, asyncio.timeout(20):
        turn(1)
        while not part.degraded():  # noqa: ASYNC110 - the disk tells of nothing
            await asyncio.sleep(0.01)
        (told,) = part.degraded()
        assert told.what == "The last turns' times are not written down: Is a directory."
        stored.RECORDS.path.rmdir()
        turn(2)
        while part.degraded():  # noqa: ASYNC110 - likewise
            await asyncio.sleep(0.01)
        turn(3)
    assert [record["turn"] for record in last(10)] == [2, 3]


async def test_where_none_are_wanted_those_that_were_kept_are_deleted() -> None:
    await keep(range(1, 20), 10)
    assert list(keepers(Section(turns=0), lambda sentence: None)) == []
    assert last(10) == []
    assert not stored.RECORDS.path.with_name(stored.RECORDS.name + stored.OLDER).exists()
    records.remove()


def test_ten_recordings_are_kept() -> None:
    for number in range(14):
        path = place(CLOCK)
        Path(path).write_text(json.dumps(number))
        path.with_suffix(".wav").write_text("")
        CLOCK.advance(1)
    kept = sorted(stored.RECORDINGS.path.glob("*.jsonl"))
    assert [int(path.read_text()) for path in kept] == list(range(4, 14))
    assert len(list(stored.RECORDINGS.path.glob("*.wav"))) == 10
