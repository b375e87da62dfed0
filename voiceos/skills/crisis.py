"""What to say to somebody whose life is in danger: that they are heard, that this alone is not enough, and who helps.

`thinking/crisis.py` tells that it is so. The sentences are in `languages/<code>/crisis.toml`, the numbers in
`languages/helplines.toml`.
"""

from __future__ import annotations

import itertools
import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from voiceos import languages
from voiceos.skills.region import Region

AGAIN = timedelta(hours=1)
"""Within it what is said is another sentence than the first: nobody wants to hear the same one twice."""

LINES = {"violence": "violence"}
"""Which of a country's lines helps, by kind of danger; `crisis` for every other."""


@dataclass(frozen=True, slots=True)
class Help:
    """Who can help, as it is said."""

    emergency: str
    line: str = ""
    """Name of the helpline; "" where none is known."""
    number: str = ""


class FirstAid:
    """Args:
    region: asked at each use, as the settings may change.
    """

    def __init__(self, language: str, region: Callable[[], Region]) -> None:
        self._answers = languages.table(language, "crisis")["answers"]
        self._region = region
        self._first_at: dict[str, datetime] = {}
        self._turns: dict[str, itertools.cycle[str]] = {}

    def answer(self, kind: str, now: datetime) -> str:
        """What to say where `kind` is a kind of danger, see `thinking.crisis.Crisis`."""
        found = self.help(kind)
        without = "" if found.line or "first_without" not in self._answers[kind] else "_without"
        first_at = self._first_at.get(kind)
        if first_at is None or now - first_at > AGAIN:
            self._first_at[kind] = now
            sentence = self._answers[kind][f"first{without}"]
        else:
            variants = self._answers[kind][f"again{without}"]
            sentence = next(self._turns.setdefault(kind + without, itertools.cycle(variants)))
        said: str = sentence.format(emergency=found.emergency, line=found.line, number=found.number)
        return re.sub(r"(^|[.?!] )([a-z])", lambda begin: begin[1] + begin[2].upper(), said)

    def help(self, kind: str) -> Help:
        """Who helps where the user is."""
        region, numbers = self._region(), _helplines()
        entry: dict[str, Any] = numbers.get(region.country, {})
        if "emergency" in entry:
            emergency = self.digits(entry["emergency"])
        elif region.country in numbers["eu"]["members"]:
            emergency = self.digits(numbers["eu"]["emergency"])
        else:
            emergency = self._answers["anywhere"].format(emergency=self.digits(numbers["anywhere"]["emergency"]))
        line = entry.get(LINES.get(kind, "crisis"))
        if line is None or (kind == "someone" and not line.get("others")):
            return Help(emergency)
        name: str = line["name"]
        if region.guessed:
            name = self._answers["in_place"].format(line=name, place=self._answers["places"][region.country])
        return Help(emergency, name, self.digits(line["number"]))

    def digits(self, number: str) -> str:
        """A number, digit by digit: "9 8 8" is "nine eight eight"."""
        return re.sub(r"\d", lambda digit: str(self._answers["digits"][int(digit[0])]), number)


@cache
def _helplines() -> dict[str, Any]:
    return tomllib.loads((languages.FOLDER / "helplines.toml").read_text("utf-8"))
