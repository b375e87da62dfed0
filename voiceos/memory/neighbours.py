"""Which vectors lie nearest to one, among a hundred thousand, on one core in a millisecond or two.

Each vector is kept twice: as its signs, one bit a dimension, and as whole numbers of 8 bits with a scale. The signs of
all are compared (how many differ tells the angle, more or less), and only the nearest by these are compared in full. So
a search reads 5 MB and then some rows, where one of all rows would read 40 MB, or 150 in float32.

Vectors of everyday talk all lean one way, which hides what sets them apart. They are compared as seen from their
centre: that finds more, by meaning and by signs (docs/decisions/0028-recall.md has the figures).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from voiceos.memory.ports import Vectors

SHORTLIST = 2000
"""So many are compared in full; `voiceos bench recall` prints how many of the ten nearest are among them."""

CENTRE_AFTER = 100
"""So many vectors that lie at zero are taken into the centre: a few memories tell little of where it is."""

_WORD_BITS = 64
_FIRST_ROOM = 1024
_CHUNK = 4096
_FULL = 127
_LEAST = 1e-6

Rows = npt.NDArray[np.intp]


class Neighbours:
    """Unit vectors by whole numbers that tell what they are of. For one thread at a time.

    Args:
        dimensions: of each; a multiple of 64.
    """

    def __init__(self, dimensions: int = 384) -> None:
        if dimensions % _WORD_BITS:
            raise ValueError(f"{dimensions} dimensions are no multiple of {_WORD_BITS}")
        self._dimensions = dimensions
        self._rows: dict[int, int] = {}
        self._keys: npt.NDArray[np.int64] = np.zeros(0, np.int64)
        self._numbers: npt.NDArray[np.int8] = np.zeros((0, dimensions), np.int8)
        self._scales: Vectors = np.zeros(0, np.float32)
        self._centre: Vectors = np.zeros(dimensions, np.float32)
        self._centred_at = 0
        self._along: Vectors = np.zeros(0, np.float32)
        """Of each, its product with the centre."""
        self._lengths: Vectors = np.zeros(0, np.float32)
        """Of each, how far from the centre."""
        self._signs: npt.NDArray[np.uint64] = np.zeros((dimensions // _WORD_BITS, 0), np.uint64)

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, key: int) -> bool:
        return key in self._rows

    def keys(self) -> npt.NDArray[np.int64]:
        """All of them, in no particular order."""
        return self._keys[: len(self)].copy()

    def put(self, keys: Sequence[int], vectors: Vectors) -> None:
        """Add vectors, shape (n, dimensions); one of a key that is there already takes the place of the older one.
        ValueError for another shape."""
        if vectors.shape != (len(keys), self._dimensions):
            raise ValueError(f"{len(keys)} vectors have shape ({len(keys)}, {self._dimensions}), not {vectors.shape}")
        self._make_room(len(self) + len(keys))
        rows = np.array([self._row(key) for key in keys], np.intp)
        scales = np.maximum(np.abs(vectors).max(axis=1, initial=0), _LEAST) / _FULL
        self._numbers[rows] = np.round(vectors / scales[:, None])
        self._scales[rows] = scales
        if len(self) >= 2 * self._centred_at:
            self._find_centre()
        else:
            self._measure(rows)

    def remove(self, keys: Iterable[int]) -> None:
        """Leave nothing of these; those that are not there are passed over."""
        for key in keys:
            row = self._rows.pop(key, None)
            if row is None:
                continue
            last = len(self)
            if row != last:
                self._rows[int(self._keys[last])] = row
            for array in (self._keys, self._numbers, self._scales, self._along, self._lengths, self._signs.T):
                array[row] = array[last]
                array[last] = 0

    def clear(self) -> None:
        self.__init__(self._dimensions)  # type: ignore[misc]  # as new

    def nearest(self, vector: Vectors, count: int, *, shortlist: int = SHORTLIST) -> list[tuple[int, float]]:
        """The `count` nearest, the nearest first, each with its cosine as seen from the centre, right to 0.01.

        Args:
            vector: of length 1, shape (dimensions,).
            shortlist: how many are compared in full; all of them where that is more than there are.
        """
        rows: Rows = np.arange(len(self))
        shortlist = max(count, shortlist)
        if len(self) > shortlist:
            rows = np.argpartition(self._differing(vector), shortlist)[:shortlist]
        cosines = self._cosines(vector, rows)
        # Equals in the order of their numbers, whatever was put and removed before.
        best = np.lexsort((self._keys[rows], -cosines))[:count]
        return [(int(self._keys[rows[i]]), float(cosines[i])) for i in best]

    def cosine(self, key: int, vector: Vectors) -> float | None:
        """How near one of them is, as `nearest` tells; None where it is not there."""
        row = self._rows.get(key)
        return None if row is None else float(self._cosines(vector, np.array([row]))[0])

    def alike(self, key: int, other: int) -> float:
        """The cosine of two of them, as seen from the centre; 0 where one is not there."""
        row = self._rows.get(key)
        return 0.0 if row is None else self.cosine(other, self._restored(np.array([row]))[0]) or 0.0

    def _row(self, key: int) -> int:
        row = self._rows.get(key)
        if row is None:
            row = self._rows[key] = len(self)
            self._keys[row] = key
        return row

    def _find_centre(self) -> None:
        """Anew each time that there are twice as many, and all is measured from it again."""
        self._centred_at = len(self)
        chunks = [np.arange(i, min(i + _CHUNK, len(self))) for i in range(0, len(self), _CHUNK)]
        total = np.zeros(self._dimensions, np.float64)
        for rows in chunks:
            total += self._restored(rows).sum(axis=0)
        self._centre = (total / (len(self) + CENTRE_AFTER)).astype(np.float32)
        for rows in chunks:
            self._measure(rows)

    def _measure(self, rows: Rows) -> None:
        vectors = self._restored(rows)
        self._along[rows] = vectors @ self._centre
        self._lengths[rows] = np.maximum(np.linalg.norm(vectors - self._centre, axis=1), _LEAST)
        self._signs[:, rows] = self._signs_of(vectors)

    def _restored(self, rows: Rows) -> Vectors:
        found: Vectors = self._numbers[rows] * self._scales[rows, None]
        return found

    def _signs_of(self, vectors: Vectors) -> npt.NDArray[np.uint64]:
        """One bit a dimension, shape (dimensions / 64, n)."""
        return np.packbits(vectors > self._centre, axis=1).view(np.uint64).T

    def _differing(self, vector: Vectors) -> npt.NDArray[np.uint16]:
        """How many signs of each differ from the vector's."""
        found = np.zeros(len(self), np.uint16)
        for column, word in zip(self._signs, self._signs_of(vector[None])[:, 0], strict=True):
            found += np.bitwise_count(column[: len(found)] ^ word)
        return found

    def _cosines(self, vector: Vectors, rows: Rows) -> Vectors:
        away = vector.astype(np.float32) - self._centre
        length = max(float(np.linalg.norm(away)), _LEAST)
        products = (self._numbers[rows].astype(np.float32) @ away) * self._scales[rows]
        found: Vectors = (products - float(self._centre @ away)) / (self._lengths[rows] * length)
        return found

    def _make_room(self, needed: int) -> None:
        room = len(self._keys)
        if needed <= room:
            return
        more = max(needed, 2 * room, _FIRST_ROOM) - room
        self._keys = np.concatenate([self._keys, np.zeros(more, np.int64)])
        self._numbers = np.concatenate([self._numbers, np.zeros((more, self._dimensions), np.int8)])
        self._scales, self._along, self._lengths = (
            np.concatenate([array, np.zeros(more, np.float32)]) for array in (self._scales, self._along, self._lengths)
        )
        self._signs = np.concatenate([self._signs, np.zeros((len(self._signs), more), np.uint64)], axis=1)
