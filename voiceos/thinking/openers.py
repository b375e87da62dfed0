"""What people say while they are still thinking: "Hmm.", "Oh no." Chosen by rules, before any word of the answer."""

from __future__ import annotations

import re

from voiceos import languages

_WORDS = re.compile(r"\w+")


class Openers:
    """Those of `languages/<code>/openers.toml`. Raises ConfigError for a language that is not there."""

    def __init__(self, language: str) -> None:
        table = languages.table(language, "openers")
        self._never = re.compile("|".join(table["never"]))
        self._groups: list[tuple[re.Pattern[str], tuple[str, ...], bool]] = [
            (re.compile("|".join(group["when"])), tuple(group["say"]), bool(group.get("news")))
            for group in table["groups"]
        ]
        self._opposites = re.compile(table["opposites"])

    @property
    def texts(self) -> tuple[str, ...]:
        """All that may be said."""
        return tuple(dict.fromkeys(text for _, say, _ in self._groups for text in say if text))

    def choose(self, text: str, turn: int) -> str:
        """What the answer to `text` may begin with, "" for nothing: plain facts and requests are answered at once.

        Args:
            turn: number of the turn, which has the openers take turns.
        """
        words = " ".join(_WORDS.findall(re.sub("['’]", "", text.lower())))
        if not words or self._never.search(words):
            return ""
        fitting = [(say, news) for when, say, news in self._groups if when.search(words)]
        if not fitting or (fitting[0][1] and (self._opposites.search(words) or sum(news for _, news in fitting) > 1)):
            return ""
        say, _ = fitting[0]
        return say[turn % len(say)]
