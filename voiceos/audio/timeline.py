"""Which sample belongs to which moment, smoothly.

PortAudio stamps each block, but the stamps jitter by milliseconds and the card's clock drifts against the computer's. A
delay-locked loop irons that out: second order, critically damped (F. Adriaensen, "Using a DLL to filter time", 2005).
"""

from __future__ import annotations

import math
import statistics

BANDWIDTH_HZ = 0.1
"""Jitter faster than this is ironed out; drift slower than this is followed (Adriaensen uses 0.1 to 1 Hz)."""

SETTLING_S = 2.0
"""So long the loop starts wide, since the first stamps of a stream are the worst."""

JUMP_S = 0.1
"""A stamp this far off, thrice in a row, is no jitter: sound was lost, or the machine slept."""

STEP_S, STEP_TIMES = 0.008, 8
"""So many stamps in a row, all late or all early by more than the first, are no jitter either: the device ran dry. To
iron that out would have the timeline wrong for ten seconds, and an echo come through meanwhile."""

TOLD_TIMES = 3
"""Right after the device has told that it ran dry so few are enough: as many as it asks for at once to fill up."""


class Timeline:
    """Fed with (index of a block's first sample, stamp in monotonic seconds), it maps indices to moments and back."""

    def __init__(self, rate_hz: float) -> None:
        self._nominal_s = 1.0 / rate_hz
        self._index = 0
        self._at = math.nan
        self._sample_s = self._nominal_s
        self._age_s = 0.0
        self._far_off = 0
        self._off: list[float] = []
        """Errors of the last stamps, all to the same side."""
        self._told = 0
        """Stamps left in which the device counts as having told that it ran dry."""

    @property
    def known(self) -> bool:
        return not math.isnan(self._at)

    def stamp(self, index: int, at: float, *, broken: bool = False) -> None:
        """A block begins at sample `index`, which PortAudio says is at moment `at`.

        Args:
            broken: the device ran dry before it.
        """
        if not self.known:
            self._index, self._at = index, at
            return
        expected = self.at(index)
        error = at - expected
        length_s = (index - self._index) * self._nominal_s
        if abs(error) > JUMP_S:
            self._far_off += 1
            if self._far_off >= 3:
                self._index, self._at, self._sample_s = index, at, self._nominal_s
                self._age_s, self._far_off = 0.0, 0
                self._off, self._told = [], 0
            return
        self._far_off = 0
        self._told = TOLD_TIMES if broken else max(0, self._told - 1)
        if abs(error) < STEP_S or (self._off and (error > 0) != (self._off[0] > 0)):
            self._off = []
        else:
            self._off.append(error)
            if len(self._off) >= (TOLD_TIMES if self._told else STEP_TIMES):
                expected += statistics.median(self._off)
                error = at - expected
                self._off = []
        self._age_s += length_s
        bandwidth_hz = BANDWIDTH_HZ if self._age_s > SETTLING_S else 0.5
        omega = 2.0 * math.pi * bandwidth_hz * length_s
        self._index, self._at = index, expected + min(1.0, math.sqrt(2.0) * omega) * error
        if length_s > 0:
            drift = self._sample_s / self._nominal_s + omega * omega * error / length_s
            # A crystal is off by 0.1 % at the very worst; more is noise.
            self._sample_s = self._nominal_s * min(1.001, max(0.999, drift))

    def at(self, index: float) -> float:
        """Monotonic seconds of sample `index`; NaN before the first stamp."""
        return self._at + (index - self._index) * self._sample_s

    def index(self, at: float) -> float:
        """The sample, with its fraction, that belongs to the moment `at`; NaN before the first stamp."""
        return self._index + (at - self._at) / self._sample_s
