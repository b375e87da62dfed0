"""The assistant's own voice, as far as it may come back through the microphone: what it says, and until when."""

from __future__ import annotations

from collections.abc import Iterable

from voiceos.clock import Clock
from voiceos.turn import Turn

ECHO_TAIL_S = 0.15
"""How long after a reply a voice may begin that is its echo: the devices and the room are late with it. A person who
answers in the words that were offered takes longer (200 ms: Stivers et al. 2009). Set by hand."""

KEPT_S = 60.0
"""Longer than the longest utterance, and than its recognition takes on a busy machine."""


class OwnVoice:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._said: list[tuple[str, float]] = []
        """What was said within `KEPT_S`, and until when."""
        self._until = float("-inf")

    def ended(self, words: str | None) -> None:
        """A reply has sounded, or was stopped.

        Args:
            words: that it said; None: as before.
        """
        now = self._until = self._clock.monotonic()
        if words is None and self._said:
            words = self._said.pop()[0]
        self._said = [(said, until) for said, until in self._said if now - until < KEPT_S] + [(words or "", now)]

    def let_go(self) -> None:
        """What was said is forgotten."""
        self._said.clear()

    def words(self, turns: Iterable[Turn], since: float) -> str:
        """What is being said in these turns, and what may be in sound that was captured since a moment, monotonic
        seconds: what was said until then, or until `ECHO_TAIL_S` before."""
        since = min(since, self._clock.monotonic())
        said = [words for words, until in self._said if since - until < ECHO_TAIL_S]
        return " ".join([*said, *(turn.words for turn in turns if turn.committed)])

    def sounded_since(self, at: float, turns: Iterable[Turn]) -> bool:
        """Whether anything of it has sounded since a moment, monotonic seconds, or sounds now."""
        sounds = (turn.committed and not turn.finished and "first_sound" in turn.trace.moments for turn in turns)
        return self._until > at or any(sounds)
