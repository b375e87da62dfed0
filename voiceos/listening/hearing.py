"""Whether to believe what a recogniser made of a sound. Whisper finds words in anything; the user must never be
answered for words that nobody said."""

from __future__ import annotations

import re

from voiceos import languages
from voiceos.events import Nothing, Unclear, Words
from voiceos.listening.ports import Decoding

MIN_VOICED_S = 0.1
"""Less voice than this is no word, whatever the recogniser makes of it."""

NO_SPEECH_PROBABILITY = 0.6
NO_SPEECH_LOG_PROBABILITY = -0.8
"""Both together mean that nobody spoke; each alone is often wrong. openai/whisper uses 0.6 and −1.0; set by hand a
little higher, where words invented in recorded noise were seen. `voiceos.bench.stt` prints that none come out."""

UNCLEAR_LOG_PROBABILITY = -0.85
"""Below, the user is asked again. Set by hand from the few human commands and accented sentences that fell below it,
all of them misheard; a small sample."""

MAX_COMPRESSION_RATIO = 2.4
"""Above, the text is a loop (openai/whisper, transcribe.py)."""

SURE_LOG_PROBABILITY = -0.35
"""A known phantom phrase is believed only when it was heard this clearly and there is enough voice for it."""

MIN_VOICED_S_PER_LETTER = 0.02
"""Fifty letters a second: three times what anybody says."""

_WORD = re.compile(r"\w+")


class Judge:
    """Judges decodings, with the phantom phrases of `languages/<code>/phantoms.toml` as the last guard.

    Raises ConfigError for a language that is not there.
    """

    def __init__(self, language: str) -> None:
        table = languages.table(language, "phantoms")
        self._phantoms = frozenset(plain(phrase) for phrase in table["phrases"])

    def judge(self, decoding: Decoding, voiced_s: float) -> Words | Unclear | Nothing:
        """What was heard.

        Args:
            voiced_s: seconds of voice that the detector found in the sound.
        """
        words = plain(decoding.text)
        sure = decoding.average_log_probability
        if not words or voiced_s < MIN_VOICED_S:
            return Nothing()
        if decoding.no_speech_probability > NO_SPEECH_PROBABILITY and sure < NO_SPEECH_LOG_PROBABILITY:
            return Nothing()
        hurried = len(words) * MIN_VOICED_S_PER_LETTER > voiced_s
        if words in self._phantoms and (hurried or sure < SURE_LOG_PROBABILITY):
            return Nothing()
        if hurried or sure < UNCLEAR_LOG_PROBABILITY or decoding.compression_ratio > MAX_COMPRESSION_RATIO:
            return Unclear()
        return Words(decoding.text)


def plain(text: str) -> str:
    """Lower case, words only, one space between: "Thank you!" and "thank you" are the same."""
    return " ".join(_WORD.findall(text.lower()))
