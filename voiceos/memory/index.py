"""The vectors of the store, held in memory to be searched: they follow what is written to it, by whatever process."""

from __future__ import annotations

from voiceos.memory.neighbours import Neighbours
from voiceos.memory.store import Store
from voiceos.memory.vectors import What

BATCH = 1000
"""Vectors that are read at a time: some 10 ms."""


class VectorIndex:
    """For one thread at a time.

    Args:
        model: whose vectors; those of others cannot be compared with them.
    """

    def __init__(self, store: Store, model: str) -> None:
        self._store = store
        self._model = model
        self._row = 0
        self._version: int | None = None
        self._erasures: int | None = None
        self.neighbours = Neighbours()

    def follow(self, *, most: int | None = None) -> bool:
        """Take in what the store has since got, and let go of what it has forgotten; whether that is all.

        Args:
            most: so many vectors now, and the others at another call; what was forgotten goes at once in any case.

        Raises StorageError.
        """
        version = self._store.version
        if version == self._version:
            return True
        erasures = self._store.erasures
        if erasures != self._erasures:
            if self._erasures is not None:
                held = {
                    key_of("fact" if fact else "episode", int(one)) for fact, one in self._store.embedded(self._model)
                }
                self.neighbours.remove(set(self.neighbours.keys().tolist()) - held)
            self._erasures = erasures
        left = most
        while left is None or left > 0:
            limit = BATCH if left is None else min(BATCH, left)
            batch = self._store.vectors_since(self._row, self._model, limit=limit)
            if len(batch.rows):
                keys = (batch.ids * 2 + batch.facts).tolist()
                self.neighbours.put(keys, batch.vectors)
                self._row = int(batch.rows[-1])
            if len(batch.rows) < limit:
                self._version = version
                return True
            left = None if left is None else left - limit
        return False


def key_of(what: What, number: int) -> int:
    """One number for a fact or an episode."""
    return number * 2 + (what == "fact")


def of_key(key: int) -> tuple[What, int]:
    return ("fact" if key % 2 else "episode"), key // 2
