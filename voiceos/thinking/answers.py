"""Answers that need no language model: the time and the date, in the words of the language."""

from __future__ import annotations

from datetime import datetime

from babel.dates import format_date, format_time

from voiceos import languages
from voiceos.events import Intent

ANSWERED = ("time", "date")
"""Intents that this module answers."""


def answer(intent: Intent, now: datetime, *, language: str) -> str:
    """What to say to a question about `now`. Raises KeyError for an intent that is not in `ANSWERED`."""
    if intent.name not in ANSWERED:
        raise KeyError(intent.name)
    table = languages.table(language, "answers")
    variants = table[intent.name]
    sentence: str = variants[now.minute % len(variants)]
    return sentence.format(
        time=format_time(now, table["time_pattern"], locale=language),
        date=format_date(now.date(), table["date_pattern"], locale=language),
    )
