"""Episodes in the database: what was said, and what was heard of the answer."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime

from voiceos.memory import moments
from voiceos.memory.records import Episode
from voiceos.memory.terms import clean

COLUMNS = "id, at, utc_offset, conversation, said, heard, cut_off"


def of_row(row: Sequence[object]) -> Episode:
    """Of what `COLUMNS` select."""
    number, at, utc_offset, conversation, said, heard, cut_off = row
    assert isinstance(number, int) and isinstance(at, int) and isinstance(utc_offset, int)
    return Episode(number, moments.local(at, utc_offset), str(conversation), str(said), str(heard), bool(cut_off))


def add(
    database: sqlite3.Connection, said: str, heard: str, *, at: datetime, conversation: str, cut_off: bool
) -> Episode:
    """ValueError where there is no word in it."""
    said, heard = clean(said), clean(heard)
    if not said and not heard:
        raise ValueError("an episode without a word")
    number = database.execute(
        "INSERT INTO episodes (at, utc_offset, conversation, said, heard, cut_off) VALUES (?, ?, ?, ?, ?, ?)",
        (moments.seconds(at), moments.offset_s(at), clean(conversation), said, heard, cut_off),
    ).lastrowid
    episode = get(database, number or 0)
    assert episode is not None
    return episode


def get(database: sqlite3.Connection, number: int) -> Episode | None:
    row = database.execute(f"SELECT {COLUMNS} FROM episodes WHERE id = ?", (number,)).fetchone()  # noqa: S608
    return None if row is None else of_row(row)


def between(
    database: sqlite3.Connection,
    since: datetime | None,
    until: datetime | None,
    conversation: str | None,
    limit: int,
) -> list[Episode]:
    """Newest first."""
    conditions, values = span(since, until)
    if conversation is not None:
        conditions.append("conversation = ?")
        values.append(conversation)
    where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
    rows = database.execute(
        f"SELECT {COLUMNS} FROM episodes {where} ORDER BY at DESC, id DESC LIMIT ?",  # noqa: S608
        (*values, limit),
    ).fetchall()
    return [of_row(row) for row in rows]


def span(since: datetime | None, until: datetime | None, column: str = "at") -> tuple[list[str], list[int | str]]:
    """Conditions, and their values: from `since` on, before `until`."""
    conditions: list[str] = []
    values: list[int | str] = []
    if since is not None:
        conditions.append(f"{column} >= ?")
        values.append(moments.seconds(since))
    if until is not None:
        conditions.append(f"{column} < ?")
        values.append(moments.seconds(until))
    return conditions, values


def delete_before(database: sqlite3.Connection, moment: datetime) -> int:
    """How many there were."""
    return database.execute("DELETE FROM episodes WHERE at < ?", (moments.seconds(moment),)).rowcount
