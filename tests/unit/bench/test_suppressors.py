from __future__ import annotations

import numpy as np
import pytest

from voiceos.bench.suppressors import SUPPRESSORS, webrtc
from voiceos.errors import EngineMissing


@pytest.mark.parametrize("level", range(4))
def test_steady_noise_is_taken_away_and_nothing_is_moved(level: int) -> None:
    noise = np.random.default_rng(1).normal(0, 0.02, 32_000).astype(np.float32)
    burst = np.zeros_like(noise)
    burst[24_000:24_400] = 0.5 * np.sin(np.arange(400) * 0.4)
    clean = webrtc(level)(noise + burst)
    assert clean.dtype == np.float32
    assert clean.shape == noise.shape
    taken_db = 10 * np.log10(np.square(noise[12_000:20_000]).mean() / np.square(clean[12_000:20_000]).mean())
    assert taken_db > (5, 9, 12, 13)[level]
    likeness = np.correlate(clean[23_000:26_000], burst[24_000:24_400], "valid")
    assert abs(int(np.argmax(likeness)) - 1000) <= 2


def test_each_is_there_or_says_how_to_have_it() -> None:
    for name, load in SUPPRESSORS.items():
        try:
            suppress = load()
        except EngineMissing as missing:
            assert "pip install" in missing.hint, name
        else:
            assert suppress(np.zeros(4000, np.float32)).shape == (4000,), name
