"""One noun: a frame of microphone sound, the only form in which sound travels between rooms."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 16_000
"""Sample rate of all sound inside the house (what Silero, Whisper and Smart Turn were trained on)."""

FRAME_SAMPLES = 512
"""Samples in a frame: 32 ms, the one size that Silero VAD takes at 16 kHz."""

FRAME_S = FRAME_SAMPLES / RATE_HZ

Samples = NDArray[np.float32]
"""Mono sound, shape (n,), float32, full scale ±1."""


@dataclass(frozen=True, slots=True)
class Frame:
    at: float
    """Monotonic seconds at which the first sample was captured."""
    samples: Samples
    """Shape (512,), float32, 16 kHz mono, full scale ±1."""
