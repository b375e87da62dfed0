"""Whether anything of what sounds comes back, by whether the microphone stays still."""

from __future__ import annotations

import numpy as np
import pytest

from voiceos.audio.frames import FRAME_SAMPLES, RATE_HZ, Samples
from voiceos.audio.stillness import Stillness


def hiss(seconds: float, level_db: float, seed: int = 1) -> Samples:
    chance = np.random.default_rng(seed)
    return (chance.normal(0.0, 1.0, round(seconds * RATE_HZ)) * 10 ** (level_db / 20)).astype(np.float32)


def syllables(seconds: float, seed: int = 2) -> Samples:
    """Noise that rises and falls by 40 dB four times a second."""
    moments = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    return (hiss(seconds, -25.0, seed) * 10 ** (-1.0 + np.sin(2 * np.pi * 4 * moments))).astype(np.float32)


def still(played: Samples, near: Samples) -> float:
    """Seconds after which it is known that nothing comes back; NaN where it never is."""
    judge = Stillness()
    for begin in range(0, len(played), FRAME_SAMPLES):
        if judge.feed(played[begin : begin + FRAME_SAMPLES], near[begin : begin + FRAME_SAMPLES]):
            return begin / RATE_HZ
    return np.nan


@pytest.mark.parametrize("level_db", [-120.0, -70.0, -40.0], ids=["digital silence", "quiet room", "noisy room"])
def test_a_room_that_stays_as_it_was_gives_nothing_back(level_db: float) -> None:
    assert still(syllables(4.0), hiss(4.0, level_db)) < 1.5


def test_an_echo_in_the_noise_is_not_overheard() -> None:
    played = syllables(6.0)
    echo = 0.1 * np.concatenate([np.zeros(3200, np.float32), played])[: len(played)]
    assert np.isnan(still(played, hiss(6.0, -60.0) + echo))


def test_an_echo_as_loud_as_the_noise_is_found_by_its_likeness() -> None:
    played = syllables(6.0)
    echo = np.concatenate([np.zeros(3200, np.float32), played])[: len(played)]
    near = hiss(6.0, -45.0) + echo * (10 ** (-47.0 / 20) / np.std(echo))
    assert np.isnan(still(played, near.astype(np.float32)))


def test_a_steady_tone_tells_nothing() -> None:
    played = np.sin(2 * np.pi * 440 * np.arange(6 * RATE_HZ) / RATE_HZ).astype(np.float32)
    assert np.isnan(still(played, 0.1 * played + hiss(6.0, -60.0)))


def test_a_voice_begins_it_anew() -> None:
    near = hiss(6.0, -60.0)
    near[RATE_HZ // 2 : 2 * RATE_HZ] += syllables(1.5, seed=9)
    assert 2.5 < still(syllables(6.0), near) < 4.0


def test_where_nothing_sounds_nothing_is_known() -> None:
    assert np.isnan(still(np.zeros(6 * RATE_HZ, np.float32), hiss(6.0, -60.0)))


def test_who_speaks_soon_after_the_first_word_is_no_echo_of_it() -> None:
    near = hiss(2.0, -60.0)
    near[round(0.75 * RATE_HZ) :] += syllables(1.25, seed=9)
    assert 0.7 <= still(syllables(2.0), near) < 0.85


@pytest.mark.parametrize("breath_db", [-50.0, -38.0, -34.0, -30.0])
@pytest.mark.parametrize("delay_s", [0.02, 0.2, 0.4])
def test_a_first_vowel_behind_a_long_breath_is_an_echo_all_the_same(delay_s: float, breath_db: float) -> None:
    breath = hiss(0.5, breath_db, seed=4) * np.linspace(0.05, 1.0, round(0.5 * RATE_HZ), dtype=np.float32)
    played = np.concatenate([breath, syllables(5.0)])
    delayed = np.concatenate([np.zeros(round(delay_s * RATE_HZ), np.float32), played])[: len(played)]
    assert np.isnan(still(played, hiss(len(played) / RATE_HZ, -60.0) + 0.1 * delayed))


def test_a_reply_at_low_volume_tells_as_much() -> None:
    assert still(0.1 * syllables(4.0), hiss(4.0, -70.0)) < 1.5
