"""Whether something grows, in figures that scatter and that start anew wherever a process is replaced."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

SURE = 1.96
"""Standard deviations on both sides that hold 95 %."""


@dataclass(frozen=True, slots=True)
class Slope:
    """Growth for each unit of time, and between what it lies with 95 % (of independent figures)."""

    value: float
    low: float
    high: float

    def __add__(self, other: Self) -> Slope:
        """Of the sum of two that scatter independently."""
        value = self.value + other.value
        below = math.hypot(self.value - self.low, other.value - other.low)
        above = math.hypot(self.high - self.value, other.high - other.value)
        return Slope(value, value - below, value + above)

    def __str__(self) -> str:
        return f"{self.value:+.1f} (95 %: {self.low:+.1f} to {self.high:+.1f})"


def slope(lives: Iterable[Sequence[tuple[float, float]]]) -> Slope | None:
    """The median slope between any two points of one life, over all lives; None where no life has two points.

    One outlier, or a step from one life to the next, does not move it: Theil 1950 and Sen 1968 within a life, Hirsch,
    Slack and Smith 1982 over several ("seasonal Kendall"), where the interval comes from Kendall's variance as well.

    Args:
        lives: of each its points, (time, figure).
    """
    slopes: list[np.ndarray] = []
    variance = 0.0
    for life in lives:
        points = np.asarray(life, dtype=np.float64).reshape(-1, 2)
        earlier, later = np.triu_indices(len(points), 1)
        apart = points[later, 0] - points[earlier, 0]
        risen = points[later, 1] - points[earlier, 1]
        slopes.append(risen[apart > 0] / apart[apart > 0])
        count = len(points)
        variance += count * (count - 1) * (2 * count + 5) / 18
    every = np.sort(np.concatenate(slopes)) if slopes else np.zeros(0)
    if not len(every):
        return None
    reach = SURE * math.sqrt(variance)
    first, last = math.floor((len(every) - reach) / 2), math.ceil((len(every) + reach) / 2)
    return Slope(
        float(np.median(every)),
        float(every[first]) if first >= 0 else -math.inf,
        float(every[last]) if last < len(every) else math.inf,
    )
