"""What somebody said wrong and put right at once: "on Monday. No, Tuesday". Pure.

What is said in its place is of the same kind as what it stands for: a day for a day, an hour for an hour, a name for a
name. The rules are data of a language (`languages/<code>/spoken.toml`).
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from voiceos.languages import table
from voiceos.memory.plain import compiled, parts, with_parts
from voiceos.memory.provenance import sentences
from voiceos.memory.relations import Vocabulary

LONGEST_WORDS = 8
"""Of what is said in the place of something else, without saying all of it again."""


class Slips:
    """The rules of one language. Raises ConfigError where it has none."""

    def __init__(self, language: str) -> None:
        self._words: dict[str, Any] = table(language, "spoken")["slips"]
        self._kinds = _kinds(language)
        self._month = with_parts({"month": self._words["month"]}, _values(language))["month"]
        self._ordinal = _values(language)["ordinal"]

    def within(self, text: str) -> str:
        """A statement in which something was put right, as it is meant; else as it is."""
        told: list[str] = []
        for sentence in sentences(text):
            if told and (right := self.put_right(told[-1], sentence)):
                told[-1] = right
            else:
                told.append(self._one(sentence))
        return " ".join(told)

    def put_right(self, before: str, said: str) -> str:
        """What was said before, as what is said now has it; empty where that corrects nothing of it."""
        fragment, strong = self._unmarked(said.strip())
        if not fragment:
            return ""
        void = strong and re.search(self._words["void"], said, re.IGNORECASE) is not None
        again = re.sub(self._words["again"], "", fragment, flags=re.IGNORECASE)
        if explicit := self._instead_of(before, fragment):
            return explicit
        whole = again == fragment and re.match(self._words["clause"], fragment, re.IGNORECASE) is not None
        short = len(again.split()) <= LONGEST_WORDS and not whole
        if strong and short and (right := self._substituted(before, again.rstrip(" .!"))):
            return right
        return fragment if void and len(fragment.split()) > 2 else ""

    def _unmarked(self, said: str) -> tuple[str, bool]:
        """Without what begins a correction, and whether it is one by that."""
        strong = False
        while hit := re.match(self._words["marks"], said, re.IGNORECASE):
            strong |= re.match(self._words["strong"], said, re.IGNORECASE) is not None
            said = said[hit.end() :]
        return said, strong

    def _one(self, sentence: str) -> str:
        hit = re.match(self._words["inner"], sentence, re.IGNORECASE)
        right = self._substituted(hit["before"], hit["fragment"]) if hit else ""
        return right + hit["after"] if hit and right else sentence

    def _instead_of(self, before: str, fragment: str) -> str:
        """ "on Tuesday, not Monday"."""
        for pattern in self._words["not"]:
            if hit := re.match(pattern, fragment.rstrip(" .!"), re.IGNORECASE):
                old, new = (self._bare(hit[part]) for part in ("old", "new"))
                found = re.search(rf"\b{re.escape(old)}\b", before, re.IGNORECASE) if old else None
                if found and new:
                    return before[: found.start()] + new + before[found.end() :]
        return ""

    def _bare(self, text: str) -> str:
        return re.sub(self._words["small"], "", text.strip(" ,"), flags=re.IGNORECASE)

    def _substituted(self, before: str, fragment: str) -> str:
        """The last of the same kind replaced; empty where there is none."""
        for kind, there, here in self._kinds:
            new = here.search(fragment)
            old = [*there.finditer(before)]
            if new is None or not old:
                continue
            value, was = new["value"], old[-1]["value"]
            month = re.search(self._month, was, re.IGNORECASE)
            if kind == "day" and month and not re.search(self._month, value, re.IGNORECASE):
                value += month[0] if re.search(self._ordinal, value, re.IGNORECASE) else ""
            if value.lower() == was.lower():
                return ""
            return before[: old[-1].start("value")] + value + before[old[-1].end("value") :]
        return ""


@cache
def _values(language: str) -> dict[str, str]:
    """What stands for {day} and the like in a rule."""
    due = Vocabulary.of(language).data["due"]
    ordinals = sorted(due["ordinals"], key=len, reverse=True)
    return {
        "weekdays": "|".join(due["weekdays"]),
        "months": "|".join(due["months"]),
        "ordinal": rf"(?:{'|'.join(ordinals)}|\d{{1,2}}(?:st|nd|rd|th))",
        "number": parts(language)["number"],
        "name": parts(language)["some_name"],
    }


@cache
def _kinds(language: str) -> list[tuple[str, re.Pattern[str], re.Pattern[str]]]:
    """Of each kind what it is called, and how it stands in what was said before and in what replaces it."""
    words = table(language, "spoken")["slips"]
    known = with_parts({part: words[part] for part in ("day", "clock")}, _values(language))
    return [(kind, compiled(before, known), compiled(instead, known)) for kind, before, instead in words["kinds"]]
