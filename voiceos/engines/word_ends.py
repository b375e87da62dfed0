"""From the time of each phoneme to the time of each word of the text.

A phonemiser mostly gives one group of phonemes per word, separated by spaces; but it says some words as one ("of
the") and some as several. Where the numbers differ, the words' own phonemes, one word at a time, are aligned with
what was said.
"""

from __future__ import annotations

import difflib
import re
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from voiceos.speaking.ports import WordEnd

# Scripts written without spaces count each character as a word.
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af][^\w\s]*|[^\s\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")
_SAYABLE = re.compile(r"[^\W_]")
_UNSOUNDED = frozenset("ˈˌ.,!?;:… ")
"""Marks in the phoneme stream that are no sound of their own: stress, punctuation, word space."""


@dataclass(frozen=True, slots=True)
class Sounded:
    phoneme: str
    sample_end: int
    """Sample at which it has been said, before trimming."""


def words_of(text: str) -> list[tuple[str, int]]:
    """Each word of the text that can be said, with the index just behind it and its punctuation."""
    return [(m.group(), m.end()) for m in _WORD.finditer(text) if _SAYABLE.search(m.group())]


def word_ends(
    text: str, sounded: Sequence[Sounded], one_word: Callable[[str], str], *, begin: int, sound_end: int
) -> tuple[WordEnd, ...]:
    """The end of each word, in samples from `begin`; ascending, the last at `sound_end`.

    Args:
        one_word: phonemes of a single word, asked only where groups and words differ in number.
    """
    words = words_of(text)
    letters = [s for s in sounded if s.phoneme not in _UNSOUNDED]
    if not words:
        return ()
    if not letters:
        return tuple(WordEnd(end, sound_end - begin) for _, end in words)
    groups = _group_ends(sounded)
    # ends[i]: how many letters have been said when word i has.
    ends = groups if len(groups) == len(words) else _aligned([one_word(w) for w, _ in words], letters)
    samples: list[int] = []
    for count in ends:
        at = letters[count - 1].sample_end if count else begin
        samples.append(max(min(at, sound_end) - begin, samples[-1] if samples else 0))
    samples[-1] = sound_end - begin
    return tuple(WordEnd(end, at) for (_, end), at in zip(words, samples, strict=True))


def _group_ends(sounded: Sequence[Sounded]) -> list[int]:
    ends: list[int] = []
    count = 0
    for s in sounded:
        if s.phoneme == " ":
            if count and (not ends or count > ends[-1]):
                ends.append(count)
        elif s.phoneme not in _UNSOUNDED:
            count += 1
    if count and (not ends or count > ends[-1]):
        ends.append(count)
    return ends


def _aligned(expected: list[str], letters: Sequence[Sounded]) -> list[int]:
    said = [s.phoneme for s in letters]
    alone: list[str] = []
    borders: list[int] = []
    for word in expected:
        alone += [p for p in word if p not in _UNSOUNDED]
        borders.append(len(alone))
    blocks = difflib.SequenceMatcher(None, alone, said, autojunk=False).get_matching_blocks()
    # Corners of a monotone path from (0, 0) to the ends; a border between two corners is interpolated.
    corners = [(0, 0)]
    for block in blocks:
        corners += [(block.a, block.b), (block.a + block.size, block.b + block.size)]
    ends: list[int] = []
    for border in borders:
        index = max(1, min(bisect_left(corners, (border, 0)), len(corners) - 1))
        (a0, b0), (a1, b1) = corners[index - 1], corners[index]
        at = b1 if a1 == a0 else b0 + round((border - a0) * (b1 - b0) / (a1 - a0))
        ends.append(at)
    return ends
