"""Was it said to the assistant? Its name anywhere in the sentence, as far as a recogniser spells names."""

from __future__ import annotations

import re

from rapidfuzz.distance import Levenshtein

_WORD = re.compile(r"[^\W\d_]+")
_POSSESSIVE = re.compile(r"['’]s\b")
_SAME_SOUND = (("ph", "f"), ("th", "t"), ("ck", "k"), ("c", "k"), ("q", "k"), ("z", "s"), ("w", "v"), ("h", ""))
"""Spellings that recognisers exchange in names they do not know."""
_BRIGHT_VOWELS = re.compile(r"[ae][aeiouy]*")
_OTHER_VOWELS = re.compile(r"([iouy])[aeiouy]+")

SPLIT_NAME_LETTERS = 6
"""Names as long as this are also found where they were heard as two words ("Sam Antha"); in shorter ones such pairs
are common words ("had a")."""

LETTERS_PER_MISTAKE = 5
"""One letter in five may be wrong, after spellings of the same sound are made alike. So names of up to four letters
must sound right: too many words are near them."""


def names(transcript: str, name: str) -> bool:
    """Whether the assistant's name, one word or several, is said in the transcript."""
    wanted = _folded("".join(_WORD.findall(name)))
    words = _WORD.findall(_POSSESSIVE.sub("", transcript))
    if not wanted:
        return False
    if any(_alike(_folded(word), wanted) for word in words):
        return True
    sizes = {len(_WORD.findall(name)), 2 if len(name) >= SPLIT_NAME_LETTERS else 1} - {1}
    return any(_folded("".join(words[i : i + size])) == wanted for size in sizes for i in range(len(words) - size + 1))


def _alike(word: str, wanted: str) -> bool:
    if word[:1] != wanted[:1]:
        return False
    return Levenshtein.distance(word, wanted) <= len(wanted) // LETTERS_PER_MISTAKE


def _folded(word: str) -> str:
    """Lower case; spellings of one sound alike, bright vowels all `a`, doubled letters single."""
    folded = word.lower()
    for spelled, sound in _SAME_SOUND:
        folded = folded.replace(spelled, sound)
    folded = _OTHER_VOWELS.sub(r"\1", _BRIGHT_VOWELS.sub("a", folded))
    return re.sub(r"(.)\1+", r"\1", folded)
