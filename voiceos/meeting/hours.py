"""Quiet hours as they are said: "from ten to half past seven"."""

from __future__ import annotations

import itertools
import re
from datetime import datetime
from functools import cache

from voiceos import languages
from voiceos.skills.until import quiet_ends
from voiceos.thinking.intents import plain

_DASH = re.compile(r"(?<=[\dm.])\s*[-–]\s*(?=\d)")
_HALF = re.compile(r"(?<=\d)(?=[ap]\.?m)", re.IGNORECASE)
"""Between the hour and its half in "10pm"."""

NOON = datetime(2000, 1, 1, 12)
"""Nights begin behind it: "from ten" is from ten in the evening."""


def hours(text: str, language: str) -> str | None:
    """ "22:00-07:30" for what was said, "" for none at all; None where no hours are told."""
    table = languages.table(language, "meeting")["hours"]
    text = plain(_HALF.sub(" ", _DASH.sub(" to ", text)))
    for words in table["kept"]:
        text = text.replace(words, words.replace(" ", "_"))
    parts = re.split(table["between"], text) if re.search(table["awake"], text) is None else []
    for first, second in itertools.pairwise(parts):
        begin = _time(first, language, NOON)
        end = _time(second, language, begin) if begin is not None else None
        if begin is not None and end is not None and begin.time() != end.time():
            return f"{begin:%H:%M}-{end:%H:%M}"
    return "" if re.search(table["none"], text) else None


def _time(text: str, language: str, behind: datetime) -> datetime | None:
    """The next time of day of this text behind a moment."""
    table = languages.table(language, "meeting")["hours"]
    for word, hour in table["named"].items():
        if re.search(rf"\b{word}\b", text):
            return quiet_ends({"hour": hour} | ({"half": "pm"} if hour == 12 else {}), behind)
    for kind, minute in (("half", 30), ("past", 15), ("to", -15), ("time", 0)):
        found = re.search(table[kind].replace("{number}", _numbers(language)), text)
        if found is None:
            continue
        hour = _number(found["hour"], language)
        if kind == "time" and found["minute"] is not None:
            minute = _number(found["minute"], language)
        if hour > 24 or minute > 59:
            return None
        slots: dict[str, int | str] = {"hour": hour, "minute": minute}
        for half in ("am", "pm"):
            if re.search(table[half], text):
                slots["half"] = half
        return quiet_ends(slots, behind)
    return None


@cache
def _numbers(language: str) -> str:
    known = languages.table(language, "meeting")["hours"]["numbers"]
    return "(?:" + "|".join([*sorted(known, key=len, reverse=True), r"\d{1,2}"]) + ")"


def _number(text: str, language: str) -> int:
    known: dict[str, int] = languages.table(language, "meeting")["hours"]["numbers"]
    return known[text] if text in known else int(text)
