"""When a voice has faded: by level alone, with sounds made by formula."""

from __future__ import annotations

import numpy as np
import pytest

from voiceos.audio.frames import FRAME_S, FRAME_SAMPLES, Samples
from voiceos.listening.fading import BLOCK_S, BLOCK_SAMPLES, Fading


def tone(level: float, samples: int = FRAME_SAMPLES) -> Samples:
    """A square wave: its level is its RMS, in every block alike."""
    return (level * np.where(np.arange(samples) % 32 < 16, 1.0, -1.0)).astype(np.float32)


def test_nothing_has_faded_before_anything_was_loud() -> None:
    fading = Fading()
    assert fading.feed(tone(0.0), voiced=False) == 0.0
    assert fading.feed(tone(0.2), voiced=True) == 0.0


def test_the_silence_is_counted_from_its_first_block_on() -> None:
    fading = Fading()
    fading.feed(tone(0.2), voiced=True)
    half = np.concatenate([tone(0.2, FRAME_SAMPLES // 2), tone(0.001, FRAME_SAMPLES // 2)])
    assert fading.feed(half, voiced=True) == pytest.approx(FRAME_S / 2)
    assert fading.feed(tone(0.001), voiced=True) == pytest.approx(1.5 * FRAME_S)
    assert fading.feed(tone(0.001), voiced=False) == pytest.approx(2.5 * FRAME_S)


def test_a_sound_in_between_ends_it() -> None:
    fading = Fading()
    fading.feed(tone(0.2), voiced=True)
    click = tone(0.001)
    click[:BLOCK_SAMPLES] = tone(0.1, BLOCK_SAMPLES)
    assert fading.feed(click, voiced=True) == pytest.approx(FRAME_S - BLOCK_S)


@pytest.mark.parametrize(("softer_db", "faded"), [(20, False), (22, False), (28, True)])
def test_soft_endings_are_heard(softer_db: float, faded: bool) -> None:
    fading = Fading()
    fading.feed(tone(0.2), voiced=True)
    assert (fading.feed(tone(0.2 * 10 ** (-softer_db / 20)), voiced=True) > 0) is faded


def test_people_may_grow_softer() -> None:
    fading = Fading()
    fading.feed(tone(0.5), voiced=True)
    for frame in range(round(20 / FRAME_S)):
        softer = 0.5 * 10 ** (-2 * frame * FRAME_S / 20)
        assert fading.feed(tone(softer), voiced=True) == 0.0


def test_a_bang_that_is_no_voice_does_not_count() -> None:
    fading = Fading()
    fading.feed(tone(0.9), voiced=False)
    assert fading.feed(tone(0.02), voiced=True) == 0.0


def test_after_a_restart_a_soft_voice_is_loud() -> None:
    fading = Fading()
    fading.feed(tone(0.5), voiced=True)
    fading.restart()
    assert fading.feed(tone(0.005), voiced=True) == 0.0
