"""The assistant's own voice, as far as it may come back through the microphone: what it says, and until when."""

from __future__ import annotations

from collections.abc import Iterable

from voiceos.clock import Clock
from voiceos.turn import Turn

ECHO_MEMORY_S = 2.0
"""How long after a reply its words may still come back: the tail of the room, the recogniser's delay."""


class OwnVoice:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._words = ""
        self._until = float("-inf")

    def ended(self, words: str | None) -> None:
        """A reply has sounded, or was stopped.

        Args:
            words: that it said; None: as before.
        """
        self._words = self._words if words is None else words
        self._until = self._clock.monotonic()

    def let_go(self) -> None:
        """What was said last is forgotten."""
        self._words = ""

    def words(self, turns: Iterable[Turn]) -> str:
        """What is being said in these turns, or was said within `ECHO_MEMORY_S`."""
        saying = [turn.words for turn in turns if turn.committed]
        if self._clock.monotonic() - self._until < ECHO_MEMORY_S:
            saying.append(self._words)
        return " ".join(saying)

    def sounded_since(self, at: float, turns: Iterable[Turn]) -> bool:
        """Whether anything of it has sounded since a moment, monotonic seconds, or sounds now."""
        sounds = (turn.committed and not turn.finished and "first_sound" in turn.trace.moments for turn in turns)
        return self._until > at or any(sounds)
