"""What the user says of themselves, said to them: by rules of the language, and only where these can do it."""

from __future__ import annotations

import re
from functools import cache

from voiceos import languages


class Persons:
    """The rules of `languages/<code>/persons.toml`. Raises ConfigError for a language that is not there."""

    def __init__(self, language: str) -> None:
        self._rules = _rules(language)

    def turned(self, text: str) -> str:
        """ "my sister's name is Ana" becomes "your sister's name is Ana"; empty where it speaks of the listener."""
        never, turned, _ = self._rules
        if never.search(text):
            return ""
        for pattern, instead in turned:
            text = pattern.sub(instead, text)
        return text

    def other_value(self, text: str, value: str) -> str:
        """ "my sister's name is Ana" with the value "Anna" is "my sister's name is Anna"; empty where the text does not
        say that something is something."""
        *_, last = [None, *self._rules[2].finditer(text)]
        if last is None or not text[last.end() :].strip():
            return ""
        return f"{text[: last.end()]} {value}"


@cache
def _rules(language: str) -> tuple[re.Pattern[str], tuple[tuple[re.Pattern[str], str], ...], re.Pattern[str]]:
    table = languages.table(language, "persons")
    turned = tuple((re.compile(pattern), instead) for pattern, instead in table["turned"])
    return re.compile(table["never"]), turned, re.compile(table["is"])
