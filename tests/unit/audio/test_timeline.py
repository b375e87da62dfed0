from __future__ import annotations

import numpy as np
import pytest

from voiceos.audio.timeline import Timeline

BLOCK = 960
RATE_HZ = 48_000


def test_jitter_is_ironed_out_and_drift_followed() -> None:
    random = np.random.default_rng(0)
    true_hz = RATE_HZ * 1.0002
    timeline = Timeline(RATE_HZ)
    errors = []
    for block in range(6000):
        index = block * BLOCK
        at = 100.0 + index / true_hz
        timeline.stamp(index, at + random.uniform(-0.005, 0.005))
        errors.append(timeline.at(index) - at)
    assert np.abs(errors[3000:]).max() < 0.001
    assert np.diff([timeline.at(index) for index in range(0, 48_000, 480)]).min() > 0


def test_stamps_never_run_backwards() -> None:
    random = np.random.default_rng(1)
    timeline = Timeline(RATE_HZ)
    told = []
    for block in range(500):
        timeline.stamp(block * BLOCK, block * 0.02 + random.uniform(-0.02, 0.02))
        told.append(timeline.at(block * BLOCK))
    assert np.diff(told).min() > 0.01


def test_a_real_jump_is_taken_over_but_one_bad_stamp_is_not() -> None:
    timeline = Timeline(RATE_HZ)
    for block in range(100):
        timeline.stamp(block * BLOCK, block * 0.02)
    timeline.stamp(100 * BLOCK, 9.0)
    assert timeline.at(100 * BLOCK) == pytest.approx(2.0)
    for block in range(101, 110):
        timeline.stamp(block * BLOCK, block * 0.02 + 5.0)
    assert timeline.at(110 * BLOCK) == pytest.approx(7.2)


@pytest.mark.parametrize("step_s", [0.012, 0.03, -0.03, 0.09])
def test_a_device_that_ran_dry_is_followed_within_some_blocks_whatever_the_jitter(step_s: float) -> None:
    random = np.random.default_rng(2)
    timeline = Timeline(RATE_HZ)
    for block in range(1000):
        late = step_s if block >= 500 else 0.0
        timeline.stamp(block * BLOCK, block * 0.02 + late + random.uniform(-0.003, 0.003))
        if block % 500 > 20:
            assert timeline.at(block * BLOCK) == pytest.approx(block * 0.02 + late, abs=0.005)


def test_a_device_that_tells_so_is_followed_before_it_sounds_again() -> None:
    timeline = Timeline(RATE_HZ)
    for block in range(100):
        timeline.stamp(block * BLOCK, block * 0.02)
    for block in range(100, 103):  # asked for at once, to fill up again
        timeline.stamp(block * BLOCK, block * 0.02 + 0.03, broken=block == 100)
    assert timeline.at(103 * BLOCK) == pytest.approx(2.09, abs=0.002)


def test_what_the_device_told_is_soon_over() -> None:
    """It ran dry and lost nothing; three late stamps a while later are jitter."""
    timeline = Timeline(RATE_HZ)
    for block in range(100):
        timeline.stamp(block * BLOCK, block * 0.02, broken=block == 50)
    for block in range(100, 103):
        timeline.stamp(block * BLOCK, block * 0.02 + 0.012)
    assert timeline.at(103 * BLOCK) == pytest.approx(2.06, abs=0.002)


def test_index_is_the_inverse_of_at() -> None:
    timeline = Timeline(RATE_HZ)
    assert not timeline.known
    timeline.stamp(0, 3.0)
    assert timeline.index(timeline.at(12_345)) == pytest.approx(12_345)
