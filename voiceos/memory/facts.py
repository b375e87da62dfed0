"""Facts in the database: what takes the place of what, and when each was told."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from voiceos.memory import episodes, moments
from voiceos.memory.records import Fact, Kind, Source, Telling, plain
from voiceos.memory.terms import clean, folded

COLUMNS = """
f.id, f.subject, f.relation, f.value, f.sentence, f.kind, f.since, f.since_offset, f.last, f.due, f.due_offset,
(SELECT t.episode FROM tellings t WHERE t.fact = f.id ORDER BY t.at, t.id LIMIT 1),
f.source, f.weight, f.single, f.superseded_by, f.superseded_at, f.used, f.repeats
"""


@dataclass(frozen=True, slots=True)
class Told:
    """A fact as it is told. Text is cleaned; ValueError where nothing is left of subject, relation or value."""

    subject: str
    relation: str
    value: str
    sentence: str
    kind: Kind
    at: datetime
    single: bool
    due: datetime | None
    episode: int | None
    source: Source
    repeats: str = ""

    def __post_init__(self) -> None:
        for name in ("subject", "relation", "value"):
            text = clean(getattr(self, name))
            if not folded(text):
                raise ValueError(f"a fact without {name}")
            object.__setattr__(self, name, text)
        object.__setattr__(self, "sentence", clean(self.sentence) or plain(self.subject, self.relation, self.value))

    @property
    def keys(self) -> tuple[str, str, str]:
        """What is compared of subject, relation and value."""
        return folded(self.subject), folded(self.relation), folded(self.value)


def of_row(row: Sequence[object]) -> Fact:
    """Of what `COLUMNS` select."""
    (number, subject, relation, value, sentence, kind, since, since_offset, last, due, due_offset) = row[:11]
    (episode, source, weight, single, superseded_by, superseded_at, used, repeats) = row[11:]
    return Fact(
        id=cast(int, number),
        subject=str(subject),
        relation=str(relation),
        value=str(value),
        sentence=str(sentence),
        kind=Kind(str(kind)),
        since=moments.local(cast(int, since), cast(int, since_offset)),
        last=cast(datetime, moments.utc(cast(int, last))),
        due=None if due is None else moments.local(cast(int, due), cast(int, due_offset)),
        episode=cast("int | None", episode),
        source=Source(str(source)),
        weight=cast(float, weight),
        single=bool(single),
        superseded_by=cast("int | None", superseded_by),
        superseded_at=moments.utc(cast("int | None", superseded_at)),
        used=moments.utc(cast("int | None", used)),
        repeats=str(repeats),
    )


def get(database: sqlite3.Connection, number: int) -> Fact | None:
    row = database.execute(f"SELECT {COLUMNS} FROM facts f WHERE f.id = ?", (number,)).fetchone()  # noqa: S608
    return None if row is None else of_row(row)


def tell(database: sqlite3.Connection, told: Told, *, instead_of: int | None = None) -> Fact:
    """Add a fact, or weight to it where it is in force already; the newest of those that exclude each other is in
    force.

    Args:
        instead_of: a fact that it takes the place of in any case.
    """
    same = database.execute(
        "SELECT id FROM facts WHERE subject_key = ? AND relation_key = ? AND value_key = ? AND superseded_at IS NULL",
        told.keys,
    ).fetchone()
    if same is not None:
        number: int = same[0]
        _tell_again(database, number, told)
    else:
        number = insert(database, told)
    others: set[int] = set()
    if told.single:
        others = _others(database, told.keys)
    if instead_of is not None and instead_of != number:
        others.add(instead_of)
    _supersede(database, number, others, forced=instead_of)
    fact = get(database, number)
    assert fact is not None
    return fact


def insert(database: sqlite3.Connection, told: Told) -> int:
    """A new fact, whatever else is known; its number."""
    at, offset = moments.seconds(told.at), moments.offset_s(told.at)
    due = (None, None) if told.due is None else (moments.seconds(told.due), moments.offset_s(told.due))
    number: int = database.execute(
        "INSERT INTO facts (subject, relation, value, subject_key, relation_key, value_key, sentence, kind, since,"
        " since_offset, last, due, due_offset, source, weight, single, repeats)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1.0, ?, ?) RETURNING id",
        (
            *(told.subject, told.relation, told.value, *told.keys, told.sentence, told.kind, at, offset, at, *due),
            *(told.source, told.single, told.repeats),
        ),
    ).fetchone()[0]
    note_telling(database, number, told)
    return number


def note_telling(database: sqlite3.Connection, number: int, told: Told) -> bool:
    """False where it is known already that this episode tells it."""
    done = database.execute(
        "INSERT INTO tellings (fact, episode, at, utc_offset, sentence, source) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT DO NOTHING",
        (number, told.episode, moments.seconds(told.at), moments.offset_s(told.at), told.sentence, told.source),
    )
    return done.rowcount > 0


def _tell_again(database: sqlite3.Connection, number: int, told: Told) -> None:
    if note_telling(database, number, told):
        database.execute(
            "UPDATE facts SET weight = weight + 1, last = max(last, ?) WHERE id = ?", (moments.seconds(told.at), number)
        )
        told_first(database, number)
    if told.due is not None:
        database.execute(
            "UPDATE facts SET due = ?, due_offset = ?, repeats = ? WHERE id = ?",
            (moments.seconds(told.due), moments.offset_s(told.due), told.repeats, number),
        )


def told_first(database: sqlite3.Connection, number: int) -> None:
    """Its sentence, moment and source are those of its first telling."""
    database.execute(
        "UPDATE facts SET (since, since_offset, sentence, source) = (SELECT at, utc_offset, sentence, source"
        " FROM tellings WHERE fact = facts.id ORDER BY at, tellings.id LIMIT 1) WHERE id = ?",
        (number,),
    )


def _others(database: sqlite3.Connection, keys: tuple[str, str, str]) -> set[int]:
    """Facts in force with the same subject and relation, and another value."""
    rows = database.execute(
        "SELECT id FROM facts WHERE subject_key = ? AND relation_key = ? AND value_key <> ? AND superseded_at IS NULL",
        keys,
    ).fetchall()
    return {row[0] for row in rows}


def settle(database: sqlite3.Connection, number: int) -> None:
    """Of those that exclude each other, the one told last is in force: for facts that came in another way than told."""
    row = database.execute(
        "SELECT subject_key, relation_key, value_key FROM facts WHERE id = ? AND superseded_at IS NULL", (number,)
    ).fetchone()
    if row is not None:
        _supersede(database, number, _others(database, row), forced=None)


def _supersede(database: sqlite3.Connection, number: int, others: Iterable[int], *, forced: int | None) -> None:
    """The fact `number` takes the place of the others; or a newer one of them takes its, where conversations are gone
    through in another order than they were held."""
    last = database.execute("SELECT last FROM facts WHERE id = ?", (number,)).fetchone()[0]
    for other in others:
        (other_last,) = database.execute("SELECT last FROM facts WHERE id = ?", (other,)).fetchone()
        new, old, at = (number, other, last) if other == forced or other_last <= last else (other, number, other_last)
        database.execute(
            "UPDATE facts SET superseded_by = ?, superseded_at = ? WHERE id = ? AND superseded_at IS NULL",
            (new, at, old),
        )


def supersede(database: sqlite3.Connection, number: int, others: Iterable[int]) -> None:
    """Of two facts that exclude each other the one that was told last takes the place of the other."""
    _supersede(database, number, others, forced=None)


def in_force(
    database: sqlite3.Connection,
    *,
    subject: str | None = None,
    relation: str | None = None,
    kind: Kind | None = None,
    superseded: bool = False,
    limit: int,
) -> list[Fact]:
    """Heaviest first, then newest; those that were superseded last, if they are wanted."""
    conditions = [] if superseded else ["f.superseded_at IS NULL"]
    values: list[str] = []
    for column, value in (("subject_key", subject), ("relation_key", relation)):
        if value is not None:
            conditions.append(f"f.{column} = ?")
            values.append(folded(value))
    if kind is not None:
        conditions.append("f.kind = ?")
        values.append(kind)
    first = "f.superseded_at IS NOT NULL, f.superseded_at DESC, " if superseded else ""
    return _select(database, conditions, values, f"{first}f.weight DESC, f.last DESC, f.id DESC", limit)


def naming(database: sqlite3.Connection, name: str, limit: int) -> list[Fact]:
    """In force, of which `name` is the subject or the value; heaviest first."""
    key = folded(name)
    conditions = ["(f.subject_key = ? OR f.value_key = ?)", "f.superseded_at IS NULL"]
    return _select(database, conditions, [key, key], "f.weight DESC, f.last DESC, f.id DESC", limit)


def due(database: sqlite3.Connection, since: datetime | None, until: datetime, limit: int) -> list[Fact]:
    """In force and due from `since` on, before `until`, the next one first; of what is due again and again, all that
    has its first moment before `until`."""
    conditions = ["f.due < ?", "f.due IS NOT NULL", "f.superseded_at IS NULL"]
    values = [moments.seconds(until)]
    if since is not None:
        conditions.append("(f.due >= ? OR f.repeats <> '')")
        values.append(moments.seconds(since))
    return _select(database, conditions, values, "f.due, f.id", limit)


def _select(
    database: sqlite3.Connection, conditions: Sequence[str], values: Sequence[str | int], order: str, limit: int
) -> list[Fact]:
    where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
    rows = database.execute(
        f"SELECT {COLUMNS} FROM facts f {where} ORDER BY {order} LIMIT ?",  # noqa: S608 - columns of our own
        (*values, limit),
    ).fetchall()
    return [of_row(row) for row in rows]


def tellings(database: sqlite3.Connection, number: int) -> list[Telling]:
    """The first one first."""
    rows = database.execute(
        "SELECT at, utc_offset, sentence, source, episode FROM tellings WHERE fact = ? ORDER BY at, id", (number,)
    ).fetchall()
    return [
        Telling(
            number,
            moments.local(at, utc_offset),
            sentence,
            Source(source),
            None if episode is None else episodes.get(database, episode),
        )
        for at, utc_offset, sentence, source, episode in rows
    ]


def touch(database: sqlite3.Connection, numbers: Iterable[int], at: datetime) -> None:
    moment = moments.seconds(at)
    database.executemany("UPDATE facts SET used = ? WHERE id = ?", [(moment, number) for number in numbers])
