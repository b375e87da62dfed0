"""Sounds put together."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceos.audio.frames import RATE_HZ, Samples
from voiceos.bench import mixing


def tone(seconds: float, level: float, hz: float = 440.0) -> Samples:
    moments = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    return np.asarray(level * np.sin(2 * np.pi * hz * moments), np.float32)


def hiss(seconds: float, level: float) -> Samples:
    return np.random.default_rng(3).normal(0, level, round(seconds * RATE_HZ)).astype(np.float32)


def db(samples: Samples) -> float:
    return float(10 * np.log10(np.square(samples, dtype=np.float64).mean()))


@given(snr_db=st.floats(-5, 30), start=st.integers(0, 5000))
def test_noise_lies_as_far_under_the_speech_as_was_asked(snr_db: float, start: int) -> None:
    speech, noise = tone(1.0, 0.1), hiss(0.4, 0.02)
    sound = mixing.mixed(speech, noise, snr_db, lead_s=0.5, tail_s=0.5, start=start)
    lead = RATE_HZ // 2
    assert len(sound) == 2 * RATE_HZ
    under = np.concatenate([sound[:lead], sound[-lead:]])
    # What is left when the speech is taken away again is noise, all through; a shared gain keeps the ratio.
    gain = np.dot(sound[lead:-lead], speech) / np.dot(speech, speech)
    assert db(gain * speech) - db(under) == pytest.approx(snr_db, abs=1.0)
    assert np.abs(sound).max() <= 1.0 + 1e-6


def test_pauses_do_not_make_a_speaker_quieter() -> None:
    said = tone(1.0, 0.1)
    with_pause = np.concatenate([said, np.zeros(RATE_HZ, np.float32), said])
    assert mixing.speech_level(with_pause) == pytest.approx(mixing.speech_level(said), rel=0.02)


def test_silence_has_no_level_and_stays_as_it_is() -> None:
    silence = np.zeros(RATE_HZ, np.float32)
    assert mixing.speech_level(np.zeros(0, np.float32)) == 0.0
    assert not mixing.mixed(silence, silence, 10, lead_s=0.1, tail_s=0.1).any()


def test_what_the_room_adds_around_a_recording_is_cut_off() -> None:
    room = hiss(1.0, 0.0002)
    cut = mixing.trimmed(np.concatenate([room, tone(0.5, 0.2), room]))
    assert 0.5 <= len(cut) / RATE_HZ <= 0.5 + 2 * 0.04 + mixing.TRAILING_S
    assert np.abs(cut).max() == pytest.approx(0.5, abs=0.01)


def test_a_sound_is_looped_from_anywhere() -> None:
    sound = np.arange(5, dtype=np.float32)
    assert mixing.looped(sound, 7, 3).tolist() == [3, 4, 0, 1, 2, 3, 4]


@pytest.mark.parametrize("make", [mixing.cough, mixing.door])
def test_made_sounds_are_the_same_for_the_same_seed(make: object) -> None:
    assert callable(make)
    once, again, other = make(1), make(1), make(2)
    assert np.array_equal(once, again)
    assert len(once) != len(other) or not np.array_equal(once, other)
    assert 0.1 < np.abs(once).max() <= 1.0
