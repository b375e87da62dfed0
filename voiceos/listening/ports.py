"""What listening needs from engines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from voiceos.audio.frames import Samples
from voiceos.events import Intent


@dataclass(frozen=True, slots=True)
class Decoding:
    """What a recogniser made of a stretch of sound, with what it takes to judge whether to believe it."""

    text: str
    """Stripped; empty where the recogniser heard no words."""
    language: str
    """ISO 639-1 code."""
    average_log_probability: float
    """Mean log probability per token, natural logarithm; 0 is certain."""
    no_speech_probability: float
    """0 to 1, of the whole window."""
    compression_ratio: float
    """Characters over zlib-compressed characters of `text`; above 2.4 it is a loop (Whisper's own threshold)."""
    second_try: bool
    """The full 30 s window had to be decoded because a guard tripped on the short one."""


class SpeechToText(Protocol):
    async def transcribe(
        self, samples: Samples, *, language: str | None, on_encoded: Callable[[], None] | None = None
    ) -> Decoding:
        """Decode 16 kHz mono sound of at most 30 s; `language` None means detect. Raises EngineError.

        Args:
            on_encoded: told once the sound has been taken in and the words are looked for, which takes one core where
                the first took all; not told by an engine that does both at once.
        """


class VoiceActivity(Protocol):
    """A voice activity detector gives only a probability; hysteresis is shared code (`listening/gate.py`)."""

    def probability(self, samples: Samples) -> float:
        """Probability that this frame, shape (512,), 16 kHz, holds speech. Well under 1 ms."""

    def reset(self) -> None:
        """Forget what was heard before."""


class WakeWord(Protocol):
    """Hears one of a few phrases in sound, without recognising any other words."""

    def feed(self, samples: Samples) -> str:
        """The phrase, as it is written, that ended in or shortly before this frame, shape (512,), 16 kHz; "" where none
        did. Frames come in order; each saying is told once. Well under 1 ms."""

    def reset(self) -> None:
        """Forget what was heard before."""


class IntentMatcher(Protocol):
    def match(self, transcript: str) -> Intent | None:
        """The wish that a transcript expresses, if it can be understood without the language model."""


class EndOfTurn(Protocol):
    async def probability(self, samples: Samples) -> float:
        """Probability that the speaker is done, given the utterance so far, 16 kHz; what is long past may not count."""
