"""Quiet hours as they are said: "from ten to half past seven"."""

from __future__ import annotations

import itertools
import re
from datetime import datetime

from voiceos import languages
from voiceos.skills.until import quiet_ends
from voiceos.thinking.intents import plain
from voiceos.thinking.times import Times

_DASH = re.compile(r"(?<=[\dm.])\s*[-–]\s*(?=\d)")

NOON = datetime(2000, 1, 1, 12)
"""Nights begin behind it: "from ten" is from ten in the evening."""


def hours(text: str, language: str) -> str | None:
    """ "22:00-07:30" for what was said, "" for none at all; None where no hours are told."""
    table, times = languages.table(language, "meeting")["hours"], Times(language)
    text = plain(_DASH.sub(table["dash"], text))
    for words in table["kept"]:
        text = text.replace(words, words.replace(" ", "_"))
    parts = re.split(table["between"], text) if re.search(table["awake"], text) is None else []
    for first, second in itertools.pairwise(part.replace("_", " ") for part in parts):
        begin = _time(first, times, NOON)
        end = _time(second, times, begin) if begin is not None else None
        if begin is not None and end is not None and begin.time() != end.time():
            return f"{begin:%H:%M}-{end:%H:%M}"
    return "" if re.search(table["none"], text) else None


def _time(text: str, times: Times, behind: datetime) -> datetime | None:
    """The next time of day of this text behind a moment."""
    slots = times.of_day(text)
    return None if slots is None else quiet_ends(slots, behind)
