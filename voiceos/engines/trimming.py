"""From the bare sound of a voice, part by part, to what is played: level, no dead air at either end, no clicks. Pure.

However a phrase is cut into parts, what comes out is the same, joined.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from voiceos.audio.frames import Samples

GAIN = 1.25
"""Fixed, so that loudness never jumps between phrases; lifts the starter voice to about −20 dBFS while it speaks."""

KNEE = 0.85
"""Samples above this are bent, not cut, so that the gain costs no audible clipping."""

ONSET = 0.004
"""Level (RMS over 5 ms, of full scale) at which a phrase is taken to begin or end: −48 dBFS, the level of the noise
that voices leave between words, and just under the −46 dBFS at which latency is measured."""

WINDOW_S = 0.005
LEAD_S = 0.012
"""Kept before the onset, so that soft consonants keep their attack."""

FADE_S = 0.004
"""Fade at both ends, so that phrases join without clicks."""


class Trimmer:
    """Feed it a phrase; silence comes out only once sound follows it, or the phrase has ended.

    Args:
        rate_hz: of the voice.
        tail_s: longest silence kept behind the last sound.
    """

    def __init__(self, rate_hz: int, tail_s: float) -> None:
        self._rate_hz = rate_hz
        self._tail = round(tail_s * rate_hz)
        self._window = max(1, round(rate_hz * WINDOW_S))
        self._fade = round(FADE_S * rate_hz)
        self._samples = np.zeros(0, np.float32)
        self._given = -1
        self.begin = 0
        """First sample that is kept; known once something has come out."""
        self.sound_end = 0
        """Sample behind the last that sounds; exact once the phrase has ended."""

    def feed(self, samples: Samples) -> Samples:
        """More of the phrase, mono float32, shape (n,); returns what may be played, often less, shape (m,)."""
        self._samples = np.concatenate([self._samples, _bent(samples * np.float32(GAIN))])
        loud = self._loud(len(self._samples) - self._window // 2)
        if not len(loud):
            return self._samples[:0]
        self.sound_end = int(loud[-1]) + 1
        begin, end = self._lead(loud), min(self.sound_end, len(self._samples) - self._fade)
        if end - begin < 2 * self._fade or end <= self._given:
            return self._samples[:0]
        return self._give(begin, end, last=False)

    def flush(self) -> Samples:
        """The phrase has ended; returns what is left of it, shape (m,)."""
        loud = self._loud(len(self._samples))
        self.sound_end = int(loud[-1]) + 1 if len(loud) else len(self._samples)
        end = min(len(self._samples), self.sound_end + self._tail)
        return self._give(self._lead(loud) if len(loud) else 0, end, last=True)

    def _loud(self, known: int) -> npt.NDArray[np.intp]:
        """Samples that sound, of the first `known`: behind them the level takes in what has not come yet."""
        energy = np.concatenate([[0.0], np.cumsum(np.square(self._samples, dtype=np.float64))])
        at = np.arange(max(0, known))
        before, behind = self._window // 2, (self._window - 1) // 2
        power = energy[np.minimum(at + behind + 1, len(self._samples))] - energy[np.maximum(at - before, 0)]
        return np.flatnonzero(power > ONSET**2 * self._window)

    def _lead(self, loud: npt.NDArray[np.intp]) -> int:
        return max(0, int(loud[0]) - round(LEAD_S * self._rate_hz))

    def _give(self, begin: int, end: int, *, last: bool) -> Samples:
        first = self._given < 0
        if first:
            self.begin = self._given = begin
        part = self._samples[self._given : end].copy()
        fade = min(self._fade, (end - begin) // 2)
        ramp = (0.5 - 0.5 * np.cos(np.linspace(0, np.pi, fade))).astype(np.float32)
        if first and fade:
            part[:fade] *= ramp
        if last and fade:
            part[-fade:] *= ramp[::-1]
        self._given = end
        return part


def _bent(samples: Samples) -> Samples:
    """Below the knee untouched; above, a tanh that meets it with the same slope and never reaches full scale."""
    size = np.abs(samples)
    room = 1.0 - KNEE
    over = KNEE + room * np.tanh((size - KNEE) / room)
    return np.where(size > KNEE, np.copysign(over, samples), samples).astype(np.float32)
