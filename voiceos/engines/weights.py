"""A model's weights and the memory that they need: native libraries that fail to load them mostly do not tell why."""

from __future__ import annotations

import mmap
from pathlib import Path


def find_room(weights: Path) -> None:
    """To be asked where they did not load. Raises MemoryError where this process cannot have as much memory as they
    are long."""
    try:
        mmap.mmap(-1, max(1, weights.stat().st_size)).close()
    except OSError as error:
        raise MemoryError from error
