"""Is there an echo, how far behind, and how much of it is removed: judged by what was played and what came back.

Generalised cross-correlation with phase transform (C. Knapp and G. Carter, 1976) finds a copy of the played sound in
the microphone's, however quiet it is against the user's voice. Pure: arrays in, a judgement out.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from voiceos.audio.frames import RATE_HZ, Samples

EARLIEST_S, LATEST_S = -0.1, 0.4
"""Where an echo is looked for: stamps of a sound card may be wrong by the one, device buffers and rooms add up to the
other."""

PROMINENCE = 7.5
"""Peak over root mean square of the correlation, from which it is an echo."""

CLEAR = 12.0
"""From here on a single look does not err about the place; in a room of many reflections, which reaches 10, it may take
a late one for the first."""

CHANCE = 5.5
"""What chance reaches in a quiet microphone; between this and `PROMINENCE`, as where the user speaks over it, nothing
is said (`voiceos bench open-air --paper` prints both)."""

UNTOUCHED_DB = 4.0
"""Where there is no echo the canceller takes less than this off a quiet room's hiss (its high-pass filter). In a room
of many reflections, where the correlation has no peak, it takes off 6 to 23 dB."""

RECURS_S, RECURS_TIMES = 0.003, 3
"""Chance finds the strongest part within 3 ms of where it was, out of half a second, once in 80 looks, and twice in a
row once in 7000: four hours of speech."""

STRONG = 0.6
"""A part of the echo with this share of the strongest one's correlation is the first to count as its beginning."""

BEFORE_S = 0.03
"""It is looked for so long before the strongest: further off, chance finds one for every faint echo."""

SILENT = 1e-4
"""−80 dBFS: a microphone that gives less than this, as one without any noise of its own, gives no echo to speak of."""

FAINT = 1e-3
"""Parts of the spectrum with less power than this share of the strongest say nothing."""


@dataclass(frozen=True, slots=True)
class Path:
    """One look at the echo."""

    prominence: float
    """Of the correlation's peak; `PROMINENCE` and more is an echo."""
    lag_s: float
    """Its first strong part behind the reference at the microphone, seconds; without an echo it means nothing, and is
    NaN where there is no sound to find one in."""
    peak_s: float
    """Likewise its strongest part."""
    removed_db: float
    """Energy of the microphone's sound over that of the canceller's output."""
    left: float
    """Prominence of what the canceller left; 0 where it was not looked for."""

    @property
    def present(self) -> bool:
        return self.prominence >= PROMINENCE

    @property
    def absent(self) -> bool:
        """Nothing of what was played is found, and the canceller found nothing to remove either."""
        return self.prominence <= CHANCE and self.removed_db < UNTOUCHED_DB

    @property
    def left_over(self) -> bool:
        """The echo is found in what the canceller left as well."""
        return self.left >= PROMINENCE


def examine(played: Samples, near: Samples, out: Samples | None) -> Path:
    """Judge a stretch: what was played, what the microphone heard and what the canceller made of it, each shape (n,),
    16 kHz, on one time line. At least 0.2 s of sound should be in it, and as much again behind it."""
    if np.sqrt(np.mean(np.square(near))) < SILENT:
        return Path(0.0, math.nan, math.nan, 0.0, 0.0)
    prominence, lag_s, peak_s = _correlate(played, near)
    if out is None:
        return Path(prominence, lag_s, peak_s, 0.0, 0.0)
    removed_db = 10.0 * float(np.log10((np.dot(near, near) + 1e-9) / (np.dot(out, out) + 1e-9)))
    left = _correlate(played, out)[0] if prominence >= PROMINENCE else 0.0
    return Path(prominence, lag_s, peak_s, removed_db, left)


def recurs(paths: Sequence[Path]) -> bool:
    """Whether so many looks, one after the other, find the strongest part in the same place, be it ever so faint."""
    places = [path.peak_s for path in paths]
    return len(places) >= RECURS_TIMES and all(abs(b - a) <= RECURS_S for a, b in pairwise(places[-RECURS_TIMES:]))


def _correlate(played: Samples, heard: Samples) -> tuple[float, float, float]:
    """Prominence, lag of the first strong part and of the strongest, seconds, of the likeliest copy of `played` in
    `heard`."""
    early, late = round(EARLIEST_S * RATE_HZ), round(LATEST_S * RATE_HZ)
    size = 1 << (len(played) + late - early).bit_length()
    ours, theirs = np.fft.rfft(played, size), np.fft.rfft(heard, size)
    power = np.abs(ours) ** 2
    if not power.any():
        return 0.0, 0.0, 0.0
    cross = theirs * np.conj(ours)
    phases = np.where(power > FAINT * power.max(), cross / (np.abs(cross) + 1e-12), 0.0)
    correlation = np.fft.irfft(phases, size)
    lags = np.concatenate((correlation[early:], correlation[:late]))
    height = np.abs(lags)
    peak = float(height.max())
    strongest = int(height.argmax())
    before = max(0, strongest - round(BEFORE_S * RATE_HZ))
    first = before + int(np.argmax(height[before:] >= STRONG * peak))
    prominence = peak / (float(np.sqrt(np.mean(lags**2))) + 1e-12)
    return prominence, (first + early) / RATE_HZ, (strongest + early) / RATE_HZ
