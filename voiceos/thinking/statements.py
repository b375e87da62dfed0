"""What the user told, in their own words said to them: where nothing was put in short, or nothing of it held. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from voiceos.memory import Episode, provenance, summing
from voiceos.memory.relations import Vocabulary
from voiceos.thinking.intents import SentenceMatcher
from voiceos.thinking.persons import Persons

TRIED = 12
"""To tell of many turns, so many are looked through for wishes at most: each takes its time, and an answer waits."""


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

    def longest(self, turns: Sequence[Episode], most: int) -> list[str]:
        """As many as `most` of the sentences of turns that tell something, the longest, in their order, said to the
        user. Of many turns only those with the longest sentences are looked through, so that it takes no longer for
        a week than for a day."""
        longest = {
            place: max(lengths)
            for place, turn in enumerate(turns)
            if (lengths := [len(one) for one in provenance.sentences(turn.said) if not one.endswith("?")])
        }
        found: dict[int, list[summing.Line]] = {}
        for place in sorted(longest, key=lambda place: -longest[place])[:TRIED]:
            held = [line for lines in found.values() for line in lines if len(line.text) >= longest[place]]
            if len(self.turned(held, most)) == most:
                break
            found[place] = self.of(turns[place])
        return self.turned([line for place in sorted(found) for line in found[place]], most)

    def turned(self, lines: Sequence[summing.Line], most: int) -> list[str]:
        """As many as `most` of those that tell something and can be said to the user, the longest, in their order."""
        told = {place: self._persons.turned(line.text) for place, line in enumerate(lines) if not line.asks}
        told = {place: text.rstrip(" .!") for place, text in told.items() if " " in text}
        longest = sorted(told, key=lambda place: -len(told[place]))[:most]
        return [f"{told[place][:1].upper()}{told[place][1:]}." for place in sorted(longest)]
