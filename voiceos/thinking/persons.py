"""What the user says of themselves, said to them: by rules of the language, and only where these can do it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from voiceos import languages


class Persons:
    """The rules of `languages/<code>/persons.toml`. Raises ConfigError for a language that is not there."""

    def __init__(self, language: str) -> None:
        self._rules = _rules(language)

    @property
    def listener(self) -> str:
        """ "you"."""
        return self._rules.listener

    def turned(self, text: str) -> str:
        """ "my sister's name is Ana" becomes "your sister's name is Ana"; empty where it speaks of the listener."""
        if self._rules.never.search(text):
            return ""
        for pattern, instead in self._rules.turned:
            text = pattern.sub(instead, text)
        return text

    def other_value(self, text: str, value: str) -> str:
        """ "my sister's name is Ana" with the value "Anna" is "my sister's name is Anna"; empty where the text does not
        say that something is something."""
        *_, last = [None, *self._rules.being.finditer(text)]
        if last is None or not text[last.end() :].strip():
            return ""
        return f"{text[: last.end()]} {value}"

    def dated(self, text: str) -> bool:
        """Whether it means another day each day that it is said, as "tomorrow" does."""
        return self._rules.dated.search(text) is not None

    def undated(self, text: str) -> str:
        """ "I have an exam on Friday" is "I have an exam": without such words."""
        text = " ".join(self._rules.dated.sub(" ", text).split())
        return self._rules.left_over.sub("", text).strip(" ,;:")


@dataclass(frozen=True, slots=True)
class _Rules:
    listener: str
    never: re.Pattern[str]
    turned: tuple[tuple[re.Pattern[str], str], ...]
    being: re.Pattern[str]
    dated: re.Pattern[str]
    left_over: re.Pattern[str]


@cache
def _rules(language: str) -> _Rules:
    table = languages.table(language, "persons")
    turned = tuple((re.compile(pattern), instead) for pattern, instead in table["turned"])
    dated = re.compile(table["dated"], re.IGNORECASE)
    left_over = re.compile(table["left_over"], re.IGNORECASE)
    return _Rules(table["listener"], re.compile(table["never"]), turned, re.compile(table["is"]), dated, left_over)
