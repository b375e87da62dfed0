"""Growth that is told from scatter, outliers and new beginnings."""

from __future__ import annotations

import numpy as np
import pytest

from voiceos.bench.growth import Slope, slope


def line(per_unit: float, *, count: int = 30, begin: float = 0.0, level: float = 0.0) -> list[tuple[float, float]]:
    return [(begin + at, level + per_unit * at) for at in range(count)]


def test_a_straight_line_has_its_slope() -> None:
    found = slope([line(2.0)])
    assert found is not None
    assert (found.value, found.low, found.high) == (2.0, 2.0, 2.0)


def test_outliers_do_not_move_it() -> None:
    points = line(2.0)
    points[7] = (7.0, 900.0)
    points[20] = (20.0, -900.0)
    found = slope([points])
    assert found is not None
    assert found.value == pytest.approx(2.0)


def test_a_step_between_two_lives_is_no_growth() -> None:
    found = slope([line(0.0, level=500.0), line(0.0, begin=30, level=900.0)])
    assert found is not None
    assert (found.value, found.low, found.high) == (0.0, 0.0, 0.0)


def test_the_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    chance = np.random.default_rng(1)
    held = 0
    for _ in range(200):
        points = [(at, 0.3 * at + noise) for at, noise in enumerate(chance.normal(0.0, 5.0, 25))]
        found = slope([points[:12], points[12:]])
        assert found is not None
        held += found.low <= 0.3 <= found.high
    assert 180 <= held <= 199


def test_few_points_tell_little_and_none_nothing() -> None:
    found = slope([[(0.0, 1.0), (1.0, 2.0)]])
    assert found is not None
    assert (found.low, found.high) == (float("-inf"), float("inf"))
    assert slope([]) is None
    assert slope([[(0.0, 1.0)]]) is None


def test_slopes_of_two_processes_are_added_and_their_uncertainties_as_independent_ones() -> None:
    both = Slope(1.0, -2.0, 4.0) + Slope(2.0, -2.0, 6.0)
    assert (both.value, both.low, both.high) == (3.0, -2.0, 8.0)
    assert str(both) == "+3.0 (95 %: -2.0 to +8.0)"
