"""What was read of a turn stays as it was read, as far as the words are the same. Pure.

A recogniser that hears more of a sentence sets other commas and capitals into what it had heard before, and the
language model would have to read all behind the first of them again. Which are right matters little: the words do.
"""

from __future__ import annotations

from voiceos.listening.hearing import plain

TELLING = "?!？！"
"""Marks that change what is meant."""


def steady(text: str, before: str) -> str:
    """`text` with the marks and capitals of `before` in all words that both begin with.

    Args:
        before: what was recognised of the same turn before; its last word is left out, whose end was not known then.
    """
    words, known = text.split(), before.split()[:-1]
    kept = 0
    for new, old in zip(words, known, strict=False):
        if not plain(new) or plain(new) != plain(old) or (new != old and _tells(new, old)):
            break
        kept += 1
    return " ".join([*known[:kept], *words[kept:]]) if kept else text


def _tells(new: str, old: str) -> bool:
    return any(mark in new + old for mark in TELLING)
