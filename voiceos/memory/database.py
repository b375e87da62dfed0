"""The file of the memory: opened, brought to the newest format, set aside where it is broken, and its errors in words.

Two connections: one reads while the other writes, purges or waits for another process. Any number of processes may have
the file open (write-ahead log).
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from voiceos.errors import NewerFormat, StorageError
from voiceos.files import free_name
from voiceos.memory import schema

log = logging.getLogger(__name__)

BUSY_S = 10.0
"""How long a write waits for that of another process."""

LOOK_MS = 3
"""Between two looks whether the other has let go. SQLite's own grow to 100, and whoever writes without end lets go for
less: forgetting, which needs the file to itself several times, found no such moment in ten seconds."""

CACHE_KB = 256
"""Of pages that each connection keeps. SQLite's own 2 MB fill over hours, in memory that the system's cache of files
holds as well; recall takes as long with either (`voiceos bench recall`)."""

COPIES = (".bak-*", ".broken*", ".newer*")
"""Ends of the names of what was put beside it: before a new format, as broken, by hand as `NewerFormat` advises."""

BESIDE = ("-wal", "-shm")
"""What SQLite keeps beside the file while it is open."""

_BROKEN = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})

_SAYS = {
    sqlite3.SQLITE_BUSY: "another program has it in use and does not let go of it",
    sqlite3.SQLITE_LOCKED: "another program has it in use and does not let go of it",
    sqlite3.SQLITE_FULL: "there is no room left on the disk",
    sqlite3.SQLITE_IOERR: "the disk does not read or write it",
    sqlite3.SQLITE_READONLY: "it may not be written to",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened",
    sqlite3.SQLITE_CORRUPT: "it is broken",
    sqlite3.SQLITE_NOTADB: "it is broken",
}


class Database:
    """Opened by `open`, from then on usable from any thread.

    Args:
        path: of the file, which is made where there is none.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.set_aside: Path | None = None
        """Where the file lies that was found broken as it was opened."""
        self._reader: sqlite3.Connection | None = None
        self._writer: sqlite3.Connection | None = None
        self._reads = threading.RLock()
        self._writes = threading.RLock()

    def open(self) -> None:
        """Raises StorageError, and NewerFormat for the file of a newer voiceos, which is not touched."""
        with self._in_words():
            self._make_folder()
            with self.alone():
                try:
                    self._writer = self._made_new()
                except sqlite3.DatabaseError as error:
                    if _code(error) not in _BROKEN:
                        raise
                    self._put_aside()
                    self._writer = self._made_new()
                try:
                    self._writer.execute(f"PRAGMA busy_timeout = {LOOK_MS}")
                    for path in (self.path, *beside(self.path)):
                        _only_the_owners(path)
                    self._reader = self._connect()
                    self._reader.execute("PRAGMA query_only = ON")
                except BaseException:
                    self.close()
                    raise

    def close(self) -> None:
        """The log of writes is taken into the file by whoever closes it last."""
        with self._reads, self._writes:
            for connection in (self._reader, self._writer):
                if connection is not None:
                    connection.close()
            self._reader = self._writer = None

    @contextlib.contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """All that is read in it is of one moment. Raises StorageError."""
        with self._reads, self._in_words():
            assert self._reader is not None, "it is not open"
            self._reader.execute("BEGIN")
            try:
                yield self._reader
            finally:
                self._reader.rollback()

    @contextlib.contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """All that is written in it, or nothing; on the disk once it ends. Raises StorageError."""
        with self.outside_of_transactions() as writer:
            self.execute(writer, "BEGIN IMMEDIATE")
            try:
                yield writer
            except BaseException:
                writer.rollback()
                raise
            writer.execute("COMMIT")

    @contextlib.contextmanager
    def outside_of_transactions(self) -> Iterator[sqlite3.Connection]:
        """For what SQLite does on the whole file. Raises StorageError."""
        with self._writes, self._in_words():
            assert self._writer is not None, "it is not open"
            yield self._writer

    def execute(self, writer: sqlite3.Connection, statement: str) -> sqlite3.Cursor:
        """A statement that takes the lock of writes. sqlite3.OperationalError where others keep it for `BUSY_S`."""
        until = time.monotonic() + BUSY_S
        while True:
            try:
                return writer.execute(statement)
            except sqlite3.OperationalError as error:
                if _code(error) != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                    raise

    def empty_log(self, writer: sqlite3.Connection) -> bool:
        """Cut the log of writes to nothing; False where others keep it for `BUSY_S`."""
        until = time.monotonic() + BUSY_S
        while writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
            if time.monotonic() > until:
                return False
        return True

    def changes(self) -> int:
        """A number that is another after anything was written, by whomever. Raises StorageError."""
        with self._reads, self._in_words():
            assert self._reader is not None, "it is not open"
            number: int = self._reader.execute("PRAGMA data_version").fetchone()[0]
            return number

    def faults(self) -> list[str]:
        """What SQLite finds wrong in the file, and in the full-text indexes. Raises StorageError."""
        with self.writing() as database:
            found = [str(row[0]) for row in database.execute("PRAGMA integrity_check(5)").fetchall()]
            for name in ("episodes_fts", "facts_fts"):
                try:
                    database.execute(f"INSERT INTO {name} ({name}, rank) VALUES ('integrity-check', 1)")  # noqa: S608
                except sqlite3.DatabaseError as error:
                    if _code(error) not in _BROKEN:
                        raise
                    found.append(f"{name} does not fit")
        return [fault for fault in found if fault != "ok"]

    def copies(self, *, since: datetime | None = None) -> list[Path]:
        """Backups of older formats, and files that were broken: they hold what was forgotten since.

        Args:
            since: without those that were last written before it. Raises OSError.
        """
        paths = sorted(path for end in COPIES for path in self.path.parent.glob(self.path.name + end))
        return [path for path in paths if since is None or path.stat().st_mtime >= since.timestamp()]

    def size_bytes(self) -> int:
        return sum(path.stat().st_size for path in (self.path, *beside(self.path)) if path.exists())

    def _make_folder(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _only_the_owners(self.path.parent)

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else makes the file or changes its format meanwhile."""
        handle = os.open(self.path.parent, os.O_RDONLY)
        try:
            with contextlib.suppress(OSError):  # a file system without locks
                fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
        for pragma in ("foreign_keys = ON", "secure_delete = ON", "synchronous = FULL", f"cache_size = -{CACHE_KB}"):
            connection.execute(f"PRAGMA {pragma}")
        return connection

    def _made_new(self) -> sqlite3.Connection:
        """A connection to a file of this format. sqlite3.DatabaseError where it is broken."""
        if not self.path.exists():
            os.close(os.open(self.path, os.O_WRONLY | os.O_CREAT, 0o600))
        connection = self._connect()
        try:
            self._bring_up(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _bring_up(self, connection: sqlite3.Connection) -> None:
        version = _number(connection, "user_version")
        if empty := not connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]:
            version = 0
        elif _number(connection, "application_id") != schema.APPLICATION:
            raise _broken("a database of another program")
        if version > schema.VERSION:
            raise NewerFormat(
                f"{self.path} was written by a newer voiceos: format {version}, this one reads up to {schema.VERSION}.",
                hint=f"Update voiceos. Or begin anew: mv {self.path} {self.path}.newer",
            )
        connection.execute("PRAGMA journal_mode = WAL")
        if version < schema.VERSION:
            backup = None if empty else self._backup(connection, version)
            self._migrate(connection, version)
            if backup is not None:
                log.info("%s brought to format %d; the old one is in %s", self.path, schema.VERSION, backup.name)
        for name in ("episodes", "facts", "tellings", "embeddings", "notes"):
            connection.execute(f"SELECT 1 FROM {name} LIMIT 1").fetchone()  # noqa: S608 - names of our own

    def _backup(self, connection: sqlite3.Connection, version: int) -> Path:
        path = free_name(self.path.with_name(f"{self.path.name}.bak-v{version}"))
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        copy = sqlite3.connect(path)
        try:
            connection.backup(copy)
        finally:
            copy.close()
        return path

    def _migrate(self, connection: sqlite3.Connection, version: int) -> None:
        """The steps from `version` on, all or none."""
        script = "".join(schema.STEPS[version:])
        head = f"PRAGMA application_id = {schema.APPLICATION}; PRAGMA user_version = {schema.VERSION};"
        try:
            connection.executescript(f"BEGIN IMMEDIATE; {script} {head} COMMIT;")
        except BaseException:
            connection.rollback()
            raise

    def _put_aside(self) -> None:
        aside = free_name(self.path.with_name(self.path.name + ".broken"))
        self.path.replace(aside)
        log_of_writes, index = beside(self.path)
        index.unlink(missing_ok=True)
        if log_of_writes.exists() and log_of_writes.stat().st_size:
            log_of_writes.replace(aside.with_name(aside.name + BESIDE[0]))
        else:
            log_of_writes.unlink(missing_ok=True)
        self.set_aside = aside
        log.warning("%s is broken; begun anew, and the old one kept as %s", self.path, aside.name)

    @contextlib.contextmanager
    def _in_words(self) -> Iterator[None]:
        """SQLite's own text is left out: it may quote what was said."""
        try:
            yield
        except sqlite3.Error as error:
            code = _code(error)
            if code not in _SAYS:
                raise
            says = _SAYS[code]
            if code in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY) and self._is_read_only():
                says = "its folder is read-only, and even to be read it has to be written to"
            raise StorageError(f"The memory {self.path} is out of reach: {says}.", hint=self._hint(code)) from error
        except OSError as error:
            raise StorageError(
                f"The memory {self.path} is out of reach: {error.strerror}.", hint=self._hint(sqlite3.SQLITE_IOERR)
            ) from error

    def _hint(self, code: int) -> str:
        if code in _BROKEN:
            aside = free_name(self.path.with_name(self.path.name + ".broken"))
            return f"Begin anew, and keep it: mv {self.path} {aside}"
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return f"Try again. See who has it: fuser {self.path}"
        if self._is_read_only():
            return f"Look at: findmnt -T {self.path.parent}; ls -ld {self.path.parent} {self.path}"
        return f"Look at: df -h {self.path.parent}; ls -ld {self.path.parent} {self.path}"

    def _is_read_only(self) -> bool:
        return self.path.parent.exists() and not os.access(self.path.parent, os.W_OK)


def beside(path: Path) -> list[Path]:
    return [path.with_name(path.name + suffix) for suffix in BESIDE]


def _code(error: sqlite3.Error) -> int:
    """The primary code; 0 where the error is Python's own."""
    code: int = getattr(error, "sqlite_errorcode", 0)
    return code & 0xFF


def _broken(why: str) -> sqlite3.DatabaseError:
    error = sqlite3.DatabaseError(why)
    error.sqlite_errorcode = sqlite3.SQLITE_NOTADB
    return error


def _number(connection: sqlite3.Connection, pragma: str) -> int:
    number: int = connection.execute(f"PRAGMA {pragma}").fetchone()[0]
    return number


def _only_the_owners(path: Path) -> None:
    """Nobody else reads it, whatever made it."""
    with contextlib.suppress(FileNotFoundError):
        mode = path.stat().st_mode & 0o777
        if mode & 0o077:
            path.chmod(mode & 0o700)
