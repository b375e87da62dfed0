"""What a mood can change of a piper voice, its pace, and what not, how lively it is:
`python -m voiceos.bench.expression VOICE.onnx`.

For several paces how much faster it really is; for several values of its two noises how far the pitch moves about its
median, and the pace. A sentence is never twice the same, so each is said several times; two values differ where their
means are apart by more than both errors.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from voiceos.audio.frames import Samples
from voiceos.engines.piper import Piper

SENTENCES = (
    "I think you could walk to the station in about ten minutes.",
    "That is a lovely idea, and your sister will be glad to hear it.",
    "The weather tomorrow will be cloudy, with some rain in the evening.",
    "Have you thought about asking your neighbour for help with the garden?",
    "There are many ways to bake bread, and most of them are easy.",
    "I am sorry to hear that, it must have been a long day for you.",
)
TAKES = 8
NOISES = ((0.667, 0.8), (0.333, 0.8), (1.0, 0.8), (0.667, 0.4), (0.667, 1.2))
"""`noise_scale` and `noise_w` of the voice: the first as it comes."""
PACES = (1.0, 0.78, 0.85, 0.9, 1.15)
"""Of moods, the slowest and the fastest among them."""
WINDOW_S, STEP_S = 0.06, 0.01
LOWEST_HZ, HIGHEST_HZ = 70.0, 350.0
VOICED = 0.6
"""Least autocorrelation of a voiced frame."""
QUIET = 0.02
OCTAVE_SEMITONES = 8.0
"""Farther from the median is an error of an octave, which every tracker makes."""


def pitches(samples: Samples, rate_hz: int) -> Samples:
    """Of the voiced frames, Hz, shape (n,): the highest peak of the autocorrelation, taken the window's own out."""
    length, step = round(WINDOW_S * rate_hz), round(STEP_S * rate_hz)
    window = np.hanning(length)
    own = np.fft.irfft(np.abs(np.fft.rfft(window, 2 * length)) ** 2)[:length]
    low, high = int(rate_hz / HIGHEST_HZ), int(rate_hz / LOWEST_HZ)
    found = []
    for begin in range(0, len(samples) - length, step):
        frame = samples[begin : begin + length]
        if float(np.sqrt(np.mean(frame**2))) < QUIET:
            continue
        alike = np.fft.irfft(np.abs(np.fft.rfft(window * (frame - frame.mean()), 2 * length)) ** 2)[:length]
        alike = alike / alike[0] / (own / own[0])
        lag = low + int(np.argmax(alike[low:high]))
        if alike[lag] >= VOICED:
            found.append(rate_hz / lag)
    return np.array(found, np.float32)


def spread(samples: Samples, rate_hz: int) -> float:
    """Standard deviation of the pitch about its median, semitones; nan where hardly anything is voiced."""
    hz = pitches(samples, rate_hz)
    if len(hz) < 10:
        return float("nan")
    semitones = 12 * np.log2(hz / np.median(hz))
    return float(np.std(semitones[np.abs(semitones) < OCTAVE_SEMITONES]))


def takes(
    voice: Piper, noise: tuple[float, float], *, pace: float = 1.0, count: int = TAKES
) -> tuple[list[float], list[float]]:
    """Spread of the pitch, and seconds, of each sentence as often."""
    config = voice._voice.config
    voice._voice.config = replace(config, noise_scale=noise[0], noise_w_scale=noise[1])
    try:
        said = [voice.synthesize(text, pace) for text in SENTENCES for _ in range(count)]
    finally:
        voice._voice.config = config
    return [spread(one.samples, one.rate_hz) for one in said], [len(one.samples) / one.rate_hz for one in said]


def _told(values: Sequence[float]) -> str:
    return f"{np.nanmean(values):.2f} ± {np.nanstd(values) / np.sqrt(len(values)):.2f}"


def main() -> None:
    voice = Piper(sys.argv[1], threads=2)
    own_s = 0.0
    for pace in PACES:
        _, seconds = takes(voice, NOISES[0], pace=pace)
        own_s = own_s or sum(seconds)
        print(f"pace {pace:.2f}: {_told(seconds)} s, {own_s / sum(seconds):.3f} times as fast")
    for noise in NOISES:
        spreads, seconds = takes(voice, noise)
        print(
            f"noise {noise[0]:.3f}, of durations {noise[1]:.1f}: pitch {_told(spreads)} semitones, {_told(seconds)} s"
        )


if __name__ == "__main__":
    main()
