"""What the recogniser and the voice keep of what a long utterance or phrase needed, each in a process of its own."""

from __future__ import annotations

import multiprocessing
import os
import statistics
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from voiceos.audio.frames import RATE_HZ

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="/proc tells what a process takes")

KEPT_MB = 15.0
"""Of what a wide window needed; without giving it back it is some 70 MB."""

GROWN_MB = 5.0
"""By phrases of all lengths; where what each of them needed is kept it is some 10 MB, and more with each hour."""

PHRASES = 80
TEXT = "the sea went over old stones while people walked slowly under lamps and nobody knew what it was for"


def _own_mb() -> float:
    from voiceos.bench.soaked import held

    return held(os.getpid()).own_mb


def _recogniser(path: str) -> float:
    """MB that are left of decoding a window wider than the shortest."""
    from voiceos.engines.faster_whisper import FasterWhisper

    engine, noise = FasterWhisper(path, threads=2, beam_size=3), np.random.default_rng(1)
    sound = (0.05 * noise.standard_normal(12 * RATE_HZ)).astype(np.float32)
    for _ in range(3):
        engine.decode(np.zeros(2 * RATE_HZ, np.float32), "en")
    before_mb = _own_mb()
    engine.decode(sound, "en")
    engine.rest()
    return _own_mb() - before_mb


def _voice(path: str) -> float:
    """MB that phrases of all lengths took, behind a short one."""
    from voiceos.engines.piper import Piper

    engine = Piper(path, threads=2)

    def rested_mb() -> float:
        found = []
        for _ in range(3):  # how well a first phrase fits differs from rest to rest
            engine.rest()
            found.append(_own_mb())
        return statistics.median(found)

    engine.synthesize("Yes.", 1.0)
    before_mb = rested_mb()
    for end in range(1, PHRASES + 1):
        engine.synthesize(f"{TEXT[:end]}.", 1.0)
    return rested_mb() - before_mb


def _alone(measure: Callable[[str], float], path: Path) -> float:
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(measure, str(path)).result()


def test_what_a_long_utterance_needed_is_given_back(models_dir: Path) -> None:
    assert _alone(_recogniser, models_dir / "faster-whisper-base") < KEPT_MB


def test_phrases_of_all_lengths_take_no_more_and_more(models_dir: Path) -> None:
    voice = models_dir / "en_US-joe-medium" / "en_US-joe-medium.onnx"
    # What is kept of each length is kept each time; how well the heap fits differs by MB where the machine is busy.
    assert min(_alone(_voice, voice) for _ in range(2)) < GROWN_MB
