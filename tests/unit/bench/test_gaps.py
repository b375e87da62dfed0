from __future__ import annotations

import numpy as np
import pytest

from voiceos.bench.gaps import silences, table

RATE_HZ = 48_000


def test_silences_between_sounds_are_measured_and_short_ones_are_none() -> None:
    tone = (0.1 * np.sin(np.arange(RATE_HZ // 2) * 0.05)).astype(np.float32)
    rest = [np.zeros(round(seconds * RATE_HZ), np.float32) for seconds in (0.2, 0.3, 0.05, 0.7, 0.4)]
    sound = np.concatenate([rest[0], tone, rest[1], tone, rest[2], tone, rest[3], tone, rest[4]])
    assert silences(sound, RATE_HZ) == pytest.approx([0.3, 0.7], abs=0.011)


def test_only_long_answers_count_and_only_long_silences_are_gaps() -> None:
    said = table([("a", 2.0, [3.0]), ("b", 8.0, [0.2, 0.44]), ("c", 7.0, [0.46, 1.0])])
    assert "answers of 6 s and more: 2, 15 s in all" in said
    assert "silences in them: 4" in said
    assert "gaps, of more than 450 ms: 2" in said
    assert table([("a", 2.0, [3.0])]) == "no answer was long enough"
