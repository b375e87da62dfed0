"""What speaking needs from engines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from voiceos.audio.frames import Samples


@dataclass(frozen=True, slots=True)
class WordEnd:
    text_end: int
    """Index into the synthesised text just behind the word."""
    sample_end: int
    """Sample, at the speech's own rate, at which the word has been said."""


@dataclass(frozen=True, slots=True)
class Speech:
    samples: Samples
    """Mono, float32, full scale ±1, at `rate_hz`."""
    rate_hz: int
    words: tuple[WordEnd, ...]
    """One for each word of the text, ascending: what has been heard is the text up to the last word that has ended."""


class TextToSpeech(Protocol):
    async def synthesize(self, text: str, *, speed: float) -> Speech:
        """Say one phrase (speakable text, a sentence or two); `speed` 1.0 is the voice's own. Raises EngineError."""
