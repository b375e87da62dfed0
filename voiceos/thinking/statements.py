"""What the user told, in their own words said to them: where nothing was put in short, or nothing of it held. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from voiceos.memory import Episode, summing
from voiceos.memory.relations import Vocabulary
from voiceos.thinking.intents import SentenceMatcher
from voiceos.thinking.persons import Persons


class Statements:
    """Of one language. Raises ConfigError where it is not there."""

    def __init__(self, language: str) -> None:
        self._wishes = SentenceMatcher(language)
        self._persons = Persons(language)
        self._vocabulary = Vocabulary.of(language)

    def of(self, turn: Episode) -> list[summing.Line]:
        """What a turn tells and asks; nothing where it is a wish such as "louder", or was said in need."""
        wish = self._wishes.match(turn.said)
        if wish is not None and wish.name != "remember":
            return []
        said = turn.said if wish is None else str(wish.slots["text"])
        return summing.lines_said(said, self._vocabulary)

    def turned(self, lines: Sequence[summing.Line], most: int) -> list[str]:
        """As many as `most` of those that tell something and can be said to the user, the longest, in their order."""
        told = {place: self._persons.turned(line.text) for place, line in enumerate(lines) if not line.asks}
        told = {place: text.rstrip(" .!") for place, text in told.items() if " " in text}
        longest = sorted(told, key=lambda place: -len(told[place]))[:most]
        return [f"{told[place][:1].upper()}{told[place][1:]}." for place in sorted(longest)]
