from __future__ import annotations

import numpy as np
import pytest
from faster_whisper.feature_extractor import FeatureExtractor

from voiceos.engines.mel import log_mel


@pytest.mark.parametrize("seconds", [0.5, 3, 8])
def test_it_equals_the_recognisers_own(seconds: float) -> None:
    time_s = np.arange(int(seconds * 16_000)) / 16_000
    sweep = (0.3 * np.sin(2 * np.pi * (100 + 900 * time_s) * time_s)).astype(np.float32)
    theirs = FeatureExtractor()(sweep, padding=0)
    np.testing.assert_allclose(log_mel(sweep), theirs[:, : len(sweep) // 160], atol=2e-5)
