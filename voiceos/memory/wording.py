"""Memories as the language model reads them: in words, with when they were told, within a budget. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Literal

from babel.dates import format_date, format_timedelta

from voiceos.languages import table
from voiceos.memory.recall import Memory
from voiceos.memory.records import Fact

BUDGET = 600
"""Characters: some 150 tokens, which a small model on two cores takes most of a second to read."""

LEAST = 60
"""A memory of which fewer characters fit is left out rather than cut."""


def compose(memories: Iterable[Memory], now: datetime, language: str, *, budget: int = BUDGET) -> str:
    """A heading, and a line for each memory, the best first; as many as fit into `budget` characters, the last one cut
    between two words. Empty where there is none, or none fits."""
    words = table(language, "memory")["recall"]
    text = words["heading"]
    lines = 0
    for memory in memories:
        line = "\n" + _line(memory, now, language)
        room = budget - len(text)
        if len(line) > room:
            cut = _cut(line, room, words["cut"])
            lines += bool(cut)
            text += cut
            break
        text += line
        lines += 1
    return text if lines else ""


def ago(then: datetime, now: datetime, language: str) -> str:
    """How long ago, as one says it: "yesterday", "on Monday", "3 weeks ago"."""
    words = table(language, "memory")["recall"]
    then = then.astimezone(now.tzinfo)
    days = (now.date() - then.date()).days
    if days <= 0:
        return str(words["today"])
    if days == 1:
        return str(words["yesterday"])
    if days < 7:
        return str(words["weekday"]).format(day=format_date(then, "EEEE", locale=language))
    # In weeks for two months, as Babel would begin to tell months too soon.
    unit: Literal["week", "month"] = "week" if days < 60 else "month"
    threshold = 9.0 if unit == "week" else 1.0
    return format_timedelta(timedelta(-days), unit, threshold, add_direction=True, locale=language)


def _line(memory: Memory, now: datetime, language: str) -> str:
    words = table(language, "memory")["recall"]
    item = memory.item
    kind = (
        ("fact" if memory.in_force else "superseded") if isinstance(item, Fact) else "episode" if item.said else "own"
    )
    line: str = words[kind].format(when=ago(memory.at, now, language), said=memory.said)
    return " ".join(line.split())


def _cut(line: str, room: int, mark: str) -> str:
    kept, _, _ = line[: max(room - len(mark), 0)].rpartition(" ")
    return kept + mark if len(kept) >= LEAST else ""
