"""Was it said to the assistant? Its name anywhere in the sentence, as far as a recogniser spells names."""

from __future__ import annotations

import re
import unicodedata

from rapidfuzz.distance import Levenshtein

_WORD = re.compile(r"[^\W\d_]+")
_POSSESSIVE = re.compile(r"['’]s\b")
_SAME_SOUND = (
    *(("ce", "se"), ("ci", "si"), ("cy", "sy"), ("ph", "f"), ("th", "t"), ("ck", "k"), ("c", "k"), ("q", "k")),
    *(("x", "ks"), ("z", "s"), ("w", "v"), ("oo", "u"), ("h", "")),
)
"""Spellings that recognisers exchange in names they do not know, in this order."""
_LAST_VOWEL = re.compile(r"(?<![ae])(?:ie|y)$")
_BRIGHT_VOWELS = re.compile(r"[ae][aeiy]*")
_ASIDE = re.compile(r"(?:^|(?<=[,.!?;:]))([^,.!?;:]+)(?=[,.!?;:]|$)")
"""What stands between punctuation marks, or between one and an end."""

SPLIT_NAME_LETTERS = 6
"""Names as long as this are also found where they were heard as two words ("Sam Antha"); in shorter ones such pairs
are common words ("had a")."""

LETTERS_PER_MISTAKE = 5
"""One letter in five may be wrong, after spellings of the same sound are made alike. So names of up to four letters
must sound right: too many words are near them."""


def names(transcript: str, name: str) -> bool:
    """Whether the assistant's name, one word or several, is said in the transcript."""
    wanted = _folded("".join(_letters(name)))
    words = _letters(transcript)
    if not wanted:
        return False
    if any(_alike(_folded(word), wanted) for word in words):
        return True
    sizes = _sizes(name) - {1}
    return any(_folded("".join(words[i : i + size])) == wanted for size in sizes for i in range(len(words) - size + 1))


def strip_name(transcript: str, name: str) -> str:
    """The transcript without the name where it only calls: set off by punctuation ("Ada, what time is it?").

    "Ada Lovelace was born in London" and "is that Ada's idea?" stay as they are.
    """
    for aside in _ASIDE.finditer(transcript):
        words = _letters(aside[1])
        if not 1 <= len(words) <= max(_sizes(name)) or not names(aside[1], name):
            continue
        if len(words) > 1 and _folded("".join(words)) != _folded("".join(_letters(name))):
            continue
        before = transcript[: aside.start()].rstrip().rstrip(",;:")
        after = transcript[aside.end() :]
        if not before or before[-1] in ".!?":  # the name stood first in its sentence: its comma goes with it
            after = after.lstrip(",.!?;: ")
            return strip_name(f"{before} {after}".strip(), name)
        return strip_name(before + after, name)
    return transcript.strip()


CALLED = 0.55
"""Above this similarity of letters (0 to 1) words are the wake word, which was heard somewhere in them: a recogniser
writes "Okay, Nabu" in many ways. The cases are in tests/unit/listening/test_addressing.py."""

CALLED_WORDS = 6
"""It begins within the first so many: before it there is little, since the sound was cut there."""


def strip_wake_word(transcript: str, phrase: str) -> str:
    """What follows the wake word in a transcript that is known to hold it; all of it where it cannot be made out."""
    wanted = _folded("".join(_letters(phrase)))
    words = list(_WORD.finditer(transcript))
    best, end = CALLED, 0
    for first in range(min(len(words), CALLED_WORDS)):
        for last in range(first, min(len(words), first + len(_letters(phrase)) + 2)):
            heard = _folded("".join(word[0] for word in words[first : last + 1]))
            alike = Levenshtein.normalized_similarity(heard, wanted)
            if alike > best:
                best, end = alike, words[last].end()
    return transcript[end:].lstrip(" ,.!?;:…-–—'’") if end else transcript.strip()


def _sizes(name: str) -> set[int]:
    """In how many words the name may be written."""
    return {1, len(_letters(name)), 2 if len(name) >= SPLIT_NAME_LETTERS else 1}


def _letters(text: str) -> list[str]:
    """The words of a text without accents and possessive endings."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return _WORD.findall(_POSSESSIVE.sub("", plain))


def _alike(word: str, wanted: str) -> bool:
    if word[:1] != wanted[:1]:
        return False
    return Levenshtein.distance(word, wanted) <= len(wanted) // LETTERS_PER_MISTAKE


def _folded(word: str) -> str:
    """Lower case; spellings of one sound alike, bright vowels all `a`, doubled letters single."""
    folded = word.lower()
    for spelled, sound in _SAME_SOUND:
        folded = folded.replace(spelled, sound)
    folded = _BRIGHT_VOWELS.sub("a", _LAST_VOWEL.sub("i", folded))
    return re.sub(r"(.)\1+", r"\1", folded)
