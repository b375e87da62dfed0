"""How well a memory fits: what meaning and words tell of it, as one number. Pure.

Scores are added, not ranks: rank fusion throws away how near the nearest is, and that is what tells a memory from the
mere best of a hundred thousand. The weights were chosen on one half of the questions of `voiceos bench recall` and are
judged by the other (docs/decisions/0028-recall.md).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

THRESHOLD = 0.42
"""Below it nothing is recalled."""

WORDS = 0.05
"""For each match of a word that nothing else holds."""
WORDS_ALONE = 0.4
"""Likewise where there is no vector: two such words are enough, or one and some more."""
WORDS_FULL = 4.0
"""More of them tell nothing more."""
NAMED = 0.1
"""Names what was named; taken off where something was named and this does not name it."""
QUESTION = 0.1
"""Taken off what the user asked: a question is like any other, and tells nothing of them."""
IMPERSONAL = 0.16
"""Taken off where the text speaks of nobody they know: it asks what an encyclopedia holds."""
FACT = 0.03
"""Drawn from what was said, and kept up to date."""
TOLD_AGAIN = 0.01
"""For each doubling of a fact's weight, up to `WEIGHT_FULL`."""
WEIGHT_FULL = 16.0
RECENT = 0.03
"""For what was told just now; half of it after `HALF_DAYS`, a quarter after two of them."""
HALF_DAYS = 30.0

_NAME = re.compile(r"(?<=[\w,;'’] )[^\W\d_a-z]\w+")
"""With a capital letter, and not at the beginning of a sentence."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of a memory beside a text."""

    cosine: float | None
    """Of meanings, as seen from the centre of all; None where it has no vector."""
    words: float
    """How many matches of a word that nothing else holds its BM25 score is worth; 0 where it has none."""
    named: bool | None = None
    """It names what the text names; None where that names nothing."""
    question: bool = False
    personal: bool = True
    """The text speaks of the user, or names somebody."""
    fact: bool = False
    weight: float = 1.0
    at: datetime | None = None
    """When it was told last."""


def score(evidence: Evidence, now: datetime) -> float:
    """At most some 1.5; more is better. Rises with cosine, words and weight, and falls with age."""
    words = min(max(evidence.words, 0.0), WORDS_FULL)
    total = WORDS_ALONE * words if evidence.cosine is None else evidence.cosine + WORDS * words
    if evidence.named is not None:
        total += NAMED if evidence.named else -NAMED
    total -= QUESTION * evidence.question + IMPERSONAL * (not evidence.personal)
    if evidence.fact:
        total += FACT + TOLD_AGAIN * math.log2(min(max(evidence.weight, 1.0), WEIGHT_FULL))
    if evidence.at is not None:
        days = max((now - evidence.at).total_seconds(), 0.0) / 86_400
        total += RECENT * 0.5 ** (days / HALF_DAYS)
    return total


def rare_matches(bm25: float, documents: int) -> float:
    """What a BM25 score is worth in matches of a word that one document holds, whatever the number of documents."""
    return max(bm25, 0.0) / math.log(math.e + documents)


def names(text: str) -> frozenset[str]:
    """Names in a text, in lower case, as far as capital letters tell."""
    return frozenset(found.lower() for found in _NAME.findall(text))


def name_any(text: str, wanted: Iterable[str]) -> bool:
    """Whether one of the names is in a text."""
    there = set(re.findall(r"\w+", text.lower()))
    return any(name in there for name in wanted)
