"""Did the assistant hear itself? Its own words, come back through the microphone, open no turn.

A recogniser that hears the assistant through a room misspells what was said; a user who takes up its words adds some of
their own. Letters alone do not tell them apart: "I would like to hear more" is nearer to "would you like to hear more"
than many an echo is. So words are aligned too, and those without a counterpart of similar spelling are the user's.
"""

from __future__ import annotations

import re

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

_WORD = re.compile(r"\w+")

MIN_WORDS = 4
"""Fewer words than this are as likely the user's own: "yes", "more about it"."""

MIN_WORDS_OVER_REPLY = 2
"""Likewise where the assistant's voice is known to come back and the words began over it: then they are its own, sooner
than a user's who says the same at the same moment."""

ALIKE = 85.0
"""Similarity of letters (rapidfuzz partial ratio, 0 to 100) to a stretch of what was said; set on the table of cases in
tests/unit/listening/test_own_words.py."""

MISHEARD = 50.0
"""Similarity of letters (rapidfuzz ratio) from which words are a misspelling of those in their place: "a boat" for
"about", "Francis" for "France is". Set on the same table."""

WORDS_PER_STRANGE_WORD = 10
"""One strange word in ten may be a noise; shorter transcripts may have none."""


def is_echo(transcript: str, spoken_recently: str, *, least: int = MIN_WORDS) -> bool:
    """Whether `transcript` is a stretch of `spoken_recently`, both as text in any spelling.

    Args:
        least: words in it; fewer are no echo.
    """
    heard, spoken = _words(transcript), _words(spoken_recently)
    if len(heard) < least or not spoken:
        return False
    place = fuzz.partial_ratio_alignment(" ".join(heard), " ".join(spoken), score_cutoff=ALIKE)
    if place is None:
        return False
    stretch = _whole_words(" ".join(spoken), place.dest_start, place.dest_end)
    return _strange_words(heard, stretch) <= len(heard) // WORDS_PER_STRANGE_WORD


def _strange_words(heard: list[str], spoken: list[str]) -> int:
    """How many of the words heard are no misspelling of what was spoken in their place."""
    strange = 0
    ours: list[str] = []
    theirs: list[str] = []
    for change in [*Levenshtein.opcodes(spoken, heard), None]:
        if change is not None and change.tag != "equal":
            ours += spoken[change.src_start : change.src_end]
            theirs += heard[change.dest_start : change.dest_end]
            continue
        if theirs and fuzz.ratio("".join(ours), "".join(theirs)) < MISHEARD:
            strange += len(theirs)
        ours, theirs = [], []
    return strange


def _whole_words(text: str, start: int, end: int) -> list[str]:
    """The words of `text` that lie in part between two places."""
    return text[text.rfind(" ", 0, start + 1) + 1 : _end_of_word(text, end)].split()


def _end_of_word(text: str, place: int) -> int:
    space = text.find(" ", max(place - 1, 0))
    return len(text) if space < 0 else space


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower().replace("’", "'").replace("'", ""))
