"""What speaking needs from engines."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

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


def joined(parts: Iterable[Speech], rate_hz: int) -> Speech:
    """Parts of one phrase as a whole; `rate_hz` is that of no parts at all."""
    samples, words, at = [np.zeros(0, np.float32)], [], 0
    for part in parts:
        rate_hz = part.rate_hz
        words += [WordEnd(word.text_end, at + word.sample_end) for word in part.words]
        samples.append(part.samples)
        at += len(part.samples)
    return Speech(np.concatenate(samples), rate_hz, tuple(words))


class TextToSpeech(Protocol):
    async def synthesize(self, text: str, *, speed: float) -> Speech:
        """Say one phrase (speakable text, a sentence or two); `speed` 1.0 is the voice's own. Raises EngineError."""

    def speak(self, text: str, *, speed: float) -> AsyncIterator[Speech]:
        """The same in parts, in order, each as soon as it is made: the first before the whole could be.

        Each part tells of the words that end in it: `text_end` counts in the whole text, `sample_end` in the part.
        Closing the iterator ends the work. Raises EngineError.
        """


class Player(Protocol):
    """Plays replies by number; samples of one number sound in order, without gaps."""

    @property
    def rate_hz(self) -> int:
        """Rate at which `heard` counts."""

    def play(self, number: int, samples: Samples, rate_hz: int) -> None:
        """Append to reply `number`; resampled where the rates differ."""

    def hold(self, number: int) -> None:
        """Nothing of it sounds before `release`."""

    def release(self, number: int) -> None:
        """It may sound from the next block on."""

    def finish(self, number: int) -> None:
        """No more will come."""

    def pause(self) -> None:
        """Stop sounding within one block; keep the rest."""

    def resume(self) -> None:
        """Sound on from the very sample."""

    def stop(self, number: int) -> int:
        """Stop sounding, drop the rest; returns the samples of it that were or will yet be audible."""

    def heard(self, number: int) -> int:
        """Samples of it that are past recall: sounded or given to the device."""


class Loudspeaker(Player, Protocol):
    """A player that somebody hears."""

    volume: float
    """0 to 1."""

    def duck(self) -> None:
        """Stop sounding within one block, and sound on by itself a moment later."""

    def earcon(self, samples: Samples) -> None:
        """Mix a short sound, at `rate_hz`, over whatever sounds."""
