"""What is understood without the language model: wishes that are one of a few sentences, as a whole, and danger to a
life, wherever in an utterance it is told of.

The sentences are data (`languages/<code>/intents.yaml`), matched by hassil. They work when the language model is dead.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from voiceos import languages
from voiceos.events import Intent
from voiceos.thinking import crisis
from voiceos.thinking.crisis import Crisis

if TYPE_CHECKING:
    from hassil import Intents

LONGEST_WORDS = 14
"""Longer transcripts are no wish of this kind; not looking at them keeps matching quick whatever was said."""

ANY_WORDS = ("name", "voice")
"""Slots that take whatever words stand there."""

MOST_WORDS = 3
"""Names of more words than this are none."""

_OUTSIDE = re.compile(r"[^\w'’ %]+")
_NUMBER = re.compile(r"\b(\d{1,3}) ?%")


@cache
def _data(language: str) -> tuple[Intents, tuple[str, ...], frozenset[str]]:
    import yaml  # slow with hassil to import, and most commands match nothing
    from hassil import Intents

    table: dict[str, Any] = yaml.safe_load((languages.folder(language) / "intents.yaml").read_text("utf-8"))
    fillers = tuple(sorted(table.pop("fillers", []), key=len, reverse=True))
    not_names = frozenset(str(word) for word in table.pop("not_names", []))
    return Intents.from_dict(table), fillers, not_names


class SentenceMatcher:
    """`match("Louder, please!")` is `Intent("louder")`.

    Args:
        language: ISO 639-1; raises ConfigError where it has no folder.
        name: the assistant's; it may stand before or behind a wish.
    """

    def __init__(self, language: str, name: str = "") -> None:
        self._intents, fillers, self._not_names = _data(language)
        self._language = language
        self._fillers = (*fillers, plain(name)) if name else fillers
        self._crisis = Crisis(language)

    def match(self, transcript: str) -> Intent | None:
        """That somebody is in danger, which goes before all else; or the wish that the whole transcript is; or None."""
        from hassil import recognize_best

        if kind := self._crisis.find(transcript):
            return Intent(crisis.NAME, {"kind": kind})
        text = plain(transcript)
        if not text or len(text.split()) > LONGEST_WORDS:
            return None
        for candidate in self._without_fillers(text):
            found = recognize_best(candidate, self._intents, language=self._language)
            if found is None:
                continue
            slots = {name: entity.value for name, entity in found.entities.items()}
            named = [name for name in ANY_WORDS if name in slots]
            if all(self._is_name(slots[name]) for name in named):
                return Intent(found.intent.name, slots | {name: _as_written(slots[name], transcript) for name in named})
        return None

    def _is_name(self, words: str) -> bool:
        """Without polite words at its ends, of which the next try has fewer."""
        count = len(words.split())
        return (
            0 < count <= MOST_WORDS
            and words.split()[0] not in self._not_names
            and len(self._without_fillers(words)) == 1
        )

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


def _as_written(words: str, transcript: str) -> str:
    """What the recogniser wrote for these words; a name that it took for a word gets its capital."""
    found = re.search(r"[^\w'’]+".join(map(re.escape, words.split())), transcript.replace("’", "'"), re.IGNORECASE)
    written = " ".join(found[0].split()) if found else words
    return written.title() if written.islower() else written


def plain(text: str) -> str:
    """Lower case, straight apostrophes, no other punctuation, single spaces."""
    text = _NUMBER.sub(r"\1 percent", text.lower().replace("’", "'"))
    return " ".join(_OUTSIDE.sub(" ", text).split())
