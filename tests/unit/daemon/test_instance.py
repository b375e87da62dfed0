"""One assistant a user, and where it is found."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from voiceos.daemon import instance, places
from voiceos.errors import AlreadyRunning, AudioError, DaemonError


def test_a_second_one_is_told_who_runs_and_the_next_may_run() -> None:
    with instance.claim() as first:
        with pytest.raises(AlreadyRunning, match=rf"process {os.getpid()}, since \d\d:\d\d"), instance.claim():
            pass
        assert instance.running() == first
    assert instance.running() is None
    with instance.claim():
        pass


def test_one_that_was_killed_is_in_nobodys_way() -> None:
    script = "import os; from voiceos.daemon import instance; held = instance.claim(); held.__enter__(); os._exit(9)"
    subprocess.run([sys.executable, "-c", script], check=False)
    assert instance.running() is not None
    with instance.claim() as mine:
        assert mine.pid == os.getpid()
        assert mine.after_kill


def test_one_that_met_a_bug_is_told_of_by_the_next_and_one_that_ended_with_a_known_error_is_not() -> None:
    for error, told in ((RuntimeError("a bug"), True), (AudioError("no microphone"), False), (SystemExit(0), False)):
        with pytest.raises(type(error)), instance.claim():
            raise error
        with instance.claim() as mine:
            assert mine.after_kill is told


def test_a_second_run_says_who_runs_and_exits_with_8_before_it_reads_any_settings(tmp_path: Path) -> None:
    broken = tmp_path / "config.toml"
    broken.write_text("[audio]\nvolume = 7\n")
    with instance.claim():
        done = subprocess.run(
            [sys.executable, "-m", "voiceos", "run", "--config", str(broken)],
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 8
    assert f"voiceos runs already: process {os.getpid()}, since" in done.stderr


def test_the_folder_is_nobody_elses() -> None:
    folder = places.make_runtime_folder()
    assert folder == Path(os.environ["XDG_RUNTIME_DIR"]) / "voiceos"
    assert folder.stat().st_mode & 0o777 == 0o700
    folder.chmod(0o755)
    assert places.make_runtime_folder().stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("named", [None, "", "not/absolute"])
def test_without_a_session_there_is_a_folder_of_the_users_own(
    named: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("XDG_RUNTIME_DIR")
    if named is not None:
        monkeypatch.setenv("XDG_RUNTIME_DIR", named)
    folder = places.runtime_folder()
    assert folder.is_absolute()
    assert str(os.getuid()) in str(folder)


def test_a_folder_that_somebody_else_put_there_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "theirs").mkdir()
    (tmp_path / "voiceos").symlink_to(tmp_path / "theirs")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    with pytest.raises(DaemonError, match="no folder of yours"):
        places.make_runtime_folder()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "missing"))
    with pytest.raises(DaemonError, match="cannot be made"):
        places.make_runtime_folder()
