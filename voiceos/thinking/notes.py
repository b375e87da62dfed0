"""How the language model is told what is remembered. Pure: which memories, and how many, others choose.

Two places: a block behind the persona with what is known of the user, which stays as it is from turn to turn, and a
note behind the user's words, which is there only where something belongs to them. A small model that is asked for what
it was never told makes something up, so where they ask about their own life and nothing is known the note says that.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime

from babel.dates import format_date

from voiceos.languages import table
from voiceos.memory import NOTE, Episode, Fact, provenance, terms
from voiceos.memory.relations import Vocabulary

BEGINNING = 4
"""Letters in which words of one stem agree."""
LONGEST_LETTERS = 160
"""Of what the user said, told word by word; what is longer is cut."""


class Notes:
    """Of one language. Raises ConfigError where it is not there."""

    def __init__(self, language: str) -> None:
        self._texts = table(language, "notes")
        self._summaries = table(language, "summaries")
        self._vocabulary = Vocabulary.of(language)
        self._language = language

    @property
    def unknown(self) -> str:
        """The note where they ask for what they have not told."""
        return str(self._texts["unknown"])

    @property
    def careful(self) -> str:
        """The note where they ask for what the prompt may hold, or not."""
        return str(self._texts["careful"])

    def known(self, facts: Sequence[Fact]) -> str:
        """The block; empty where nothing is known."""
        told = "; ".join(dict.fromkeys(self.in_words(fact) for fact in facts))
        return str(self._texts["known"]).format(facts=told) if told else ""

    def profile(self, lines: Sequence[str]) -> str:
        """What is thought of the user, in the third person; empty where nothing is."""
        told = " ".join(lines)
        for pattern, instead in self._summaries["to_third"]:
            told = re.sub(pattern, instead, told)
        return str(self._summaries["profile_known"]).format(lines=_plain(told, letters=len(told))) if told else ""

    def note(self, memories: Iterable[Fact | Episode], now: datetime, *, asked: bool) -> str:
        """One line in square brackets; empty where there are no memories.

        Args:
            asked: they ask about their own life for more than the memories may tell.
        """
        told = "; ".join(dict.fromkeys(self._memory(one, now) for one in memories))
        return str(self._texts["note_asked" if asked else "note"]).format(memories=told) if told else ""

    def in_words(self, fact: Fact) -> str:
        """A fact, the user in the third person; what they asked to be remembered, in their own words."""
        return _plain(fact.sentence if fact.relation == NOTE else self._vocabulary.in_words(fact))

    def tells(self, said: str) -> bool:
        """Whether the user's words tell anything: not where they only ask, suppose or want something."""
        return bool(provenance.telling(said, self._vocabulary))

    def wants(self, text: str) -> bool:
        """Whether a text asks or wants anything, whatever else it tells."""
        lower = text.lower().replace("’", "'")
        return re.search(self._texts["wants"], lower) is not None or not self.tells(text)

    def asks_about_themselves(self, text: str) -> bool:
        """Whether a text asks about the user's own life."""
        lower = text.lower().replace("’", "'").strip()
        asks = lower.endswith("?") and re.search(self._texts["asks"], lower)
        return bool(asks) and not re.search(self._texts["advice"], lower)

    def shared(self, question: str, texts: Iterable[str]) -> float:
        """Which share of what a question is about, 0 to 1, one of the texts is about as well: beginnings of the words
        that matter, or of some that mean the same."""
        asked = self._words(question)
        return max((sum(bool(one & self._all(text)) for one in asked) / len(asked) for text in texts), default=0.0)

    def _words(self, text: str) -> list[set[str]]:
        """For each word that matters its beginning, and of those that mean the same."""
        every = terms.content(text, self._language)
        words = [word for word in every if word not in self._texts["of_any"]] or every
        return [self._same(word) for word in words] or [set()]

    def _all(self, text: str) -> set[str]:
        return {one for word in terms.content(text, self._language) for one in self._same(word)}

    def _same(self, word: str) -> set[str]:
        begins = word[:BEGINNING]
        same = {begins}
        for group in self._texts["same"]:
            beginnings = {one[:BEGINNING] for one in group}
            same |= beginnings if begins in beginnings else set()
        return same

    def _memory(self, one: Fact | Episode, now: datetime) -> str:
        if isinstance(one, Fact):
            return str(self._texts["memory"]).format(fact=self.in_words(one), when=self._when(one.since, now))
        return str(self._texts["said"]).format(said=_plain(one.said), when=self._when(one.at, now))

    def _when(self, at: datetime, now: datetime) -> str:
        days = (now.date() - at.date()).days
        if days in (0, 1):
            return str(self._texts["yesterday" if days else "today"])
        pattern = self._texts["this_year" if at.year == now.year else "another_year"]
        return str(format_date(at, pattern, locale=self._language))


def _plain(text: str, *, letters: int = LONGEST_LETTERS) -> str:
    """Without what ends a note, and not too long."""
    text = " ".join(text.replace("[", "(").replace("]", ")").split()).rstrip(".")
    return text if len(text) <= letters else text[:letters].rsplit(" ", 1)[0] + "…"
