"""What the user told, in their own words said to them. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from voiceos.memory import Episode, provenance, summing
from voiceos.memory.relations import Vocabulary
from voiceos.thinking.intents import SentenceMatcher
from voiceos.thinking.persons import Persons

LONG_LETTERS = 160
"""Of a sentence that is told aloud among others; set by hand."""

TRIED = 12
"""To tell of many turns, so many are looked through for wishes at most: each takes its time, and an answer waits."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence of the user's."""

    text: str
    asks: bool = False
    """A question, or a request."""


class Statements:
    """Of one language. Raises ConfigError where it is not there."""

    def __init__(self, language: str) -> None:
        self._words = summing.rules(language)
        self._request = re.compile(self._words["request"], re.IGNORECASE)
        self._wishes = SentenceMatcher(language)
        self._persons = Persons(language)
        self._vocabulary = Vocabulary.of(language)

    def of(self, turn: Episode) -> list[Statement]:
        """What a turn tells and asks; nothing where it is a wish such as "louder", or was said in need."""
        wish = self._wishes.match(turn.said)
        if wish is not None and wish.name != "remember":
            return []
        said = turn.said if wish is None else str(wish.slots["text"])
        found = []
        for sentence in provenance.sentences(said):
            asks = sentence.endswith(("?", "？")) or self._request.search(sentence.replace("’", "'")) is not None
            if asks or provenance.telling(sentence, self._vocabulary):  # what is only supposed tells nothing
                found.append(Statement(sentence, asks))
        return found

    def longest(self, turns: Sequence[Episode], most: int) -> list[str]:
        """As many as `most` of the sentences of turns that tell something, the longest, in their order, said to the
        user. Of many turns only those with the longest sentences are looked through, so that it takes no longer for
        a week than for a day."""
        longest = {
            place: max(lengths)
            for place, turn in enumerate(turns)
            if (lengths := [len(one) for one in provenance.sentences(turn.said) if not one.endswith("?")])
        }
        found: dict[int, list[Statement]] = {}
        for place in sorted(longest, key=lambda place: -longest[place])[:TRIED]:
            held = [line for lines in found.values() for line in lines if len(line.text) >= longest[place]]
            if len(self.turned(held, most)) == most:
                break
            found[place] = self.of(turns[place])
        return self.turned([line for place in sorted(found) for line in found[place]], most)

    def chosen(self, lines: Sequence[tuple[Statement, bool]], most: int) -> list[str]:
        """As many as `most` of lines, said to the user, in their order: first those of turns that told a fact, then the
        longest of the others, and last what they asked. What is too long to be heard out comes behind its like.

        Args:
            lines: each with whether its turn told a fact.
        """
        found: dict[str, tuple[bool, bool, bool, int]] = {}
        for line, known in lines:
            text = self._said(line)
            if text:
                found.setdefault(text, (line.asks, not known, len(text) > LONG_LETTERS, -len(text)))
        best = set(sorted(found, key=lambda text: found[text])[:most])
        return [text for text in found if text in best]

    def best(self, texts: Sequence[str], most: int) -> list[str]:
        """As many as `most` of what was chosen of a day, in their order: questions last, as there."""
        asked = str(self._words["asked"]).partition("{")[0]
        places = sorted(
            range(len(texts)),
            key=lambda place: (texts[place].startswith(asked), len(texts[place]) > LONG_LETTERS, -len(texts[place])),
        )
        return [texts[place] for place in sorted(places[:most])]

    def _said(self, line: Statement) -> str:
        """Said to the user; empty where it is no sentence, or cannot be."""
        if " " not in line.text:
            return ""
        if line.asks:
            return str(self._words["asked"]).format(question=line.text) if line.text.endswith("?") else ""
        text = self._persons.turned(line.text)
        return _sentence(text) if text else ""

    def turned(self, lines: Sequence[Statement], most: int) -> list[str]:
        """As many as `most` of those that tell something and can be said to the user, the longest, in their order."""
        told = [self._said(line) for line in lines if not line.asks]
        texts = [text for text in told if text]
        places = sorted(range(len(texts)), key=lambda place: -len(texts[place]))[:most]
        return [texts[place] for place in sorted(places)]


def _sentence(text: str) -> str:
    text = text.rstrip(" .!")
    return f"{text[:1].upper()}{text[1:]}."
