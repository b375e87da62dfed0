"""From the device's rate to 16 kHz, block by block, with nothing kept waiting.

A streaming resampler that works in chunks of its own gives a frame's last samples only with the next block. This one
gives all that a block allows for: a windowed sinc, whose right half of 1 ms is all that it waits for.
"""

from __future__ import annotations

import functools
import math

import numpy as np
from numpy.typing import NDArray

from voiceos.audio.frames import RATE_HZ, Samples

LOBES = 16
"""Zero crossings of the sinc to each side, 1 ms: with `BETA` what folds back into speech is over 60 dB down, which
tests/unit/audio/test_decimation.py measures."""

CUTOFF = 0.92
"""Of the lower of both half rates: where the kernel begins to fall."""

BETA = 6.0
"""Of the Kaiser window: 63 dB of stop band (Kaiser 1974)."""


class Decimator:
    """One stream, from `rate_hz` to 16 kHz; above or below it. Pure.

    Output sample n belongs to input index `first + n · rate_hz / 16000`; `first` is negative, as the stream is taken to
    have begun in silence: so that a block of a frame's length makes a frame at once.
    """

    def __init__(self, rate_hz: int) -> None:
        shared = math.gcd(rate_hz, RATE_HZ)
        self._phases, self._step = RATE_HZ // shared, rate_hz // shared
        self._half = math.ceil(LOBES * max(1.0, rate_hz / RATE_HZ))
        self._kernels = _kernels(self._phases, self._half, rate_hz)
        self.first = -self._half
        self._made = 0
        self._begin = -2 * self._half
        """Input index of the first sample kept."""
        self._kept = np.zeros(2 * self._half, np.float32)

    def feed(self, block: Samples) -> Samples:
        """All samples, shape (m,), that become possible with this block, shape (n,)."""
        sound = np.concatenate((self._kept, block))
        end = self._begin + len(sound)
        # An output needs `half` samples behind the one it lies on.
        count = ((end - self._half - 1 - self.first) * self._phases + self._phases - 1) // self._step + 1
        count = max(self._made, count)
        made = self._made_of(sound, count - self._made)
        self._made = count
        drop = min(max(0, self._place(count) - self._begin), len(sound))
        self._kept, self._begin = sound[drop:].copy(), self._begin + drop
        return made

    def _place(self, number: int) -> int:
        """Input index of the first sample that goes into an output."""
        return self.first + number * self._step // self._phases - (self._half - 1)

    def _made_of(self, sound: Samples, count: int) -> Samples:
        begin = self._place(self._made) - self._begin
        if self._phases == 1:  # as almost always; each weight's branch is a short convolution, ten times as fast
            made = np.zeros(count, np.float32)
            for branch in range(min(self._step, 2 * self._half) if count else 0):
                weights = self._kernels[0, branch :: self._step]
                samples = sound[begin + branch :: self._step][: count + len(weights) - 1]
                made += np.correlate(samples, weights, "valid")
            return made
        steps = np.arange(self._made, self._made + count, dtype=np.int64) * self._step
        places = self.first + steps // self._phases - (self._half - 1) - self._begin
        windows = np.lib.stride_tricks.sliding_window_view(sound, 2 * self._half)
        return np.asarray(np.einsum("ij,ij->i", windows[places], self._kernels[steps % self._phases]))


@functools.lru_cache(maxsize=4)  # a stream begins anew behind each hole, which there are most of where time is short
def _kernels(phases: int, half: int, rate_hz: int) -> NDArray[np.float32]:
    """Shape (phases, 2 · half): weights of the samples around a place, by its fraction of a sample."""
    places = np.arange(1 - half, half + 1) - np.arange(phases)[:, None] / phases
    cutoff = CUTOFF * min(1.0, RATE_HZ / rate_hz)
    window = np.i0(BETA * np.sqrt(np.clip(1.0 - (places / half) ** 2, 0.0, 1.0))) / np.i0(BETA)
    kernels = cutoff * np.sinc(cutoff * places) * window
    return np.asarray(kernels / kernels.sum(axis=1, keepdims=True), dtype=np.float32)
