"""Forgetting, without a trace: first the rows, in one step, then every byte that they have left behind.

SQLite writes over what is deleted (`secure_delete`), yet the words stay in the segments of the full-text index until
they are merged, pages stay in the log of writes, and backups hold all of it. So the index is built anew, the file
rewritten, the log emptied, and copies of older formats and of broken files deleted. A note in the database says that
this is due until it is done: what was interrupted is made up for when the database is opened next.
"""

from __future__ import annotations

import logging
import math
import sqlite3
from dataclasses import dataclass

from voiceos.errors import StorageError
from voiceos.memory import facts, summaries, terms
from voiceos.memory.database import Database
from voiceos.memory.elsewhere import Sought
from voiceos.memory.numbers import AMONG, listed
from voiceos.memory.records import plain
from voiceos.memory.selection import Selection, retold

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How much is gone."""

    episodes: int = 0
    facts: int = 0
    """Superseded ones included."""
    copies: int = 0
    """Backups and broken files of the memory."""
    summaries: int = 0
    """Of days and weeks, and the profile, that stemmed from it or named it; they are made anew without it."""
    turns: int = 0
    """Records of turns that have lost their words."""
    recordings: int = 0
    """Recorded conversations, whole."""
    lingering: str = ""
    """Why something of it is still on the disk; empty where nothing is. In the memory's own file that is made up for
    when it is opened next."""


def forget(database: sqlite3.Connection, selection: Selection) -> tuple[int, int, int]:
    """Delete the rows; how many episodes, facts and summaries there were. The bytes are for `purge`."""
    short = summaries.let_go(database, selection)
    _let_go(database, selection)
    _close_gaps(database, selection)
    counts = []
    for name, numbers in (("episodes", selection.episodes), ("facts", selection.facts)):
        done = database.executemany(
            f"DELETE FROM {name} WHERE id = ?",  # noqa: S608 - names of our own
            ((number,) for number in sorted(numbers)),
        )
        counts.append(done.rowcount)
    note(database, erasure=True)
    return counts[0], counts[1], short


def sought(database: sqlite3.Connection, selection: Selection) -> Sought:
    """How to know what is forgotten, in other files."""
    said: set[str] = set()
    at: set[int] = set()
    found = database.execute(f"SELECT at, said FROM episodes WHERE id {AMONG}", (listed(selection.episodes),))  # noqa: S608
    for moment, text in found.fetchall():
        at.add(moment)
        said.add(text)
    since = -math.inf if selection.since is None else selection.since.timestamp()
    until = math.inf if selection.until is None else selection.until.timestamp()
    by_time = selection.everything or selection.since is not None or selection.until is not None
    return Sought(frozenset(said - {""}), tuple(sorted(at)), selection.query, (since, until) if by_time else None)


def note(database: sqlite3.Connection, *, erasure: bool) -> None:
    """There are bytes to be purged.

    Args:
        erasure: and what others hold of it is wrong now.
    """
    database.execute("UPDATE notes SET number = 1 WHERE name = 'purge_due'")
    if erasure:
        database.execute("UPDATE notes SET number = number + 1 WHERE name = 'erasures'")


def purge(database: Database) -> tuple[int, str]:
    """Leave no byte of what was forgotten, if that is due. How many copies were deleted, and why something is left,
    which is empty where nothing is. Raises StorageError where there is no room for it."""
    with database.alone(), database.outside_of_transactions() as writer:
        if not _due(writer):
            return 0, ""
        for name in ("episodes_fts", "facts_fts"):
            database.execute(writer, f"INSERT INTO {name} ({name}) VALUES ('rebuild')")  # noqa: S608 - names of our own
        database.execute(writer, "VACUUM")
        gone = 0
        for path in database.copies():
            path.unlink(missing_ok=True)
            gone += 1
        if not database.empty_log(writer):
            return gone, "another program reads the memory, and does not let go of it"
        database.execute(writer, "UPDATE notes SET number = 0 WHERE name = 'purge_due'")
        return gone, ""


def make_up(database: Database) -> None:
    """For what was interrupted; where it cannot be done now either, the log says so."""
    with database.reading() as reader:
        if not _due(reader):
            return
    try:
        _, left = purge(database)
    except StorageError as error:
        left = str(error)
    if left:
        log.warning("some bytes of what was forgotten are still in %s: %s", database.path, left)


def erasures(database: sqlite3.Connection) -> int:
    number: int = database.execute("SELECT number FROM notes WHERE name = 'erasures'").fetchone()[0]
    return number


def _due(database: sqlite3.Connection) -> bool:
    return bool(database.execute("SELECT number FROM notes WHERE name = 'purge_due'").fetchone()[0])


def _let_go(database: sqlite3.Connection, selection: Selection) -> None:
    """What stays, and was told in a turn that goes: told another time it stands by that; else it loses the turn, and
    the sentence too where that gives away what is forgotten."""
    going: dict[int, set[int]] = {}
    told = database.execute(f"SELECT id, fact FROM tellings WHERE episode {AMONG}", (listed(selection.episodes),))  # noqa: S608
    for telling, fact in told.fetchall():
        going.setdefault(fact, set()).add(telling)
    for telling, fact in retold(database, selection.query) if selection.query else ():
        going.setdefault(fact, set()).add(telling)
    for fact in going.keys() - selection.facts:
        every = {row[0] for row in database.execute("SELECT id FROM tellings WHERE fact = ?", (fact,)).fetchall()}
        if every > going[fact]:
            database.executemany("DELETE FROM tellings WHERE id = ?", [(telling,) for telling in going[fact]])
            database.execute(
                "UPDATE facts SET weight = max(1.0, weight - ?),"
                " last = (SELECT max(at) FROM tellings WHERE fact = facts.id) WHERE id = ?",
                (len(going[fact]), fact),
            )
        else:
            _keep_alone(database, fact, going[fact], selection)
        facts.told_first(database, fact)


def _keep_alone(database: sqlite3.Connection, fact: int, tellings: set[int], selection: Selection) -> None:
    subject, relation, value = database.execute(
        "SELECT subject, relation, value FROM facts WHERE id = ?", (fact,)
    ).fetchone()
    instead = plain(subject, relation, value)
    given_away = _words_of_values(database, selection) - set(terms.words(instead))
    for telling in tellings:
        episode, sentence = database.execute(
            "SELECT episode, sentence FROM tellings WHERE id = ?", (telling,)
        ).fetchone()
        tells = given_away & set(terms.words(sentence)) or (
            selection.query and terms.matching([sentence], selection.query)
        )
        database.execute(
            "UPDATE tellings SET episode = ?, sentence = ? WHERE id = ?",
            (None if episode in selection.episodes else episode, instead if tells else sentence, telling),
        )


def _words_of_values(database: sqlite3.Connection, selection: Selection) -> set[str]:
    return {
        word
        for fact in selection.facts
        for (value,) in database.execute("SELECT value FROM facts WHERE id = ?", (fact,)).fetchall()
        for word in terms.words(value)
    }


def _close_gaps(database: sqlite3.Connection, selection: Selection) -> None:
    """What was superseded by what goes is superseded by what came after that, if anything did. Else it is in force
    again where the other is as never said, and stays superseded, by nobody, where it is forgotten."""
    for fact in selection.facts:
        rows = database.execute("SELECT id FROM facts WHERE superseded_by = ?", (fact,)).fetchall()
        for (number,) in rows:
            if number in selection.facts:
                continue
            after = _after(database, fact, selection)
            database.execute("UPDATE facts SET superseded_by = ? WHERE id = ?", (after, number))
            if after is None and selection.undone and _in_force(database, fact, selection):
                database.execute("UPDATE facts SET superseded_at = NULL WHERE id = ?", (number,))


def _after(database: sqlite3.Connection, fact: int, selection: Selection) -> int | None:
    after: int | None = fact
    while after is not None and after in selection.facts:
        (after,) = database.execute("SELECT superseded_by FROM facts WHERE id = ?", (after,)).fetchone()
    return after


def _in_force(database: sqlite3.Connection, fact: int, selection: Selection) -> bool:
    """The last of the chain that goes is in force, so that what it took the place of may be again."""
    last = fact
    while True:
        after, superseded_at = database.execute(
            "SELECT superseded_by, superseded_at FROM facts WHERE id = ?", (last,)
        ).fetchone()
        if after is None or after not in selection.facts:
            return superseded_at is None
        last = after
