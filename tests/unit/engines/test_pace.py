"""No part comes later than the sound before it lasts, at whatever speed a machine makes it."""

from __future__ import annotations

import math

import pytest

from voiceos.engines.pace import FIRST_FRAMES, SILENCE_S, Pace

FRAME_S, MARGIN = 0.0116, 12


def at_cost(cost_s: float) -> Pace:
    pace = Pace(FRAME_S, MARGIN)
    pace.took(100, 100 * cost_s)
    return pace


@pytest.mark.parametrize("cost_s", [0.0001, 0.0003, 0.0006, 0.001, 0.0012])
@pytest.mark.parametrize("slower", [1.0, 7.9])
def test_no_part_is_late_even_where_it_takes_almost_eight_times_as_long(cost_s: float, slower: float) -> None:
    pace = at_cost(cost_s)
    done = pace.first()
    heard_until, now = done * FRAME_S - SILENCE_S, 0.0  # silence is cut off; the first part is heard at once
    while done < 2000:
        count = pace.next(done * FRAME_S - now)
        now += (count + 2 * MARGIN) * cost_s * slower
        assert now <= heard_until + SILENCE_S
        done += count
        heard_until += count * FRAME_S


def test_the_first_part_is_short_on_a_fast_machine() -> None:
    assert at_cost(0.0003).first() == FIRST_FRAMES


def test_a_slower_machine_says_more_at_first() -> None:
    assert FIRST_FRAMES < at_cost(0.0008).first() < at_cost(0.0012).first() < math.inf


def test_a_machine_that_is_too_slow_makes_all_at_once() -> None:
    assert at_cost(FRAME_S).first() == math.inf


def test_nothing_known_yet_makes_all_at_once() -> None:
    assert Pace(FRAME_S, MARGIN).first() == math.inf


def test_the_slowest_of_the_last_parts_counts_until_it_is_long_past() -> None:
    pace = at_cost(0.0012)
    slow = pace.first()
    for _ in range(7):
        pace.took(100, 0.03)
    assert pace.first() == slow
    pace.took(100, 0.03)
    assert pace.first() == FIRST_FRAMES
