"""The log-mel spectrogram that Whisper and its descendants listen to, in numpy.

Smart Turn runs in the program itself, and importing a whole recogniser there for forty lines of arithmetic would cost
memory and start-up time. Formula: openai/whisper, audio.py (`log_mel_spectrogram`), with librosa's Slaney mel scale.
A test holds it equal to faster-whisper's.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from voiceos.audio.frames import RATE_HZ, Samples

BANDS = 80
FFT_SAMPLES = 400
HOP_SAMPLES = 160

_LINEAR_HZ_PER_MEL = 200 / 3
_BREAK_HZ = 1000.0
"""Slaney's scale is linear below and logarithmic above: 27 steps for a factor of 6.4."""
_LOG_STEP = np.log(6.4) / 27


def log_mel(samples: Samples) -> NDArray[np.float32]:
    """Shape (80, len(samples) // 160), scaled as Whisper does: (log10 + 4) / 4, no more than 8 below the loudest."""
    padded = np.pad(samples, FFT_SAMPLES // 2, mode="reflect")
    frames = np.lib.stride_tricks.sliding_window_view(padded, FFT_SAMPLES)[::HOP_SAMPLES][: len(samples) // HOP_SAMPLES]
    power = np.abs(np.fft.rfft(frames * _WINDOW, axis=1)) ** 2
    loudness = np.log10(np.maximum(_FILTERS @ power.T, 1e-10))
    scaled: NDArray[np.float32] = ((np.maximum(loudness, loudness.max() - 8) + 4) / 4).astype(np.float32)
    return scaled


def _filters() -> NDArray[np.float64]:
    """Shape (80, 201): triangles on the mel scale from 0 to 8 kHz, each of the same area."""
    top_mel = _BREAK_HZ / _LINEAR_HZ_PER_MEL + np.log(RATE_HZ / 2 / _BREAK_HZ) / _LOG_STEP
    mels = np.linspace(0, top_mel, BANDS + 2)
    above = mels - _BREAK_HZ / _LINEAR_HZ_PER_MEL
    edges = np.where(above < 0, mels * _LINEAR_HZ_PER_MEL, _BREAK_HZ * np.exp(_LOG_STEP * above))
    bins = np.fft.rfftfreq(FFT_SAMPLES, 1 / RATE_HZ)
    low, centre, high = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    triangles = np.maximum(0, np.minimum((bins - low) / (centre - low), (high - bins) / (high - centre)))
    filters: NDArray[np.float64] = triangles * 2 / (high - low)
    return filters


_WINDOW = np.hanning(FFT_SAMPLES + 1)[:-1]
_FILTERS = _filters()
