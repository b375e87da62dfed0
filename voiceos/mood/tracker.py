"""The mood of the running conversation: asked as an answer begins, told as a turn is over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from voiceos.mood.delivery import Delivery, delivery
from voiceos.mood.estimate import Mood, after, later
from voiceos.mood.signs import Lexicon, Prosody, Usual, signs, word_count
from voiceos.thinking.crisis import plain


class Steady:
    """No mood shapes anything."""

    def delivery(self, text: str, said: Prosody | None, now: datetime) -> Delivery:
        """How the answer to `text` is to sound: from the turns before and these words. Leaves no trace.

        Args:
            text: empty where it speaks of its own accord.
            said: how it was said; None where that is not known.
        """
        return Delivery()

    def took(self, text: str, said: Prosody | None, now: datetime) -> None:
        """A turn in which the user said this is over."""


class MoodTracker(Steady):
    """
    Args:
        language: ISO 639-1; raises ConfigError where it is not there.
        enabled: whether mood shapes anything.
        night: whether a moment is in the hours in which the user wants quiet.
        words: how long answers are to be whatever the mood, see `Delivery.words`.
    """

    def __init__(
        self,
        language: str,
        *,
        enabled: Callable[[], bool],
        night: Callable[[datetime], bool],
        words: Callable[[], int | None] = lambda: None,
    ) -> None:
        self.mood = Mood()
        """As it was at the end of the last turn."""
        self._usual = Usual()
        self._at: datetime | None = None
        self._lexicon = Lexicon(language)
        self._enabled = enabled
        self._night = night
        self._words = words

    def delivery(self, text: str, said: Prosody | None, now: datetime) -> Delivery:
        found = delivery(self._estimate(text, said, now), night=self._night(now)) if self._enabled() else Delivery()
        limits = [one for one in (found.words, self._words()) if one is not None]
        longest = None if self._lexicon.asks_for_length(plain(text)) else min(limits, default=None)
        return Delivery(found.pace, found.gain, longest)

    def took(self, text: str, said: Prosody | None, now: datetime) -> None:
        if not self._enabled():
            self.mood = Mood()
            return
        self.mood = self._estimate(text, said, now)
        self._at = now
        if said is not None:
            self._usual = self._usual.learned(word_count(text), said)

    def later(self, now: datetime) -> Mood:
        """What is left of the mood now."""
        return self.mood if self._at is None else later(self.mood, (now - self._at).total_seconds())

    def _estimate(self, text: str, said: Prosody | None, now: datetime) -> Mood:
        mood = self.later(now)
        return after(mood, signs(text, said, self._usual, self._lexicon)) if text else mood
