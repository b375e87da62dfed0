"""What was read of a turn stays as it was read, as far as the words are the same. Pure.

A recogniser that hears more of a sentence sets other commas into what it had heard before, and the language model would
have to read all behind the first of them again. Which of the commas are right matters little.
"""

from __future__ import annotations

MARKS = ",;:"
"""Those that may differ; others tell where sentences end, and what is a question."""


def steady(text: str, before: str) -> str:
    """`text` as `before` has it in all words that both begin with: with its commas, and its capitals but where `text`
    has one and it does not, which may be a name.

    Args:
        before: what was recognised of the same turn before; its last word is left out, whose end was not known then.
    """
    words, known = text.split(), before.split()[:-1]
    kept = 0
    for new, old in zip(words, known, strict=False):
        if not _same(new.rstrip(MARKS), old.rstrip(MARKS), first=not kept):
            break
        kept += 1
    return " ".join([*known[:kept], *words[kept:]]) if kept else text


def _same(new: str, old: str, *, first: bool) -> bool:
    named = new[:1].isupper() and not old[:1].isupper() and not first
    return bool(new) and new.casefold() == old.casefold() and not named
