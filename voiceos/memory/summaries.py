"""Days, weeks and the user in short, in the database: from what each was made, and what goes with what is forgotten.

A summary knows its sources: a day its turns, a week its days, a profile its facts. It stays no longer than these.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta

from voiceos.memory import episodes, moments, terms
from voiceos.memory.numbers import AMONG, listed
from voiceos.memory.records import Episode, Scope, Summary
from voiceos.memory.selection import Selection

COLUMNS = """
s.id, s.scope, s.begins, s.ends, s.text, s.written, s.written_offset,
EXISTS (
    SELECT 1 FROM summary_facts t JOIN facts f ON f.id = t.fact WHERE t.summary = s.id AND f.superseded_at IS NOT NULL
)
"""

LOCAL_DAY = "date(at + utc_offset, 'unixepoch')"
"""Of a turn, by the clock on the wall as it was then."""

ZONES = timedelta(hours=15)
"""No clock on a wall is farther from UTC."""


def monday(day: date) -> date:
    """Of its week."""
    return day - timedelta(days=day.weekday())


def shares(there: Mapping[date, int], most: int) -> dict[date, int]:
    """How many sentences of each day are told, of those there are: each has one before any has two, and the newest
    have more where not all have room."""
    shares = dict.fromkeys(there, 0)
    while sum(shares.values()) < min(most, sum(there.values())):
        for day in sorted(there, reverse=True):
            if shares[day] < there[day] and sum(shares.values()) < most:
                shares[day] += 1
    return shares


def telling(database: sqlite3.Connection, turns: Sequence[int]) -> frozenset[int]:
    """Those of some turns that told a fact."""
    told = f"SELECT DISTINCT episode FROM tellings WHERE episode {AMONG}"  # noqa: S608
    return frozenset(row[0] for row in database.execute(told, (listed(turns),)).fetchall())


def add(
    database: sqlite3.Connection,
    scope: Scope,
    begins: date,
    ends: date,
    text: str,
    at: datetime,
    turns: Sequence[int],
    days: Sequence[int],
    known: Sequence[int],
) -> Summary:
    """In the place of what there is of that span; of a day its week goes too, which is to be made anew."""
    _delete(database, {one.id for one in of_span(database, scope, begins)})
    number = database.execute(
        "INSERT INTO summaries (scope, begins, ends, text, written, written_offset) VALUES (?, ?, ?, ?, ?, ?)",
        (scope, begins.isoformat(), ends.isoformat(), text, moments.seconds(at), moments.offset_s(at)),
    ).lastrowid
    database.executemany("UPDATE episodes SET summary = ? WHERE id = ?", [(number, turn) for turn in turns])
    database.executemany("UPDATE summaries SET week = ? WHERE id = ?", [(number, day) for day in days])
    database.executemany("INSERT INTO summary_facts VALUES (?, ?)", [(number, fact) for fact in known])
    return select(database, "s.id = ?", (number,))[0]


def let_go(database: sqlite3.Connection, chosen: Selection) -> int:
    """Delete what stems from what is forgotten, or names it; how many there were. Before the turns and facts go."""
    return _delete(database, stemming_from(database, chosen))


def let_go_before(database: sqlite3.Connection, moment: datetime) -> int:
    """Delete what stems from turns before a moment, before these go."""
    rows = database.execute(
        "SELECT DISTINCT summary FROM episodes WHERE at < ? AND summary IS NOT NULL", (moments.seconds(moment),)
    ).fetchall()
    numbers = {row[0] for row in rows}
    return _delete(database, numbers | _profiles(database)) if numbers else 0


def stemming_from(database: sqlite3.Connection, chosen: Selection) -> set[int]:
    """Whatever is forgotten, the profile goes: its sentences put together what was told at many times."""
    if chosen.everything:
        return {row[0] for row in database.execute("SELECT id FROM summaries").fetchall()}
    of_them = f"SELECT DISTINCT summary FROM episodes WHERE id {AMONG} AND summary IS NOT NULL"  # noqa: S608
    found = {row[0] for row in database.execute(of_them, (listed(chosen.episodes),)).fetchall()}
    if chosen.query:
        every = database.execute("SELECT id, text FROM summaries").fetchall()
        found |= {every[place][0] for place in terms.matching((text for _, text in every), chosen.query)}
    return _with_weeks(database, found) | (_profiles(database) if chosen or found else set())


def _profiles(database: sqlite3.Connection) -> set[int]:
    return {row[0] for row in database.execute("SELECT id FROM summaries WHERE scope = ?", (Scope.PROFILE,)).fetchall()}


def _with_weeks(database: sqlite3.Connection, numbers: set[int]) -> set[int]:
    """With the weeks that were made of them."""
    return numbers | {
        row[0]
        for number in numbers
        for row in database.execute(
            "SELECT week FROM summaries WHERE id = ? AND week IS NOT NULL", (number,)
        ).fetchall()
    }


def _delete(database: sqlite3.Connection, numbers: set[int]) -> int:
    gone = _with_weeks(database, numbers)
    database.executemany("DELETE FROM summaries WHERE id = ?", [(number,) for number in sorted(gone)])
    return len(gone)


def of_span(database: sqlite3.Connection, scope: Scope, begins: date) -> list[Summary]:
    """One, or none; a profile is one, whenever it was written."""
    if scope is Scope.PROFILE:
        return select(database, "s.scope = ?", (scope,))
    return select(database, "s.scope = ? AND s.begins = ?", (scope, begins.isoformat()))


def turns_on(database: sqlite3.Connection, day: date) -> list[Episode]:
    noon = datetime.combine(day, time(), UTC)
    span = (moments.seconds(noon - ZONES), moments.seconds(noon + timedelta(days=1) + ZONES))
    rows = database.execute(
        f"SELECT {episodes.COLUMNS} FROM episodes WHERE at BETWEEN ? AND ? AND said <> '' AND {LOCAL_DAY} = ?"  # noqa: S608
        " ORDER BY at, id",
        (*span, day.isoformat()),
    ).fetchall()
    return [episodes.of_row(row) for row in rows]


def between(database: sqlite3.Connection, scope: Scope, since: date, until: date) -> list[Summary]:
    condition = "s.scope = ? AND s.begins >= ? AND s.begins < ? ORDER BY s.begins"
    return select(database, condition, (scope, since.isoformat(), until.isoformat()))


def select(database: sqlite3.Connection, condition: str, values: Sequence[object]) -> list[Summary]:
    rows = database.execute(f"SELECT {COLUMNS} FROM summaries s WHERE {condition}", tuple(values)).fetchall()  # noqa: S608
    return [_of_row(row) for row in rows]


def _of_row(row: Sequence[object]) -> Summary:
    number, scope, begins, ends, text, written, offset, outdated = row
    assert isinstance(number, int) and isinstance(written, int) and isinstance(offset, int)
    return Summary(
        number,
        Scope(str(scope)),
        date.fromisoformat(str(begins)),
        date.fromisoformat(str(ends)),
        tuple(line for line in str(text).split("\n") if line),
        moments.local(written, offset),
        bool(outdated),
    )
