"""What the loudspeaker has sounded, read back at 16 kHz from any moment."""

from __future__ import annotations

import math
import threading

import numpy as np
import pytest

from voiceos.audio.frames import RATE_HZ, Samples
from voiceos.audio.reference import KEPT_S, Reference
from voiceos.audio.timeline import Timeline


def tone(hz: float, rate_hz: int, seconds: float, from_s: float = 0.0) -> Samples:
    return np.sin(2 * np.pi * hz * (from_s + np.arange(round(seconds * rate_hz)) / rate_hz)).astype(np.float32)


def filled(rate_hz: int, sound: Samples, at: float = 100.0) -> Reference:
    lock, timeline = threading.Lock(), Timeline(rate_hz)
    reference = Reference(rate_hz, timeline, lock)
    block = rate_hz // 50
    for index in range(0, len(sound), block):
        timeline.stamp(index, at + index / rate_hz)
        reference.add(index, sound[index : index + block])
    return reference


@pytest.mark.parametrize("rate_hz", [8_000, 16_000, 44_100, 48_000, 96_000])
@pytest.mark.parametrize("first_s", [0.1, 0.123_456])
def test_a_tone_is_read_back_wherever_one_begins(rate_hz: int, first_s: float) -> None:
    reference = filled(rate_hz, tone(1000, rate_hz, 1.0))
    read, missing = reference.read(first_s * rate_hz, 4000)
    error = read - tone(1000, RATE_HZ, 0.25, from_s=first_s)
    assert missing == 0
    assert np.sqrt(np.mean(error**2)) < 0.01
    assert read.dtype == np.float32


def test_what_16_khz_cannot_hold_does_not_fold_back() -> None:
    reference = filled(48_000, tone(11_000, 48_000, 1.0))
    read, _ = reference.read(4800, 4000)
    assert np.sqrt(np.mean(read**2)) < 0.01


def test_silence_is_not_kept_and_reads_as_zeros() -> None:
    sound = np.concatenate([tone(500, 48_000, 0.2), np.zeros(24_000, np.float32), tone(500, 48_000, 0.2)])
    reference = filled(48_000, sound)
    read, _ = reference.read(0.3 * 48_000, 3200)
    assert not read.any()
    read, _ = reference.read(0.7 * 48_000, 1600)
    assert np.abs(read).max() > 0.9
    assert reference.sounds_until() == pytest.approx(100.9, abs=0.03)


def test_nothing_has_sounded_yet() -> None:
    reference = filled(48_000, np.zeros(4800, np.float32))
    assert reference.sounds_until() == -math.inf


def test_it_tells_how_much_the_device_has_not_asked_for() -> None:
    reference = filled(48_000, tone(500, 48_000, 0.1))
    _, missing = reference.read(4800 - 48, 512)
    assert missing == pytest.approx(512 * 3 - 48, abs=32)


def test_indices_and_moments_are_the_loudspeakers() -> None:
    reference = filled(48_000, tone(500, 48_000, 0.5), at=7.0)
    assert reference.index(7.25) == pytest.approx(12_000, abs=1)


def test_what_is_long_past_is_forgotten() -> None:
    reference = filled(16_000, tone(500, 16_000, KEPT_S + 1.0))
    read, _ = reference.read(0, 1600)
    assert not read.any()
