"""Whether what somebody says shows that a life is in danger: by rule, so that it works without the language model.

The rule is data (`languages/<code>/crisis.toml`, which tells how it is read). It looks at words anywhere in an
utterance of any length, and knows nothing of tone: what people say of films, friends and boots is taken out first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Any

from voiceos import languages
from voiceos.events import CRISIS

NAME = CRISIS
"""Of the intent; its slot `kind` is one of `Crisis.kinds`."""

_SENTENCE_ENDS = re.compile(r"[.!?;:…\n]+")
_QUIET_MARKS = re.compile(r"['’]")
_NO_WORDS = re.compile(r"[^\w/]+")
_PART = re.compile(r"<(\w+)>")
GONE = " _ "
"""Stands for what was taken out, so that no words meet that were apart."""


class Crisis:
    """Args:
    language: ISO 639-1; raises ConfigError where it has no folder.
    """

    def __init__(self, language: str) -> None:
        self._rule = _rule(language)

    @property
    def kinds(self) -> tuple[str, ...]:
        """What it tells apart, the most pressing first."""
        return self._rule.kinds

    def find(self, transcript: str) -> str:
        """The kind of danger that the words show, "" for none."""
        rule = self._rule
        text = plain(transcript)
        if not rule.own.search(text):
            text = rule.frames.sub(GONE, text)
        text = rule.idioms.sub(GONE, text)
        for kind in rule.kinds:
            if rule.even_denied[kind].search(text):
                return kind
        text = rule.denied.sub(GONE, text)
        return next((kind for kind in rule.kinds if rule.said[kind].search(text)), "")


def plain(transcript: str) -> str:
    """Lower case, no apostrophes, single spaces, " / " where a sentence ends."""
    text = _QUIET_MARKS.sub("", transcript.lower().replace("/", " "))
    text = _NO_WORDS.sub(" ", _SENTENCE_ENDS.sub(" / ", text))
    return text.strip(" /")


class _Rule:
    def __init__(self, table: dict[str, Any]) -> None:
        parts: dict[str, str] = table["parts"]

        def compiled(patterns: Iterable[str]) -> re.Pattern[str]:
            return re.compile("|".join(_whole(pattern, parts) for pattern in patterns))

        self.kinds: tuple[str, ...] = tuple(table["kinds"])
        self.own = compiled(table["passed"]["own"])
        self.frames = compiled(table["passed"]["frames"])
        self.idioms = compiled(table["passed"]["idioms"])
        self.denied = compiled(table["passed"]["denied"])
        self.even_denied = {kind: compiled(table[kind]["even_denied"]) for kind in self.kinds}
        self.said = {kind: compiled(table[kind]["said"]) for kind in self.kinds}


@cache
def _rule(language: str) -> _Rule:
    return _Rule(languages.table(language, "crisis"))


def _whole(pattern: str, parts: dict[str, str]) -> str:
    """The pattern with its parts filled in, which may hold others."""
    while _PART.search(pattern):
        pattern = _PART.sub(lambda part: parts[part[1]], pattern)
    return pattern
