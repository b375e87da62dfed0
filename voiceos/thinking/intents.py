"""What is understood without the language model: wishes that are one of a few sentences, as a whole, and danger to a
life, wherever in an utterance it is told of.

The sentences are data (`languages/<code>/intents.yaml`), matched by hassil. They work when the language model is dead.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from voiceos import languages
from voiceos.events import Intent
from voiceos.thinking import crisis
from voiceos.thinking.crisis import Crisis
from voiceos.thinking.wishes import Wishes

if TYPE_CHECKING:
    from hassil import Intents

LONGEST_WORDS = 18
"""More of a transcript is not looked at, which keeps matching quick whatever was said: a longer one is a wish only
where a text of any length begins within so many words."""

ANY_WORDS = ("name", "voice")
"""Slots that take whatever words stand there, as a name."""

TOPICS = ("topic", "value", "old", "person", "known")
"""Likewise, as many as stand there."""

WISH, NAMED = "wish", "named"
"""Slots of what follows, in which `Wishes` reads what is to be reminded of, or which reminder is meant, and when."""

TIME = "time"
"""The slot of a time and nothing else."""

CALLED = "called"
"""The slot of a reminder's own name, "dentist" or "five o'clock", of as many words as a name has."""

TEXT = "text"
"""The slot that takes all that follows."""

STATED = {"text": "text", "told": "text", "plain": "text", "claim": "topic"}
"""Slots that take all that follows where it says something, and how they are called then."""

OF_SOMETHING = {"person": "topic", "known": "topic"}
"""Likewise topics of a kind."""

FOUND_BY_WORDS = 4
"""So many first words of a text tell where it begins in the transcript."""

REMIND_AT, REMIND_OF = "remind_at", "remind_of"
"""Intents that answer "when?" and "of what?"; no templates of theirs."""

MOST_WORDS = 3
"""Names of more words than this are none."""

_OUTSIDE = re.compile(r"[^\w'’ %]+")
_SIGNS = re.compile(r"[^\w\s.,:;!?…，。：！？–—-][^\w.,:;!?…，。：！？–—-]*$")
_NUMBER = re.compile(r"\b(\d{1,3}) ?%")


@dataclass(frozen=True, slots=True)
class _Data:
    intents: Intents
    fillers: tuple[str, ...]
    """The longest first, as are `courtesies`."""
    courtesies: tuple[str, ...]
    not_names: tuple[str, ...]
    not_topics: tuple[str, ...]


@cache
def _data(language: str) -> _Data:
    import yaml  # slow with hassil to import, and most commands match nothing
    from hassil import Intents

    table: dict[str, Any] = yaml.safe_load((languages.folder(language) / "intents.yaml").read_text("utf-8"))
    fillers, courtesies = (
        tuple(sorted(table.pop(name, []), key=len, reverse=True)) for name in ("fillers", "courtesies")
    )
    not_names, not_topics = (tuple(str(words) for words in table.pop(name, [])) for name in ("not_names", "not_topics"))
    return _Data(Intents.from_dict(table), fillers, courtesies, not_names, not_topics)


class SentenceMatcher:
    """`match("Louder, please!")` is `Intent("louder")`.

    Args:
        language: ISO 639-1; raises ConfigError where it has no folder.
        name: the assistant's; it may stand before or behind a wish.
        asked: what is open just now (a question, what was told from memory), so that what answers it is understood.
    """

    def __init__(
        self, language: str, name: str = "", *, asked: Callable[[], Collection[str]] = lambda: frozenset[str]()
    ) -> None:
        self._data = _data(language)
        self._language = language
        self._asked = asked
        self._fillers = (*self._data.fillers, plain(name)) if name else self._data.fillers
        self._name = name.lower()
        self._crisis = Crisis(language)
        self._wishes = Wishes(language)

    def match(self, transcript: str) -> Intent | None:
        """That somebody is in danger, which goes before all else; or the wish that the whole transcript is; or None."""
        from hassil import recognize_best

        if kind := self._crisis.find(transcript):
            return Intent(crisis.NAME, {"kind": kind})
        words = plain(transcript).split()
        whole = len(words) <= LONGEST_WORDS
        asked = self._asked()
        context = dict.fromkeys(asked, "open")
        candidates = [one for one in self._without_fillers(" ".join(words[:LONGEST_WORDS])) if one]
        if "when" in asked and whole:
            for candidate in candidates:
                if (moment := self._wishes.moment(_as_written(candidate, transcript))) is not None:
                    return Intent(REMIND_AT, moment)
        for candidate in candidates:
            found = recognize_best(candidate, self._data.intents, language=self._language, intent_context=context)
            if found is None:
                continue
            slots = {name: entity.value for name, entity in found.entities.items()}
            asked_kindly = not words[0].startswith(candidate.split()[0])
            if not whole and not {*STATED, WISH, NAMED} & slots.keys():
                continue
            if (filled := self._filled(slots, transcript, asked_kindly)) is not None:
                return Intent(found.intent.name, filled)
        if "what" in asked and whole and candidates and not transcript.rstrip().endswith(("?", "？")):
            what = self._wishes.what(self._without_courtesies(_as_written(candidates[-1], transcript)))
            return None if what is None else Intent(REMIND_OF, what)
        return None

    def _filled(self, slots: dict[str, Any], transcript: str, asked_kindly: bool) -> dict[str, Any] | None:
        """With the words as the recogniser wrote them; None where some cannot be what stands there.

        Args:
            asked_kindly: a question mark tells nothing, as in "Could you remember that I like tea?"
        """
        filled = dict(slots)
        for name in slots:
            if name in ANY_WORDS:
                if not self._is_name(slots[name]):
                    return None
                filled[name] = _titled(_as_written(slots[name], transcript))
            elif name == CALLED:
                if len(slots[name].split()) > MOST_WORDS:
                    return None
                del filled[name]
                filled.update(self._wishes.called(_as_written(slots[name], transcript)))
            elif name == TIME:
                if (moment := self._wishes.moment(_as_written(slots[name], transcript))) is None:
                    return None
                del filled[name]
                filled.update(moment)
            elif name in TOPICS:
                polite = slots[name] in self._fillers or len(self._without_fillers(slots[name])) > 1
                if polite or _begins(slots[name], self._data.not_topics):
                    return None
                written = _as_written(slots[name], transcript)
                if not self._fits(name, written):
                    return None
                del filled[name]
                is_lower = name == "person" and self._wishes.is_lower_name(written)
                filled[OF_SOMETHING.get(name, name)] = written.title() if is_lower else written
            elif name in (WISH, NAMED):
                read = self._wishes.reminder if name == WISH else self._wishes.named
                told = read(self._without_courtesies(_rest(slots[name], transcript)))
                if told is None:
                    return None
                del filled[name]
                filled.update(told)
            elif name in STATED:
                asks = transcript.rstrip().endswith(("?", "？")) and not asked_kindly
                written = self._without_courtesies(_rest(slots[name], transcript))
                if asks or not self._states(name, written, transcript):
                    return None
                del filled[name]
                filled[STATED[name]] = written
        return filled

    def _fits(self, name: str, written: str) -> bool:
        match name:
            case "person":
                return self._wishes.is_somebody(written)
            case "known":
                return self._wishes.is_theirs(written)
            case "value":
                return self._wishes.is_value(written)
            case _:
                return True

    def _states(self, name: str, written: str, transcript: str) -> bool:
        if name in ("told", "plain"):
            announced = re.search(rf"[:：]\s*{re.escape(written)}", transcript) is not None
            if not announced:
                return self._wishes.tells(written, please=name == "told")
        return self._wishes.says(written)

    def _is_name(self, words: str) -> bool:
        """Without polite words at its ends, of which the next try has fewer."""
        return (
            0 < len(words.split()) <= MOST_WORDS
            and not _begins(words, self._data.not_names)
            and len(self._without_fillers(words)) == 1
        )

    def _without_courtesies(self, text: str) -> str:
        shorter = True
        while shorter:
            shorter = False
            text = text.rstrip(" .,!?;:…")
            for courtesy in self._data.courtesies:
                before = text[: -len(courtesy)]
                if text.lower().endswith(courtesy) and (not before or not before[-1].isalnum()):
                    text, shorter = before, True
            before = text[: -len(self._name)].rstrip() if self._name and text.lower().endswith(self._name) else ""
            if before.endswith(",") or self._is_courtesy(before):  # "thanks, Ada" calls it, "my cat is Ada" does not
                text, shorter = before, True
        return text

    def _is_courtesy(self, before: str) -> bool:
        """What stands before the name ends with polite words."""
        return any(re.search(rf"[^\w]{re.escape(one)}$", before, re.IGNORECASE) for one in self._data.courtesies)

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


def _begins(words: str, with_one_of: Sequence[str]) -> bool:
    return any(words == one or words.startswith(one + " ") for one in with_one_of)


def _as_written(words: str, transcript: str) -> str:
    """What the recogniser wrote for these words."""
    found = _found(words.split(), transcript)
    return " ".join(found[0].split()) if found else words


def _rest(words: str, transcript: str) -> str:
    """Likewise, with all that follows: the words may be no more than the beginning."""
    begin = words.split()[:FOUND_BY_WORDS]
    while begin:
        if found := _found(begin, transcript):
            signs = _SIGNS.search(transcript[: found.start()])  # "🎉 is my emoji"
            return " ".join(transcript[signs.start() if signs else found.start() :].split())
        begin.pop()  # "50 percent" was perhaps written in another way
    return words


def _found(words: Sequence[str], transcript: str) -> re.Match[str] | None:
    pattern = r"\b" + r"[^\w'’]+".join(map(re.escape, words))
    return re.search(pattern, transcript.replace("’", "'"), re.IGNORECASE)


def _titled(written: str) -> str:
    """A name that the recogniser took for a word gets its capital."""
    return written.title() if written.islower() else written


def plain(text: str) -> str:
    """Lower case, straight apostrophes, no other punctuation, single spaces."""
    text = _NUMBER.sub(r"\1 %", text.lower().replace("’", "'"))
    return " ".join(_OUTSIDE.sub(" ", text).split())
