"""What every voice activity detector must do, scripted or real."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest

from voiceos.audio.frames import FRAME_SAMPLES
from voiceos.engines.scripted import ScriptedVoiceActivity
from voiceos.engines.silero import Silero
from voiceos.listening.ports import VoiceActivity


@pytest.fixture(params=[ScriptedVoiceActivity, Silero])
def vad(request: pytest.FixtureRequest) -> VoiceActivity:
    made: VoiceActivity = request.param()
    return made


def test_silence_is_no_speech(vad: VoiceActivity) -> None:
    assert all(vad.probability(np.zeros(FRAME_SAMPLES, np.float32)) < 0.2 for _ in range(30))


def test_probabilities_lie_between_0_and_1(vad: VoiceActivity) -> None:
    random = np.random.default_rng(3)
    for level in (0.0, 0.01, 0.3, 1.0):
        frame = (level * random.uniform(-1, 1, FRAME_SAMPLES)).astype(np.float32)
        assert 0 <= vad.probability(frame) <= 1


def test_after_a_reset_it_judges_as_if_new(vad: VoiceActivity) -> None:
    random = np.random.default_rng(4)
    frames = [(0.1 * random.standard_normal(FRAME_SAMPLES)).astype(np.float32) for _ in range(10)]
    first = [vad.probability(frame) for frame in frames]
    vad.reset()
    assert [vad.probability(frame) for frame in frames] == pytest.approx(first, abs=1e-6)


@pytest.mark.parametrize("samples", [0, FRAME_SAMPLES - 1, FRAME_SAMPLES + 1])
def test_other_sizes_are_refused(vad: VoiceActivity, samples: int) -> None:
    with pytest.raises(ValueError, match="a frame has shape"):
        vad.probability(np.zeros(samples, np.float32))


@pytest.mark.skipif(sys.platform != "linux", reason="threads are counted in /proc")
def test_silero_starts_no_threads_and_leaves_the_environment_alone() -> None:
    script = """
import os, numpy as np
count = lambda: len(os.listdir("/proc/self/task"))
from voiceos.engines.silero import Silero
before = count()
vad = Silero()
for _ in range(5): vad.probability(np.zeros(512, np.float32))
print(count() - before, os.environ.get("OMP_THREAD_LIMIT"))
"""
    environment = {k: v for k, v in os.environ.items() if k != "OMP_THREAD_LIMIT"}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, env=environment)
    assert done.stdout.split() == ["0", "None"]
