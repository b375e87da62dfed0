"""What is kept of a user's habits."""

from __future__ import annotations

import asyncio
import json
import logging

import pytest

from voiceos import files, habits
from voiceos.errors import StorageError
from voiceos.turn_taking.pauses import PauseProfile

LEARNED = PauseProfile(inner=13.4, ends=7.25, excess_s=9.9)
KNOWN = PauseProfile(inner=12.5, ends=7.25, excess_s=9.0)


def test_what_is_kept_is_there_again_and_the_users_alone() -> None:
    assert habits.load_pauses() == PauseProfile()
    habits.keep_pauses(KNOWN)
    assert habits.load_pauses() == KNOWN
    path = files.state_file(habits.PAUSES)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert [one.name for one in path.parent.iterdir()] == ["pauses.json"]
    kept = json.loads(path.read_text())
    assert kept.pop("version") == 1
    assert all(isinstance(number, float) for number in kept.values())


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe\x00",
        b"[]",
        b'{"inner": 1',
        b'{"inner": "many"}',
        b'{"inner": null}',
        b'{"inner": [1]}',
        b'{"words": 1}',
        b'{"inner": -3}',
        b'{"inner": 1e400}',
        b'{"inner": NaN}',
        b'{"inner": 1' + b"0" * 400 + b"}",
        b"[" * 100_000,
    ],
)
def test_a_broken_or_foreign_file_is_set_aside_and_said(content: bytes, caplog: pytest.LogCaptureFixture) -> None:
    path = files.state_file(habits.PAUSES)
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    with caplog.at_level(logging.WARNING):
        assert habits.load_pauses() == PauseProfile()
    assert "broken" in caplog.text
    assert path.with_name("pauses.json.broken").read_bytes() == content
    habits.keep_pauses(KNOWN)
    assert habits.load_pauses() == KNOWN


def test_a_file_that_cannot_be_read_stops_nothing_and_stays(caplog: pytest.LogCaptureFixture) -> None:
    path = files.state_file(habits.PAUSES)
    path.mkdir(parents=True)
    with caplog.at_level(logging.WARNING):
        assert habits.load_pauses() == PauseProfile()
    assert "going on without it" in caplog.text
    assert path.is_dir()


def test_a_folder_that_cannot_be_written_is_a_storage_error() -> None:
    folder = files.state_file(habits.PAUSES).parent
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.write_text("no folder")
    with pytest.raises(StorageError, match="cannot be written"):
        habits.keep_pauses(KNOWN)


async def test_only_what_was_learned_is_written() -> None:
    path = files.state_file(habits.PAUSES)
    keeper = habits.PauseKeeper(KNOWN)
    await keeper.keep(KNOWN)
    assert not path.exists()
    await keeper.keep(LEARNED)
    assert habits.load_pauses() == LEARNED
    path.unlink()
    await keeper.keep(LEARNED)
    assert not path.exists()


async def test_however_many_are_to_be_kept_at_once_the_newest_stays() -> None:
    keeper = habits.PauseKeeper(PauseProfile())
    profiles = [PauseProfile(inner=float(number)) for number in range(1, 30)]
    await asyncio.gather(*(keeper.keep(profile) for profile in profiles))
    assert habits.load_pauses() == profiles[-1]


async def test_what_could_not_be_written_is_tried_again() -> None:
    folder = files.state_file(habits.PAUSES).parent
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.write_text("no folder")
    keeper = habits.PauseKeeper(KNOWN)
    with pytest.raises(StorageError):
        await keeper.keep(LEARNED)
    folder.unlink()
    await keeper.keep(LEARNED)
    assert habits.load_pauses() == LEARNED


def test_what_is_known_is_told_in_a_line() -> None:
    assert "nothing is known" in habits.pauses_told(PauseProfile())
    assert "times as long" in habits.pauses_told(KNOWN)
