"""Scripted engines: the one kind of fake, for scenarios and `--dry-run`. Each passes its port's contract suite."""

from __future__ import annotations

import os
import threading

import numpy as np

from voiceos.engines.word_ends import words_of
from voiceos.speaking.ports import Speech, WordEnd


class ScriptedVoice:
    """Hums each word as a tone, 80 ms and 20 ms more per character; every word end is exact.

    Args:
        rate_hz: of what it hums.
        crash_on: a word (as it stands in the text, no punctuation) that ends the process; empty for none.
        hang_on: a word at which it never returns.
    """

    def __init__(self, rate_hz: int = 22_050, crash_on: str = "", hang_on: str = "") -> None:
        self.rate_hz = rate_hz
        self._crash_on = crash_on
        self._hang_on = hang_on

    def synthesize(self, text: str, speed: float) -> Speech:
        """Tones of 200 Hz upwards at −20 dBFS; ValueError unless 0.25 ≤ speed ≤ 4."""
        if not 0.25 <= speed <= 4:
            raise ValueError(f"speed {speed} is outside 0.25 to 4")
        tones = [np.zeros(0, np.float32)]
        ends: list[WordEnd] = []
        at = 0
        for number, (word, text_end) in enumerate(words_of(text)):
            bare = word.strip(".,!?;:\"'…")
            if bare and bare == self._crash_on:
                os._exit(70)
            if bare and bare == self._hang_on:
                threading.Event().wait()
            length = round((0.08 + 0.02 * len(word)) / speed * self.rate_hz)
            phase = np.arange(length) * (2 * np.pi * (200 + 20 * (number % 8)) / self.rate_hz)
            tones.append((0.14 * np.sin(phase) * np.hanning(length)).astype(np.float32))
            at += length
            ends.append(WordEnd(text_end, at))
        return Speech(np.concatenate(tones), self.rate_hz, tuple(ends))
