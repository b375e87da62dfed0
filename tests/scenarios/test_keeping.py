"""A daemon over damaged files that records itself while its settings change."""

from __future__ import annotations

from pathlib import Path

from tests.scenarios.house import House
from voiceos import stored
from voiceos.daemon.records import last
from voiceos.turn_taking.recording import replay

RECORDS = "\n[records]\nconversations = true\n"


async def test_it_says_what_was_damaged_and_that_it_records_and_can_be_decided_again(tmp_path: Path) -> None:
    stored.PAUSES.path.parent.mkdir(parents=True)
    stored.PAUSES.path.write_text('{"inner": 1')
    async with House(tmp_path, text=RECORDS) as house:
        await house.announced("damaged")
        await house.announced("recording")
        await house.live.conductor.wait_idle()
        await house.say("hello there my friend")
        await house.answered()
        await house.changed(turn_taking__unjudged_silence_ms=1500)
        await house.say("hello there my friend")
        await house.answered()
    assert stored.PAUSES.path.with_name("pauses.json.broken").read_text() == '{"inner": 1'
    (recording,) = stored.RECORDINGS.path.glob("*.jsonl")
    assert recording.stat().st_mode & 0o777 == 0o600
    lines = recording.read_text().splitlines(keepends=True)
    assert any('"policy"' in line for line in lines[1:]), "no setting changed what it decides by"
    done = replay(lines)
    assert done.difference is None, done.difference
    assert done.events > 100
    answered = [record for record in last(20) if record.get("latency_ms")]
    assert len(answered) == 2
    assert not recording.with_suffix(".wav").exists()


async def test_nothing_is_recorded_unless_it_is_asked_for(tmp_path: Path) -> None:
    async with House(tmp_path, text="\n[records]\nturns = 0\n") as house:
        await house.say("hello there my friend")
        await house.answered()
    assert not stored.RECORDINGS.path.exists()
    assert not stored.RECORDS.path.exists()
