"""How an answer is to sound, and how long to be, for a mood and an hour. Pure.

The user's settings are the centre: the voice's pace is multiplied, and it is only ever made softer. Numbers are set by
hand, small enough that it stays the same voice.
"""

from __future__ import annotations

from dataclasses import dataclass

from voiceos.mood.estimate import Mood

SLOWEST, FASTEST = 0.78, 1.16
"""Bounds of the pace, in times of the one that is set. A piper voice, which rounds up each sound, follows only half of
it: `python -m voiceos.bench.expression VOICE.onnx` prints that."""
SOFTEST_DB = -6.0
"""Bound of the loudness; 0 is the one that is set."""
NIGHT_PACE, SAD_PACE, SOFT_PACE, HURRY_PACE, CHEER_PACE = -0.10, -0.15, -0.05, 0.15, 0.05
"""What each adds to the pace."""
NIGHT_DB, SAD_DB, MOOD_SOFT_DB = -4.0, -1.5, -4.0
"""What each adds to the loudness."""
BRIEF_FROM = 0.5
"""Hurry from which answers are brief."""
BRIEF_WORDS = 10
"""A brief answer ends with the sentence in which it has as many: a small model's first one nearly always."""


@dataclass(frozen=True, slots=True)
class Delivery:
    pace: float = 1.0
    """Times the pace that is set."""
    gain: float = 1.0
    """Of the voice's samples, 0 to 1."""
    words: int | None = None
    """The answer ends with the sentence in which it has so many; None: where the language model ends it."""


def delivery(mood: Mood, *, night: bool) -> Delivery:
    """
    Args:
        night: the hours are those in which the user wants quiet.
    """
    pace = 1.0 + NIGHT_PACE * night + SAD_PACE * mood.sad + SOFT_PACE * mood.soft
    pace += HURRY_PACE * mood.hurry + CHEER_PACE * mood.cheer
    db = NIGHT_DB * night + SAD_DB * mood.sad + MOOD_SOFT_DB * mood.soft
    return Delivery(
        round(min(FASTEST, max(SLOWEST, pace)), 3),
        round(float(10 ** (max(SOFTEST_DB, db) / 20)), 3),
        BRIEF_WORDS if mood.hurry >= BRIEF_FROM else None,
    )
