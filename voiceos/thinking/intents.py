"""What is understood without the language model: wishes that are one of a few sentences, as a whole.

The sentences are data (`languages/<code>/intents.yaml`), matched by hassil. They work when the language model is dead.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from voiceos import languages
from voiceos.events import Intent

if TYPE_CHECKING:
    from hassil import Intents

LONGEST_WORDS = 14
"""Longer transcripts are no wish of this kind; not looking at them keeps matching quick whatever was said."""

_OUTSIDE = re.compile(r"[^\w'’ %]+")
_NUMBER = re.compile(r"\b(\d{1,3}) ?%")


@cache
def _data(language: str) -> tuple[Intents, tuple[str, ...]]:
    import yaml  # slow with hassil to import, and most commands match nothing
    from hassil import Intents

    table: dict[str, Any] = yaml.safe_load((languages.folder(language) / "intents.yaml").read_text("utf-8"))
    fillers = tuple(sorted(table.pop("fillers", []), key=len, reverse=True))
    return Intents.from_dict(table), fillers


class SentenceMatcher:
    """`match("Louder, please!")` is `Intent("louder")`.

    Args:
        language: ISO 639-1; raises ConfigError where it has no folder.
        name: the assistant's; it may stand before or behind a wish.
    """

    def __init__(self, language: str, name: str = "") -> None:
        self._intents, fillers = _data(language)
        self._language = language
        self._fillers = (*fillers, plain(name)) if name else fillers

    def match(self, transcript: str) -> Intent | None:
        """The wish that the whole transcript is, or None."""
        from hassil import recognize_best

        text = plain(transcript)
        if not text or len(text.split()) > LONGEST_WORDS:
            return None
        for candidate in self._without_fillers(text):
            found = recognize_best(candidate, self._intents, language=self._language)
            if found is not None:
                slots = {name: entity.value for name, entity in found.entities.items()}
                return Intent(found.intent.name, slots)
        return None

    def _without_fillers(self, text: str) -> list[str]:
        """The text, and the text without the polite words at its ends, one after the other."""
        found = [text]
        shorter = True
        while shorter:
            shorter = False
            for filler in self._fillers:
                for stripped in (text.removeprefix(filler + " "), text.removesuffix(" " + filler)):
                    if stripped != text:
                        text, shorter = stripped, True
                        found.append(text)
                        break
        return found


def plain(text: str) -> str:
    """Lower case, straight apostrophes, no other punctuation, single spaces."""
    text = _NUMBER.sub(r"\1 percent", text.lower().replace("’", "'"))
    return " ".join(_OUTSIDE.sub(" ", text).split())
