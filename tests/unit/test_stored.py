"""What is stored survives upgrades, refuses downgrades, and is never half-written."""

from __future__ import annotations

import errno
import json
import logging
import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from voiceos import config, files, habits, stored
from voiceos.config.edit import set_value
from voiceos.engines import llama_cpp, tuned
from voiceos.errors import ConfigError, NewerFormat, StorageError
from voiceos.languages import Phrases
from voiceos.repair import repair
from voiceos.turn_taking.pauses import PauseProfile

KNOWN = PauseProfile(inner=12.5, ends=7.25, excess_s=9.0)
OLD = {"inner": 12.5, "ends": 7.25, "excess_s": 9.0}
"""As version 0 wrote it."""


def write(kept: stored.Stored, content: Any) -> Path:
    kept.path.parent.mkdir(parents=True, exist_ok=True)
    kept.path.write_text(json.dumps(content))
    return kept.path


def test_each_file_has_a_step_from_every_older_format() -> None:
    for one in stored.EVERYTHING:
        if one.place == "state" and one.name.endswith(".json"):
            assert len(one.steps) == one.version, one.name
    assert stored.SETTINGS.version == config.VERSION
    assert llama_cpp._MAGIC.endswith(b" %d\n" % stored.LANE.version)


def test_an_older_file_is_made_new_once_with_a_backup() -> None:
    path = write(stored.PAUSES, OLD)
    assert habits.load_pauses() == KNOWN
    assert json.loads(path.read_text()) == {"version": 1} | OLD
    backup = path.with_name("pauses.json.bak-v0")
    assert json.loads(backup.read_text()) == OLD
    assert backup.stat().st_mode & 0o777 == 0o600
    assert habits.load_pauses() == KNOWN
    assert len(list(path.parent.iterdir())) == 2


def test_a_chain_of_steps_is_gone_through(monkeypatch: pytest.MonkeyPatch) -> None:
    def halves(content: dict[str, Any]) -> dict[str, Any]:
        return {name: number / 2 for name, number in content.items()}

    later = replace(stored.PAUSES, version=3, steps=(*stored.PAUSES.steps, halves, halves))
    monkeypatch.setattr(stored, "EVERYTHING", (later,))
    path = write(later, {"version": 1} | OLD)
    assert habits.load_pauses().inner == KNOWN.inner / 4
    assert json.loads(path.read_text())["version"] == 3
    assert path.with_name("pauses.json.bak-v1").exists()


@pytest.mark.parametrize(
    ("kept", "use"),
    [
        (stored.PAUSES, habits.load_pauses),
        (stored.TUNED, tuned.load),
        (stored.TUNED, lambda: tuned.keep([tuned.Tuned("m", "stt", "e", "n", 2)])),
        (stored.PAUSES, repair),
    ],
)
def test_a_newer_file_is_refused_and_left_as_it_is(kept: stored.Stored, use: Any) -> None:
    path = write(kept, {"version": 2, "something": "else"})
    before = path.read_bytes()
    with pytest.raises(NewerFormat, match=r"newer voiceos.*2") as refused:
        use()
    assert path.read_bytes() == before
    assert [one.name for one in path.parent.iterdir()] == [path.name]
    assert str(path) in refused.value.hint
    assert "newer" in Phrases("en").text(refused.value.spoken)


def test_newer_settings_are_refused_in_the_same_words(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("version = 99\n[future]\nthing = 1\n")
    with pytest.raises(ConfigError, match="newer voiceos") as refused:
        config.load(path, environ={})
    assert refused.value.spoken == NewerFormat.spoken
    with pytest.raises(ConfigError, match="newer voiceos"):
        set_value(path, "audio.volume", 0.5)
    assert path.read_text() == "version = 99\n[future]\nthing = 1\n"


def test_what_is_not_listed_is_not_stored() -> None:
    with pytest.raises(KeyError, match="lists all that is kept"):
        files.remember("diary.json", {})


@contextmanager
def full_disk() -> Iterator[None]:
    """Nothing more can be written; the system says so as of a disk without room."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_on_a_full_disk_everything_stays_as_it_was(tmp_path: Path) -> None:
    settings = tmp_path / "config.toml"
    set_value(settings, "audio.volume", 0.5)
    habits.keep_pauses(KNOWN)
    before = {path: path.read_bytes() for path in (settings, stored.PAUSES.path)}
    with full_disk():
        with pytest.raises(OSError) as full:
            (tmp_path / "more").write_bytes(b"x")
        assert full.value.errno in (errno.EFBIG, errno.ENOSPC)
        for attempt in (
            lambda: set_value(settings, "audio.volume", 0.9),
            lambda: habits.keep_pauses(PauseProfile()),
            lambda: tuned.keep([tuned.Tuned("m", "stt", "e", "n", 2)]),
        ):
            with pytest.raises(StorageError, match="cannot be written"):
                attempt()
        assert habits.load_pauses() == KNOWN
    assert {path: path.read_bytes() for path in before} == before
    assert sorted(path.name for path in stored.PAUSES.path.parent.iterdir()) == ["pauses.json"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["config.toml", "more"]


@pytest.mark.skipif(not Path("/sys").is_dir(), reason="needs a folder that not even root may write to")
def test_a_home_that_cannot_be_written_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", "/sys")
    assert habits.load_pauses() == PauseProfile()
    assert tuned.load() == []
    assert [one for one in repair() if one.lost] == []
    with pytest.raises(StorageError, match="cannot be written"):
        habits.keep_pauses(KNOWN)


def test_start_up_mends_what_a_crash_has_left_and_says_so(caplog: pytest.LogCaptureFixture) -> None:
    habits.keep_pauses(KNOWN)
    folder = stored.PAUSES.path.parent
    (folder / ".pauses.json.a1b2c3d4").write_text('{"inner": 1')
    (folder / ".tune.json.zzzz____").write_text("")
    (folder / "notes of mine.txt").write_text("x")
    write(stored.TUNED, {"version": 1, "results": "half of th"})
    with caplog.at_level(logging.WARNING):
        mended = repair()
    assert [one.lost for one in mended] == [False, False, True]
    assert "pauses.json" in mended[0].what and "tune.json" in mended[2].what
    assert sorted(path.name for path in folder.iterdir()) == ["notes of mine.txt", "pauses.json", "tune.json.broken"]
    assert habits.load_pauses() == KNOWN
    assert repair() == []


def test_a_broken_memory_is_told_at_start_up() -> None:
    assert repair() == [] and not stored.MEMORY.path.exists(), "it is not made where there is none"
    stored.MEMORY.path.parent.mkdir(parents=True, exist_ok=True)
    stored.MEMORY.path.write_bytes(b"no database" * 100)
    (mended,) = repair()
    assert mended.lost and "does not know you any more" in mended.what
    assert repair() == []


def test_what_is_being_written_is_no_leftover(tmp_path: Path) -> None:
    path = tmp_path / "file"
    handle, unfinished = files._begin(path)
    with os.fdopen(handle, "wb"):
        assert files.sweep(tmp_path, "file") == 0
        assert unfinished.exists()
    assert files.sweep(tmp_path, "file") == 1
