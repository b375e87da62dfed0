"""What one utterance shows of a mood: its words, how fast and how loud it was said. Pure.

Words weigh most, as they are sure; pace and loudness only count against what is usual for this user, once that is
known. Numbers are set by hand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from voiceos import languages
from voiceos.thinking.crisis import GONE, plain

KNOWN_UTTERANCES = 5
"""Fewer do not tell what is usual."""
LEAST_WORDS, LEAST_VOICED_S = 2, 0.4
"""Of shorter ones pace means nothing."""
RECENT = 0.05
"""Share of the newest utterance in what is usual, once that is known: people move, microphones change."""
SHORT_WORDS = 7
"""Somebody who is busy says no more at once."""
FAST, FASTEST = 1.15, 1.4
"""Pace, in times of the usual one, from which it is fast, and beyond which it is no faster."""
SLOW = 0.8
SOFT_DB, SOFTEST_DB = 4.0, 12.0
"""So far below the usual level a voice is soft, and beyond which it is no softer."""
LOUD_DB = 6.0
SOME = 0.6
"""Strength of words that may mean it, and the most that pace shows."""
LISTLESS = 0.3
"""Strength of a slow and soft voice as a sign of sadness."""


@dataclass(frozen=True, slots=True)
class Prosody:
    """How an utterance was said."""

    voiced_s: float
    """Seconds of voice."""
    level_db: float | None = None
    """Of its stressed vowels, dBFS; None where that is not known."""


@dataclass(frozen=True, slots=True)
class Usual:
    """What is usual for this user through this microphone."""

    pace: float = 0.0
    """Words a second of voice."""
    paces: int = 0
    """Utterances that it is known from."""
    level_db: float = 0.0
    levels: int = 0

    def learned(self, words: int, said: Prosody) -> Usual:
        """With one more utterance."""
        pace, paces, level_db, levels = self.pace, self.paces, self.level_db, self.levels
        if words >= LEAST_WORDS and said.voiced_s >= LEAST_VOICED_S:
            pace += (words / said.voiced_s - pace) * _weight(paces)
            paces += 1
        if said.level_db is not None:
            level_db += (said.level_db - level_db) * _weight(levels)
            levels += 1
        return Usual(pace, paces, level_db, levels)


def _weight(known: int) -> float:
    """Of one more utterance."""
    return 1 / (known + 1) if known < KNOWN_UTTERANCES else RECENT


@dataclass(frozen=True, slots=True)
class Signs:
    """Each −1 (surely not) to 1 (surely)."""

    hurry: float = 0.0
    sad: float = 0.0
    cheer: float = 0.0
    soft: float = 0.0


class Lexicon:
    """The words of `languages/<code>/mood.toml`. Raises ConfigError for a language that is not there."""

    def __init__(self, language: str) -> None:
        self._moods, self._negated, self._long = _compiled(language)

    def strength(self, mood: str, said: str) -> float:
        """Of the words for a mood: 1 where they say it, `SOME` where they may mean it, −1 where they deny it.

        Args:
            said: as `crisis.plain` makes it.
        """
        words = self._moods[mood]
        said = words["other"].sub(GONE, said)
        if words["against"].search(said):
            return -1.0
        if self._says(words["sure"], said):
            return 1.0
        return SOME if self._says(words["some"], said) else 0.0

    def _says(self, words: re.Pattern[str], said: str) -> bool:
        return any(not self._negated.search(said[: found.start()]) for found in words.finditer(said))

    def asks_for_length(self, said: str) -> bool:
        """Whether what is asked for has a length of its own: a story, a recipe, an explanation."""
        return bool(self._long.search(said))


@cache
def _compiled(language: str) -> tuple[dict[str, dict[str, re.Pattern[str]]], re.Pattern[str], re.Pattern[str]]:
    table: dict[str, Any] = languages.table(language, "mood")
    moods = {
        mood: {how: _either(table[mood][how]) for how in ("sure", "some", "against", "other")}
        for mood in ("hurry", "sad", "cheer")
    }
    return moods, re.compile(table["negated"]), _either(table["long"])


def _either(patterns: Iterable[str]) -> re.Pattern[str]:
    """Any of them; of none, what is found nowhere."""
    return re.compile("|".join(patterns) or r"(?!)")


def signs(text: str, said: Prosody | None, usual: Usual, lexicon: Lexicon) -> Signs:
    """What an utterance shows.

    Args:
        said: None where it was typed.
    """
    words = plain(text)
    hurry, sad, cheer = (lexicon.strength(mood, words) for mood in ("hurry", "sad", "cheer"))
    soft = 0.0
    if said is not None:
        count = word_count(text)
        louder_db = 0.0
        if said.level_db is not None and usual.levels >= KNOWN_UTTERANCES:
            louder_db = said.level_db - usual.level_db
            soft = -1.0 if louder_db >= LOUD_DB else _share(-louder_db, SOFT_DB, SOFTEST_DB)
        if usual.paces >= KNOWN_UTTERANCES and count >= LEAST_WORDS and said.voiced_s >= LEAST_VOICED_S:
            pace = count / said.voiced_s / usual.pace
            if count <= SHORT_WORDS and not hurry:
                hurry = SOME * _share(pace, FAST, FASTEST)
            if pace <= SLOW and louder_db <= -SOFT_DB and not sad:
                sad = LISTLESS
    return Signs(hurry, sad, cheer, soft)


def word_count(text: str) -> int:
    return len(text.split())


def _share(value: float, low: float, high: float) -> float:
    return min(1.0, max(0.0, (value - low) / (high - low)))
