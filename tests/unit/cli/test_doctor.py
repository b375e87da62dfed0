"""What the doctor makes of the sound it played, and of who else uses the microphone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from voiceos import stored
from voiceos.audio.echo import Echo
from voiceos.audio.frames import RATE_HZ, Samples
from voiceos.bench.room import echo_of, hear
from voiceos.cli.doctor import Finding, check_calls, chirps, echo_told, findings
from voiceos.clock import SystemClock
from voiceos.memory import Store as Memory

WAYS_S = (0.02, 0.22, 0.12, 0.3)


def played() -> Samples:
    return np.concatenate((chirps(RATE_HZ), np.zeros(2 * RATE_HZ, np.float32)))


def room() -> Samples:
    tail = np.random.default_rng(3).normal(0.0, 0.08, 6400) * np.exp(-np.arange(6400) / 350)
    tail[0] = 1.0
    return tail.astype(np.float32)


def from_everywhere() -> Samples:
    """An echo that comes from here and from there in turns, sooner than anything could adapt to."""
    ways = [echo_of(played(), room(), level_db=0.0, delay_s=delay_s) for delay_s in WAYS_S]
    turns = np.arange(len(played())) // round(0.1 * RATE_HZ) % len(ways)
    return np.choose(turns, ways).astype(np.float32)


@pytest.mark.parametrize(
    ("response", "user", "mark", "text"),
    [
        (None, None, "ok", "as with a headset"),
        (room(), None, "ok", "of it is removed"),
        (None, from_everywhere(), "note", "which is too little"),
    ],
    ids=["a headset", "a loudspeaker", "an echo that cannot be removed"],
)
def test_what_it_plays_is_enough_to_tell_whether_it_hears_itself(
    response: Samples | None, user: Samples | None, mark: str, text: str
) -> None:
    found = echo_told(hear(played(), user, response=response, attentive=False).echo)
    assert (found.mark, text in found.text) == (mark, True), found.text


def test_what_could_not_be_told_is_no_headset() -> None:
    found = echo_told(None)
    assert found.mark == "note"
    assert "headset" not in found.text
    assert found.hint


def test_little_that_is_removed_is_enough_where_the_program_finds_it_so() -> None:
    assert echo_told(Echo(True, 0.03, 4.0, enough=True)).mark == "ok"
    assert echo_told(Echo(True, 0.03, 9.0, enough=False)).mark == "note"


async def test_without_a_sound_server_calls_are_not_noticed_and_what_to_do_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PULSE_SERVER", f"unix:{tmp_path}/nobody")
    found = await check_calls()
    assert found.mark == "note"
    assert "calls are not noticed: " in found.text
    assert "audio.hold_during_calls false" in found.hint


def test_what_a_newer_voiceos_has_stored_is_a_finding_and_no_end(tmp_path: Path) -> None:
    stored.PAUSES.path.parent.mkdir(parents=True)
    stored.PAUSES.path.write_text('{"version": 9}')
    (tmp_path / "config.toml").write_text("version = 1\n")
    for finding in findings(tmp_path / "config.toml"):
        if finding.what == "pauses":
            assert finding.mark == "bad"
            assert "newer voiceos" in finding.text
            return
    raise AssertionError("nothing was said of the pauses")


def test_the_memory_is_looked_through(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("version = 1\n")

    def found() -> Finding:
        return next(finding for finding in findings(tmp_path / "config.toml") if finding.what == "memory")

    assert (found().mark, found().text) == ("ok", "nothing is remembered yet")
    with Memory() as memory:
        memory.remember_turn("Hello", "", at=SystemClock().now(), conversation="a")
    assert found().mark == "ok" and "0 facts, 1 turns" in found().text and "whole" in found().text
    with Memory() as memory, memory._database.writing() as database:
        database.execute("INSERT INTO episodes_fts (rowid, said, heard) VALUES (99, 'nobody', 'said')")
    assert found().mark == "bad" and "damaged" in found().text and "memory export" in found().hint
    stored.MEMORY.path.write_bytes(b"no database" * 100)
    assert (aside := found()).mark == "bad" and "memory.db.broken" in aside.text
