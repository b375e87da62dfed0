"""What a recording of both voices says: when somebody spoke, and when the answer came. Pure.

Levels and windows are those of docs/performance.md: the user speaks above −40 dBFS, the assistant sounds above
−46 dBFS, both as RMS over 5 ms.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

WINDOW_S = 0.005
USER_LEVEL = 0.01
ASSISTANT_LEVEL = 0.005


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of sound, seconds since the recording began."""

    begin_s: float
    end_s: float


def loud(samples: NDArray[np.float32], rate_hz: int, level: float) -> NDArray[np.bool_]:
    """Whether each window of 5 ms is louder than `level` (RMS, of full scale); shape (windows,)."""
    window = round(rate_hz * WINDOW_S)
    count = len(samples) // window
    blocks = samples[: count * window].reshape(count, window).astype(np.float64)
    return np.asarray(np.sqrt((blocks * blocks).mean(axis=1)) > level)


def stretches(
    samples: NDArray[np.float32], rate_hz: int, level: float, *, gap_s: float, least_s: float = 0.0
) -> list[Stretch]:
    """Stretches of sound, those less than `gap_s` apart joined, those shorter than `least_s` (clicks) left out."""
    where = np.flatnonzero(loud(samples, rate_hz, level))
    if not len(where):
        return []
    breaks = np.flatnonzero(np.diff(where) * WINDOW_S > gap_s)
    firsts = np.concatenate([[where[0]], where[breaks + 1]])
    lasts = np.concatenate([where[breaks], [where[-1]]])
    found = [Stretch(a * WINDOW_S, (b + 1) * WINDOW_S) for a, b in zip(firsts, lasts, strict=True)]
    return [stretch for stretch in found if stretch.end_s - stretch.begin_s >= least_s]


def percentile(values: list[float], q: float) -> float:
    """The q-th percentile (0 to 100), linear between ranks; NaN where there are no values."""
    return float(np.percentile(values, q)) if values else float("nan")
