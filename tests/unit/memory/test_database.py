"""The file of the memory: the user's alone, brought to newer formats, refused, set aside, shared by processes."""

from __future__ import annotations

import logging
import os
import resource
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.unit.memory.life import BEGIN
from tests.unit.memory.traces import traces
from voiceos import stored
from voiceos.errors import NewerFormat, StorageError
from voiceos.memory import USER, Store, schema

PATH = stored.MEMORY


def names() -> list[str]:
    return sorted(path.name for path in PATH.path.parent.iterdir())


def turn(store: Store, said: str = "Hello") -> None:
    store.remember_turn(said, "", at=BEGIN, conversation="a")


def test_it_is_the_users_alone() -> None:
    old = os.umask(0)
    try:
        PATH.path.parent.mkdir(parents=True, mode=0o777)
        with Store() as store:
            turn(store)
            modes = {path.name: path.stat().st_mode & 0o777 for path in PATH.path.parent.iterdir()}
            assert modes == {"memory.db": 0o600, "memory.db-wal": 0o600, "memory.db-shm": 0o600}
            assert PATH.path.parent.stat().st_mode & 0o777 == 0o700
    finally:
        os.umask(old)
    assert names() == ["memory.db"]
    PATH.path.chmod(0o644)
    with Store() as store:
        turn(store)
        assert {path.stat().st_mode & 0o777 for path in PATH.path.parent.iterdir()} == {0o600}


def test_what_is_deleted_is_written_over() -> None:
    with Store() as store, store._database.outside_of_transactions() as database:
        settings = ("journal_mode", "secure_delete", "foreign_keys", "synchronous", "user_version")
        assert [database.execute(f"PRAGMA {name}").fetchone()[0] for name in settings] == ["wal", 1, 1, 2, PATH.version]


READER = """
from voiceos.bench.soaked import held
from voiceos.memory import Store
import os, sys
with Store() as store:
    store.episodes(limit=1)
    before_mb = held(os.getpid()).own_mb
    for number in range(1, int(sys.argv[1]) + 1):
        store.episode(number)
    print(held(os.getpid()).own_mb - before_mb)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="/proc tells what a process takes")
def test_reading_all_of_a_large_file_takes_little_memory() -> None:
    with Store() as store:
        for _ in range(200):
            turn(store, "word " * 4000)
    done = subprocess.run([sys.executable, "-c", READER, "200"], capture_output=True, text=True, check=True)
    assert float(done.stdout) < 1.0  # MB; with SQLite's own cache it is more than 2


ASKER = """
from voiceos.bench.soaked import held
from voiceos.memory import Store
import os
with Store() as store:
    def ask(many):
        store.candidates("hello", fact_numbers=range(many), episode_numbers=range(many), superseded=False, limit=5)
    ask(1)
    before_mb = held(os.getpid()).own_mb
    for many in range(1, 61):
        ask(many)
    print(held(os.getpid()).own_mb - before_mb)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="/proc tells what a process takes")
def test_asking_for_any_number_of_them_takes_little_memory() -> None:
    with Store() as store:
        turn(store)
    done = subprocess.run([sys.executable, "-c", ASKER], capture_output=True, text=True, check=True)
    assert float(done.stdout) < 0.4  # MB; with a statement for each count it is more than 1


def test_the_number_of_the_format_is_that_of_the_list() -> None:
    assert len(schema.STEPS) == schema.VERSION == PATH.version


def test_an_older_database_is_made_new_once_with_a_backup(monkeypatch: pytest.MonkeyPatch) -> None:
    with Store() as store:
        turn(store, "Long ago")
    monkeypatch.setattr(schema, "STEPS", (*schema.STEPS, "ALTER TABLE episodes ADD COLUMN mood TEXT;"))
    monkeypatch.setattr(schema, "VERSION", PATH.version + 1)
    for _ in range(2):
        with Store() as store:
            assert [episode.said for episode in store.episodes()] == ["Long ago"]
            with store._database.reading() as database:
                assert database.execute("SELECT mood FROM episodes").fetchall() == [(None,)]
        assert names() == ["memory.db", f"memory.db.bak-v{PATH.version}"]
    backup = PATH.path.with_name(f"memory.db.bak-v{PATH.version}")
    assert backup.stat().st_mode & 0o777 == 0o600
    old = sqlite3.connect(backup)
    assert old.execute("PRAGMA user_version").fetchone() == (PATH.version,)
    assert old.execute("SELECT said FROM episodes").fetchall() == [("Long ago",)]
    old.close()


def test_turns_of_the_first_format_are_still_to_be_gone_through(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as before:
        before.setattr(schema, "STEPS", schema.STEPS[:1])
        before.setattr(schema, "VERSION", 1)
        with Store() as store:
            turn(store, "I live in Hamburg.")
    with Store() as store:
        assert [episode.said for episode in store.undrawn()] == ["I live in Hamburg."]


def test_reminders_of_the_third_format_are_due_once(monkeypatch: pytest.MonkeyPatch) -> None:
    due = datetime(2026, 3, 4, 17, tzinfo=UTC)
    with monkeypatch.context() as before:
        before.setattr(schema, "STEPS", schema.STEPS[:3])
        before.setattr(schema, "VERSION", 3)
        with Store() as store, store._database.writing() as database:
            database.execute(
                "INSERT INTO facts (subject, relation, value, subject_key, relation_key, value_key, sentence, kind,"
                " since, since_offset, last, due, due_offset, source, weight, single) VALUES ('user', 'reminder',"
                " 'eat', 'user', 'reminder', 'eat', 'eat', 'commitment', 0, 0, 0, ?, 0, 'told', 1.0, 0)",
                (int(due.timestamp()),),
            )
    with Store() as store:
        (fact,) = store.facts_due(due + timedelta(days=1))
        assert (fact.due, fact.repeats) == (due, "")
        again = store.remember_fact("user", "reminder", "run", at=due, due=due, single=False, repeats="FREQ=DAILY")
        assert again.repeats == "FREQ=DAILY"
        later = due + timedelta(days=99)
        assert [one.value for one in store.facts_due(later, since=due + timedelta(days=9))] == ["run"]
        assert store.correct(again.id, "no longer run", at=due, due=False).repeats == ""
        assert store.facts_due(later, since=due + timedelta(days=9)) == []


def test_a_step_that_fails_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with Store() as store:
        turn(store)
    with monkeypatch.context() as later:
        later.setattr(schema, "STEPS", (*schema.STEPS, "ALTER TABLE episodes ADD COLUMN mood TEXT; SELECT nothing;"))
        later.setattr(schema, "VERSION", PATH.version + 1)
        with pytest.raises(sqlite3.OperationalError):
            Store().open()
    with Store() as store:
        assert len(store.episodes()) == 1
        turn(store)


def test_a_folder_that_is_read_only_is_called_so(tmp_path: Path) -> None:
    with Store(tmp_path / "state" / "memory.db") as store:
        turn(store)
    script = (
        f"mount --bind {tmp_path}/state {tmp_path}/state && mount -o remount,bind,ro {tmp_path}/state || exit 77; "
        f"{sys.executable} -c 'from pathlib import Path; from voiceos.memory import Store; "
        f'Store(Path("{tmp_path}/state/memory.db")).open()' + "'"
    )
    done = subprocess.run(
        ["unshare", "--map-root-user", "--mount", "sh", "-c", script], capture_output=True, text=True, check=False
    )
    if done.returncode in (77, 127) or "unshare" in done.stderr:
        pytest.skip("nothing can be mounted here")
    assert "its folder is read-only" in done.stderr


def test_a_newer_database_is_refused_and_left_as_it_is() -> None:
    with Store() as store:
        turn(store)
    newer = sqlite3.connect(PATH.path)
    newer.execute("PRAGMA user_version = 99")
    newer.close()
    before = PATH.path.read_bytes()
    with pytest.raises(NewerFormat, match=r"newer voiceos.*99") as refused:
        Store().open()
    assert str(PATH.path) in refused.value.hint
    assert PATH.path.read_bytes() == before
    assert names() == ["memory.db"]


@pytest.mark.parametrize("fault", ["no database", "cut short", "another program's", "page overwritten"])
def test_a_broken_database_is_set_aside_and_said(fault: str, caplog: pytest.LogCaptureFixture) -> None:
    with Store() as store:
        for _ in range(50):
            turn(store, "word " * 200)
    whole = PATH.path.read_bytes()
    match fault:
        case "no database":
            PATH.path.write_bytes(b"Dear diary, " * 500)
        case "cut short":
            PATH.path.write_bytes(whole[: len(whole) // 2 + 100])
        case "page overwritten":
            PATH.path.write_bytes(whole[:100] + b"\xff" * 8000 + whole[8100:])
        case "another program's":
            PATH.path.unlink()
            other = sqlite3.connect(PATH.path)
            other.execute("CREATE TABLE bookmarks (url TEXT)")
            other.close()
    broken = PATH.path.read_bytes()
    with caplog.at_level(logging.WARNING), Store() as store:
        assert store.set_aside == PATH.path.with_name("memory.db.broken")
        assert store.set_aside.read_bytes() == broken
        assert store.episodes() == []
        turn(store)
    assert "is broken; begun anew" in caplog.text
    with Store() as store:
        assert store.set_aside is None and len(store.episodes()) == 1
    assert names() == ["memory.db", "memory.db.broken"]


def test_a_second_broken_one_does_not_take_the_place_of_the_first() -> None:
    PATH.path.parent.mkdir(parents=True)
    for _ in range(2):
        PATH.path.write_bytes(b"nothing of use" * 100)
        Store().open().close()
    assert names() == ["memory.db", "memory.db.broken", "memory.db.broken.2"]


def test_a_fault_inside_is_found_by_looking() -> None:
    with Store() as store:
        for _ in range(50):
            turn(store, "word " * 200)
        assert store.faults() == []
        with store._database.writing() as database:
            database.execute("INSERT INTO episodes_fts (rowid, said, heard) VALUES (99, 'nobody', 'said')")
        assert store.faults() == ["episodes_fts does not fit"]


@pytest.mark.skipif(not Path("/sys").is_dir(), reason="needs a folder that not even root may write to")
def test_where_it_cannot_be_written_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", "/sys")
    with pytest.raises(StorageError, match="out of reach") as refused:
        Store().open()
    assert "ls -ld" in refused.value.hint


def test_a_write_that_fails_leaves_nothing_behind(store: Store) -> None:
    def fails() -> None:
        with store._database.writing() as database:
            database.execute("INSERT INTO notes VALUES ('half', 1)")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fails()
    with store._database.reading() as database:
        assert database.execute("SELECT count(*) FROM notes WHERE name = 'half'").fetchone() == (0,)
    turn(store)


WRITER = """
import sys
from datetime import UTC, datetime
from voiceos.memory import USER, Store
for number in range(25):
    with Store() as store:  # opened anew each time: also that must not be in another's way
        store.remember_turn(f"{sys.argv[1]} {number}", "", at=datetime.now(UTC), conversation=sys.argv[1])
        store.remember_fact(USER, "counts", "sheep", at=datetime.now(UTC))
"""


def test_processes_write_and_read_at_the_same_time() -> None:
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, name], stderr=subprocess.PIPE, text=True)
        for name in ("one", "other")
    ]
    with Store() as store:
        while any(writer.poll() is None for writer in writers):
            assert {fact.value for fact in store.facts()} <= {"sheep", "goats"}
            store.remember_fact(USER, "counts", "goats", at=BEGIN, single=False)
        for writer in writers:
            _, errors = writer.communicate()
            assert writer.returncode == 0, errors
        assert len(store.episodes(limit=1000)) == 50
        sheep = [fact for fact in store.facts(superseded=True) if fact.value == "sheep"]
        assert sum(fact.weight for fact in sheep) == 50


@contextmanager
def full_disk(bytes_more: int) -> Iterator[None]:
    """No file grows by more."""
    size = max(path.stat().st_size for path in PATH.path.parent.iterdir())
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + bytes_more, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_loses_nothing_and_is_said(store: Store) -> None:
    turn(store, "before")
    with full_disk(20_000):
        with pytest.raises(StorageError, match="out of reach") as refused:
            for _ in range(100):
                turn(store, "word " * 1000)
        assert "df -h" in refused.value.hint
        assert store.episodes()
        kept = len(store.episodes(limit=1000))
        with pytest.raises(StorageError):
            turn(store, "word " * 10_000)
    turn(store, "after")
    assert len(store.episodes(limit=1000)) == kept + 1
    assert store.faults() == []


def test_what_cannot_be_purged_for_want_of_room_is_made_up_for(store: Store) -> None:
    for _ in range(200):
        turn(store, "Rumpelstilz " * 100)
    with full_disk(0):
        done = store.forget(store.select_about("Rumpelstilz"))
    if done.lingering:
        store.close()
        store.open()
    assert traces("rumpelstilz") == []
