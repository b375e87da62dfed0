"""How an answer has to begin, by rule: a small model goes on truthfully behind "I'm only a program, so", and forgets
what its persona said long ago. Unlike an opener it is part of the answer, whatever the settings say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from voiceos.thinking.crisis import plain


@dataclass(frozen=True, slots=True)
class Beginning:
    when: re.Pattern[str]
    """Searched for in what the user said: lower case, no apostrophes, " / " where a sentence ended."""
    say: tuple[str, ...]
    """They take turns."""


def beginnings(entries: Iterable[Mapping[str, Any]]) -> tuple[Beginning, ...]:
    """Those of a persona's file: tables with `when`, a list of regular expressions, and `say`, a list of texts."""
    return tuple(Beginning(re.compile("|".join(entry["when"])), tuple(entry["say"])) for entry in entries)


def beginning_for(text: str, turn: int, among: Iterable[Beginning]) -> str:
    """That of the first that fits what the user said, "" for none."""
    said = plain(text)
    return next((one.say[turn % len(one.say)] for one in among if one.when.search(said)), "")
