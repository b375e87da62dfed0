"""Vectors of what is remembered, for who searches by meaning: kept here, compared elsewhere."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

What = Literal["episode", "fact"]

UNIT = 1e-3
"""How far from 1 the length of a vector may be."""


@dataclass(frozen=True, slots=True)
class Unread:
    """Something that has no vector of a model yet."""

    what: What
    id: int
    text: str
    """To be embedded: of an episode what the user said, as a reply beside it hides that, and what was heard where they
    said nothing; of a fact the sentence."""


@dataclass(frozen=True, slots=True)
class Vector:
    what: What
    id: int
    vector: npt.NDArray[np.float32]
    """Shape (dimensions,), of length 1."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Vectors in the order in which they came."""

    rows: npt.NDArray[np.int64]
    """Shape (n,), ascending; the last is what to ask for next time."""
    facts: npt.NDArray[np.bool_]
    """Shape (n,): of a fact, not of an episode."""
    ids: npt.NDArray[np.int64]
    """Shape (n,), of the facts and episodes."""
    vectors: npt.NDArray[np.float32]
    """Shape (n, dimensions); (0, 0) where there are none."""


class Queue:
    """What has no vector of `model` yet. Remembers up to which turn all have one: looking again costs nothing."""

    def __init__(self, model: str) -> None:
        self._model = model
        self._done = 0

    def next(self, database: sqlite3.Connection, limit: int) -> list[Unread]:
        """Facts first; of each the newest first."""
        found = self._of(database, "fact", "sentence", 0, limit)
        room = limit - len(found)
        turns = self._of(database, "episode", "iif(said = '', heard, said)", self._done, room)
        if len(turns) < room:
            (newest,) = database.execute("SELECT coalesce(max(id), 0) FROM episodes").fetchone()
            self._done = turns[-1].id - 1 if turns else newest
        return found + turns

    def _of(self, database: sqlite3.Connection, what: What, text: str, behind: int, limit: int) -> list[Unread]:
        rows = database.execute(
            f"""
            SELECT id, {text} FROM {what}s one WHERE id > ? AND NOT EXISTS (
                SELECT 1 FROM embeddings WHERE embeddings.{what} = one.id AND model = ?
            ) ORDER BY id DESC LIMIT ?
            """,  # noqa: S608 - names of our own
            (behind, self._model, limit),
        ).fetchall()
        return [Unread(what, number, sentence) for number, sentence in rows]


def add(database: sqlite3.Connection, model: str, vectors: Iterable[Vector]) -> int:
    """How many are new; what has one already, or was forgotten meanwhile, is passed over. ValueError for a vector that
    is not of length 1."""
    added = 0
    for one in vectors:
        vector = np.ascontiguousarray(one.vector, dtype="<f4")
        if vector.ndim != 1 or not abs(float(np.linalg.norm(vector)) - 1) <= UNIT:
            raise ValueError("a vector that is not of length 1")
        added += database.execute(
            f"INSERT INTO embeddings (model, {one.what}, vector) SELECT ?, id, ? FROM {one.what}s WHERE id = ?"  # noqa: S608
            " ON CONFLICT DO NOTHING",
            (model, vector.tobytes(), one.id),
        ).rowcount
    return added


def since(database: sqlite3.Connection, model: str, row: int, limit: int) -> Batch:
    """Those of a model behind `row`, at most `limit`."""
    rows = database.execute(
        "SELECT id, episode, fact, vector FROM embeddings WHERE id > ? AND model = ? ORDER BY id LIMIT ?",
        (row, model, limit),
    ).fetchall()
    blobs = b"".join(one[3] for one in rows)
    return Batch(
        rows=np.array([one[0] for one in rows], np.int64),
        facts=np.array([one[2] is not None for one in rows], np.bool_),
        ids=np.array([one[1] if one[2] is None else one[2] for one in rows], np.int64),
        vectors=np.frombuffer(blobs, "<f4").astype(np.float32).reshape(len(rows), -1 if rows else 0),
    )
