"""What the pace of a mood is on the real voice."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from voiceos.engines.piper import Piper
from voiceos.mood import Mood, delivery

SENTENCES = (
    "I think you could walk to the station in about ten minutes.",
    "There are many ways to bake bread, and most of them are easy.",
)


@pytest.fixture(scope="module")
def voice(models_dir: Path) -> Piper:
    """Without the noise of its durations, by which no sentence is twice as long."""
    voice = Piper(str(models_dir / "en_US-joe-medium" / "en_US-joe-medium.onnx"), threads=2)
    voice._voice.config = replace(voice._voice.config, noise_w_scale=0.0)
    return voice


def length_s(voice: Piper, pace: float) -> float:
    return sum(len(one.samples) / one.rate_hz for one in (voice.synthesize(text, pace) for text in SENTENCES))


@pytest.mark.parametrize(
    ("mood", "night"), [(Mood(), True), (Mood(sad=1.0), False), (Mood(sad=1.0), True), (Mood(hurry=1.0), False)]
)
def test_each_mood_changes_the_pace_its_way_and_no_more_than_it_asks_for(voice: Piper, mood: Mood, night: bool) -> None:
    """Sounds are rounded up to whole frames, so the voice follows in part (`voiceos.bench.expression`)."""
    pace = delivery(mood, night=night).pace
    assert pace != 1.0
    assert 0.2 < (length_s(voice, 1.0) / length_s(voice, pace) - 1) / (pace - 1) <= 1
