"""The mood from turn to turn: signs draw it their way, and it goes back to neutral by itself. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from voiceos.mood.signs import Signs

HALF_LIFE_S = 300.0
"""What was felt so long ago counts half; set by hand, as are the next two."""
EASE = 0.25
"""Share of a mood that goes with each utterance which shows nothing of it."""
PULL = 0.6
"""How much more a sure sign counts than none: one alone takes most of the way."""


@dataclass(frozen=True, slots=True)
class Mood:
    """Of the user, as far as it shows; each 0 (not at all) to 1. All of it 0 is neutral."""

    hurry: float = 0.0
    sad: float = 0.0
    cheer: float = 0.0
    soft: float = 0.0
    """They speak softly, as where somebody sleeps."""


def later(mood: Mood, gap_s: float) -> Mood:
    """What is left of a mood after so many seconds."""
    kept = 0.5 ** (max(0.0, gap_s) / HALF_LIFE_S)
    return Mood(mood.hurry * kept, mood.sad * kept, mood.cheer * kept, mood.soft * kept)


def after(mood: Mood, signs: Signs) -> Mood:
    """The mood once these signs were seen."""
    return Mood(
        _drawn(mood.hurry, signs.hurry),
        _drawn(mood.sad, signs.sad),
        _drawn(mood.cheer, signs.cheer),
        _drawn(mood.soft, signs.soft),
    )


def _drawn(before: float, sign: float) -> float:
    pull = EASE + PULL * abs(sign)
    if sign >= before:
        return before + pull * (sign - before)
    return before * (1 - pull) if sign < 0 else before + EASE * (sign - before)
