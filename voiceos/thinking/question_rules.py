"""The rules by which questions about the user's own life are known, from a language's questions.toml. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from voiceos.languages import table
from voiceos.memory import terms
from voiceos.memory.plain import compiled, parts, with_parts

Holds = Literal["", "name", "day", "number", "place", "price"]


@cache
def alike(language: str) -> Mapping[str, frozenset[str]]:
    """By its stem, the words that mean the same as a word. Raises ConfigError."""
    found: dict[str, frozenset[str]] = {}
    for group in table(language, "questions")["alike"]:
        for word in (terms.stem(one, language) for one in group):
            found[word] = found.get(word, frozenset((word,))) | frozenset(group)
    return found


@dataclass(frozen=True, slots=True)
class QuestionRules:
    """The patterns of one language's questions.toml, compiled once."""

    relations: tuple[tuple[tuple[str, ...], Holds, str, re.Pattern[str]], ...]
    identity: tuple[re.Pattern[str], ...]
    of_name: tuple[re.Pattern[str], ...]
    thing: tuple[re.Pattern[str], ...]
    deed: tuple[re.Pattern[str], ...]
    whether: tuple[re.Pattern[str], ...]
    about: tuple[re.Pattern[str], ...]
    existence: tuple[re.Pattern[str], ...]
    one_of: tuple[re.Pattern[str], ...]
    named: re.Pattern[str]
    somebody: re.Pattern[str]
    kind: re.Pattern[str]


@cache
def question_rules(language: str) -> QuestionRules:
    """Raises ConfigError for a language that has none."""
    words: Mapping[str, Any] = table(language, "questions")
    known = with_parts(words["parts"], parts(language))

    def all_of(name: str, key: str = "asks") -> tuple[re.Pattern[str], ...]:
        return tuple(compiled(pattern, known) for pattern in words[name][key])

    return QuestionRules(
        tuple(
            (
                (entry["name"], *entry.get("also", ())),
                entry.get("wants", ""),
                entry.get("of_sort", ""),
                compiled(pattern, known),
            )
            for entry in words["relation"]
            for pattern in entry["asks"]
        ),
        all_of("identity"),
        all_of("identity", "of_name"),
        all_of("thing"),
        all_of("deed"),
        all_of("whether"),
        all_of("about"),
        all_of("existence"),
        all_of("one_of"),
        compiled("{name}", known),
        compiled(words["somebody"], known),
        compiled(words["kind"], known),
    )
