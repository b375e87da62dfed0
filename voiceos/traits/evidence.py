"""What one turn tells of how the user likes it to be: counts, by rules over words. Pure."""

from __future__ import annotations

import re
from functools import cache

from voiceos import languages
from voiceos.exchange import Exchange
from voiceos.thinking.crisis import plain
from voiceos.traits.book import Counts

LONG_WORDS = 8
"""Of an answer heard: who breaks off sooner has heard what they wanted, or was misunderstood."""


class Evidence:
    """By the words of `languages/<code>/traits.toml`. Raises ConfigError for a language that is not there."""

    def __init__(self, language: str) -> None:
        self._asks = _compiled(language)

    def of(self, turn: Exchange) -> Counts:
        """What a turn that is over tells; mostly little."""
        counts = {}
        if turn.said and len(turn.heard.split()) >= LONG_WORDS:
            counts["answers"] = 1
            if turn.cut_off:
                counts["cut_off"] = 1
        said = plain(turn.said)
        return counts | {kind: 1 for kind, words in self._asks.items() if words.search(said)}


@cache
def _compiled(language: str) -> dict[str, re.Pattern[str]]:
    table = languages.table(language, "traits")["evidence"]
    return {kind: re.compile("|".join(patterns)) for kind, patterns in table.items()}
