"""What of a cached token list can be kept."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from voiceos.engines import overlap


@given(st.integers(1, 300), st.integers(1, 300), st.integers(overlap.SHORTEST_SHIFT, 300), st.integers(0, 50))
def test_a_cut_history_keeps_head_and_tail(head: int, dropped: int, tail: int, new: int) -> None:
    held = list(range(head + dropped + tail))
    wanted = [*held[:head], *held[head + dropped :], *range(5000, 5000 + new)]
    kept = overlap.common(held, wanted)
    assert kept == head
    assert overlap.tail(held, wanted, kept) == (head + dropped, tail)


@given(st.lists(st.integers(0, 3), max_size=80), st.lists(st.integers(0, 3), max_size=80))
def test_what_is_kept_is_always_what_is_wanted(held: list[int], wanted: list[int]) -> None:
    kept = overlap.common(held, wanted)
    source, length = overlap.tail(held, wanted, kept)
    after = held[:kept] + held[source : source + length]
    assert after == wanted[: len(after)]
    assert length == 0 or source > kept
