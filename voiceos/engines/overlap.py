"""What of a cached token list can be kept for a new one. Pure."""

from __future__ import annotations

import array
from collections.abc import Sequence

SHORTEST_SHIFT = 16
"""Tokens: a match of a cached tail that is shorter may be chance, and saves little."""


def common(held: Sequence[int], wanted: Sequence[int]) -> int:
    """Length of the longest common prefix."""
    count = 0
    for ours, theirs in zip(held, wanted, strict=False):
        if ours != theirs:
            break
        count += 1
    return count


def tail(held: Sequence[int], wanted: Sequence[int], kept: int) -> tuple[int, int]:
    """Where behind `kept` the longest run of `held` begins that equals `wanted` from `kept` on, and how long it is.

    That is what a cut at the front of a conversation leaves: the tokens between `kept` and the run were dropped.
    (0, 0) if no run has `SHORTEST_SHIFT` tokens.
    """
    if len(wanted) - kept < SHORTEST_SHIFT:
        return 0, 0
    size = array.array("i").itemsize
    needle = array.array("i", wanted[kept : kept + SHORTEST_SHIFT]).tobytes()
    hay = array.array("i", held).tobytes()
    best = (0, 0)
    at = hay.find(needle, (kept + 1) * size)
    while at >= 0:
        if at % size == 0:
            source = at // size
            best = max(best, (source, common(held[source:], wanted[kept:])), key=lambda found: found[1])
        at = hay.find(needle, at + 1)
    return best
