"""What memory needs from engines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]
"""Unit vectors, shape (n, dimensions) or (dimensions,): the dot product of two is how alike they are, at most 1."""


class Embedder(Protocol):
    """Makes vectors of texts, so that what means the same lies near, in whatever words. One core, and one thread at a
    time; whoever has much to embed gives a few texts a call, and may break off between two."""

    name: str
    """Of the model; vectors of two models cannot be compared."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, shape (n, 384), float32, in the order of the texts; an empty text has one too. May load the
        model first. Raises EngineError and ModelError."""
