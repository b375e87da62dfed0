"""What every wake word detector must do, scripted or real."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pytest

from tests.scenarios.room import espeak
from voiceos.audio.frames import FRAME_SAMPLES, RATE_HZ, Samples
from voiceos.engines.micro_wakeword import MicroWakeWord
from voiceos.engines.scripted import ScriptedWakeWord
from voiceos.listening.ports import WakeWord


@dataclass
class Case:
    detector: WakeWord
    wake_word: Callable[[], Samples]
    """The sound of it."""


@pytest.fixture(params=["scripted", "micro_wakeword"])
def case(request: pytest.FixtureRequest) -> Case:
    if request.param == "scripted":
        return Case(ScriptedWakeWord(), ScriptedWakeWord.tone)
    return Case(MicroWakeWord(["okay_nabu"]), lambda: espeak("okay nabu"))


def frames(*sounds: Samples) -> Iterator[Samples]:
    whole = np.concatenate(sounds)
    for start in range(0, len(whole) - FRAME_SAMPLES + 1, FRAME_SAMPLES):
        yield whole[start : start + FRAME_SAMPLES]


def silence(seconds: float) -> Samples:
    return np.random.default_rng(1).normal(0, 3e-4, round(seconds * RATE_HZ)).astype(np.float32)


def heard(detector: WakeWord, *sounds: Samples) -> list[str]:
    return [phrase for frame in frames(*sounds) if (phrase := detector.feed(frame))]


def test_each_saying_is_told_once_as_it_is_written(case: Case) -> None:
    assert heard(case.detector, silence(1), case.wake_word(), silence(2)) == ["Okay Nabu"]
    assert heard(case.detector, case.wake_word(), silence(2)) == ["Okay Nabu"]


def test_silence_noise_and_other_words_are_none(case: Case) -> None:
    noise = np.random.default_rng(2).normal(0, 0.1, 3 * RATE_HZ).astype(np.float32)
    assert heard(case.detector, silence(2), noise, espeak("what is the weather like today"), silence(1)) == []


def test_after_a_reset_it_hears_as_if_new(case: Case) -> None:
    first = [case.detector.feed(frame) for frame in frames(silence(1), case.wake_word(), silence(1))]
    case.detector.reset()
    assert [case.detector.feed(frame) for frame in frames(silence(1), case.wake_word(), silence(1))] == first
    assert any(first)


@pytest.mark.parametrize("samples", [0, FRAME_SAMPLES - 1, FRAME_SAMPLES + 1])
def test_other_sizes_are_refused(case: Case, samples: int) -> None:
    with pytest.raises(ValueError, match="a frame has shape"):
        case.detector.feed(np.zeros(samples, np.float32))


def test_several_words_are_waited_for_at_once() -> None:
    detector = MicroWakeWord(["okay_nabu", "alexa"])
    assert heard(detector, silence(1), espeak("okay nabu"), silence(1), espeak("alexa"), silence(1)) == [
        "Okay Nabu",
        "Alexa",
    ]


def test_a_word_that_there_is_no_model_of_is_refused() -> None:
    with pytest.raises(ValueError, match="hey_ada"):
        MicroWakeWord(["hey_ada"])
