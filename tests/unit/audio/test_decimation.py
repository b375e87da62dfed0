"""16 kHz out of what a device gives: nothing waits, and nothing folds back."""

from __future__ import annotations

import numpy as np
import pytest

from voiceos.audio.decimation import Decimator
from voiceos.audio.frames import FRAME_SAMPLES, RATE_HZ, Samples

RATES = [8_000, 22_050, 32_000, 44_100, 48_000, 96_000]


def tone(rate_hz: int, frequency_hz: float, seconds: float = 1.0) -> Samples:
    return np.sin(2 * np.pi * frequency_hz * np.arange(round(rate_hz * seconds)) / rate_hz).astype(np.float32)


def level_db(samples: Samples) -> float:
    return float(10 * np.log10(np.square(samples[400:-400]).mean() * 2 + 1e-12))


@pytest.mark.parametrize("rate_hz", [32_000, 48_000, 96_000])
def test_a_block_of_a_frames_length_makes_a_frame_at_once(rate_hz: int) -> None:
    decimator = Decimator(rate_hz)
    block = np.ones(FRAME_SAMPLES * rate_hz // RATE_HZ, np.float32)
    assert [len(decimator.feed(block)) for _ in range(20)] == [FRAME_SAMPLES] * 20


@pytest.mark.parametrize("rate_hz", RATES)
def test_speech_passes_and_lies_where_it_was(rate_hz: int) -> None:
    decimator = Decimator(rate_hz)
    made = decimator.feed(tone(rate_hz, 1000.0))
    assert level_db(made) == pytest.approx(0.0, abs=0.1)
    expected = np.sin(2 * np.pi * 1000.0 * (decimator.first / rate_hz + np.arange(len(made)) / RATE_HZ))
    assert np.abs(made - expected)[400:-400].max() < 0.01


@pytest.mark.parametrize("rate_hz", [32_000, 44_100, 48_000, 96_000])
@pytest.mark.parametrize("frequency_hz", [9_500.0, 12_000.0, 15_000.0])
def test_what_16_khz_cannot_hold_does_not_fold_back(rate_hz: int, frequency_hz: float) -> None:
    assert level_db(Decimator(rate_hz).feed(tone(rate_hz, frequency_hz))) < -60.0


@pytest.mark.parametrize("rate_hz", RATES)
def test_blocks_of_any_length_make_the_same_sound(rate_hz: int) -> None:
    noise = np.random.default_rng(1).normal(0, 0.1, rate_hz).astype(np.float32)
    whole = Decimator(rate_hz).feed(noise)
    pieces, cuts = Decimator(rate_hz), np.sort(np.random.default_rng(2).integers(0, len(noise), 60))
    parts = [pieces.feed(part) for part in np.split(noise, cuts)]
    assert np.allclose(np.concatenate(parts), whole, atol=1e-6)
