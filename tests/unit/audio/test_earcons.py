from __future__ import annotations

import numpy as np
import pytest

from voiceos.audio.earcons import PEAK, Earcon, synthesise


@pytest.mark.parametrize("rate_hz", [16_000, 44_100, 48_000])
@pytest.mark.parametrize("earcon", list(Earcon))
def test_an_earcon_is_short_soft_and_does_not_click(earcon: Earcon, rate_hz: int) -> None:
    sound = synthesise(earcon, rate_hz)
    assert sound.dtype == np.float32
    assert 0.08 <= len(sound) / rate_hz <= 0.2501
    assert 0.03 < np.abs(sound).max() <= PEAK + 1e-6
    assert abs(sound[0]) < 1e-4 and abs(sound[-1]) < 1e-3
    # A click is energy far above the notes.
    spectrum = np.abs(np.fft.rfft(sound)) ** 2
    frequencies = np.fft.rfftfreq(len(sound), 1 / rate_hz)
    assert spectrum[frequencies > 4000].sum() < 1e-4 * spectrum.sum()


def test_no_two_earcons_sound_alike() -> None:
    sounds = [synthesise(earcon, 16_000) for earcon in Earcon]
    for number, one in enumerate(sounds):
        for other in sounds[number + 1 :]:
            size = max(len(one), len(other))
            a, b = (np.pad(sound, (0, size - len(sound))) for sound in (one, other))
            assert np.dot(a, b) / (np.linalg.norm(a) * np.linalg.norm(b)) < 0.9
