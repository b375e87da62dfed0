"""Did the assistant hear itself? Its own words, come back through the microphone, open no turn."""

from __future__ import annotations

import re

from rapidfuzz import fuzz

_WORD = re.compile(r"\w+")

MIN_WORDS = 4
"""Fewer words than this are as likely the user's own: "yes", "more about it"."""

ALIKE = 85.0
"""Similarity (rapidfuzz partial ratio, 0 to 100) to a stretch of what was said. A recogniser that hears the assistant
through a room gets about one letter in eight wrong; a user who takes up its words adds ones of their own."""


def is_echo(transcript: str, spoken_recently: str) -> bool:
    """Whether `transcript` is a stretch of `spoken_recently`, both as text in any spelling."""
    heard, spoken = _words(transcript), _words(spoken_recently)
    if len(heard) < MIN_WORDS or not spoken:
        return False
    strange = [word for word in heard if word not in spoken]
    if len(strange) > len(heard) // 3:
        return False
    return fuzz.partial_ratio(" ".join(heard), " ".join(spoken), score_cutoff=ALIKE) > 0


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower().replace("’", "'").replace("'", ""))
