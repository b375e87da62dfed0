"""What the recogniser and the voice keep of what a long utterance or phrase needed, each in a process of its own."""

from __future__ import annotations

import multiprocessing
import os
import random
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

GROWN_MB = 40.0
"""By phrases of other lengths than the first ones had; where what each length needed is kept it is some 115 MB."""

FIRST = 10
WORDS = ("the", "sea", "went", "over", "old", "stones", "while", "people", "walked", "slowly", "under", "lamps")


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
    """MB that phrases of all lengths took, behind the first ones."""
    from voiceos.engines.piper import Piper

    engine, chance, before_mb = Piper(path, threads=2), random.Random(1), 0.0
    for number in range(50):
        text = " ".join(chance.choices(WORDS, k=40))[: chance.choice((20, 40, 70, 118, 118))]
        for _ in engine.speak(f"{text.strip()}.", 1.0):
            pass
        if number % FIRST == 0:
            engine.rest()
        before_mb = before_mb or _own_mb()
    engine.rest()
    return _own_mb() - before_mb


def _alone(measure: Callable[[str], float], path: Path) -> float:
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(measure, str(path)).result()


def test_what_a_long_utterance_needed_is_given_back(models_dir: Path) -> None:
    assert _alone(_recogniser, models_dir / "faster-whisper-base") < KEPT_MB


def test_phrases_of_all_lengths_take_no_more_and_more(models_dir: Path) -> None:
    assert _alone(_voice, models_dir / "en_US-joe-medium" / "en_US-joe-medium.onnx") < GROWN_MB
