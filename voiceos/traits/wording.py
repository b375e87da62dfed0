"""What traits are in words: lines that the language model reads, and the story of the steps as it is told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from babel.dates import format_date

from voiceos import languages
from voiceos.traits.book import Change

WORDS = {-2: 14, -1: 28}
"""Of talkativeness: an answer ends with the sentence in which it has so many words (`Delivery.words`)."""


class Wording:
    """Of `languages/<code>/traits.toml`. Raises ConfigError for a language that is not there."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._table: dict[str, Any] = languages.table(language, "traits")

    def manner(self, values: Mapping[str, int]) -> str:
        """Lines for the language model; those that are as they were say nothing."""
        lines = self._table["manner"]
        found = (lines[trait].get(str(value), "") for trait, value in values.items() if trait in lines)
        return " ".join(line for line in found if line)

    def became(self, change: Change) -> str:
        """What a step made of it, as in "shorter"."""
        return str(self._table["became"][change.trait]["more" if change.step > 0 else "less"])

    def day(self, day: date) -> str:
        return format_date(day, self._table["day"], locale=self._language)

    def told(self, change: Change) -> str:
        """A step in the list of the command line: "on 12 May: shorter, because …"."""
        text = self._table["line"].format(
            day=self.day(change.day), became=self.became(change), because=self._because(change)
        )
        if change.undone is None:
            return str(text)
        return str(self._table["line_undone"].format(line=text, day=self.day(change.undone)))

    def says(self, key: str, **values: object) -> str:
        """A sentence to be spoken."""
        return str(self._table["says"][key]).format(**values)

    def story(self, changes: Iterable[Change]) -> str:
        """Steps that stand, in a sentence to be spoken."""
        return str(self._table["says"]["and"]).join(
            self.says("step", day=self.day(one.day), became=self.became(one), because=self._because(one))
            for one in changes
        )

    def _because(self, change: Change) -> str:
        few = self._table["because_once"] if change.count == 1 else {}
        return str(few.get(change.reason, self._table["because"][change.reason])).format(
            count=change.count, of=change.of
        )
