"""All that is remembered as a page for people to read."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from datetime import datetime

from voiceos.memory.records import USER, Scope
from voiceos.memory.terms import folded
from voiceos.memory.transfer import Content, InShort, Known, Turn

_SIGNS = re.compile(r"([\\`*_\[\]<>#|~])")


def page(content: Content) -> str:
    """Facts by what they are about, the user first, what is no longer so behind what is; then all in short, the newest
    first; then turns by day."""
    lines = ["# What voiceos remembers"]
    if content.facts:
        lines += ["", "## What it knows"]
        for subject, facts in itertools.groupby(
            sorted(content.facts, key=_place), key=lambda fact: folded(fact.subject)
        ):
            known = list(facts)
            lines += ["", f"### {'You' if subject == USER else _text(known[0].subject)}", ""]
            lines += [_fact(fact, content) for fact in known]
    if content.summaries:
        lines += ["", "## In short"]
        for short in sorted(content.summaries, key=lambda one: (one.scope is Scope.PROFILE, one.ends), reverse=True):
            lines += ["", f"### {_span(short)}", "", *(f"- {_text(line)}" for line in short.lines)]
    if content.episodes:
        lines += ["", "## What was said"]
        turns = sorted(content.episodes, key=lambda turn: (turn.at, turn.id))
        for day, some in itertools.groupby(turns, key=lambda turn: turn.at.date()):
            lines += ["", f"### {day:%A}, {day.day} {day:%B %Y}", ""]
            lines += itertools.chain.from_iterable(map(_turn, some))
    if len(lines) == 1:
        lines += ["", "Nothing."]
    return "\n".join(lines) + "\n"


def _span(short: InShort) -> str:
    day = f"{short.begins.day} {short.begins:%B %Y}"
    match short.scope:
        case Scope.PROFILE:
            return f"You, as it saw you on {day}"
        case Scope.WEEK:
            return f"The week from {day}"
        case _:
            return f"{short.begins:%A}, {day}"


def _place(fact: Known) -> tuple[bool, str, bool, float, int]:
    subject = folded(fact.subject)
    return subject != USER, subject, fact.superseded_at is not None, -fact.weight, fact.id


def _fact(fact: Known, content: Content) -> str:
    about = f"{_text(fact.relation).replace(chr(92) + '_', ' ')}: {_text(fact.value)}"
    notes = [about, f"told on {_day(fact.told[0].at)}"]
    if len(fact.told) > 1:
        notes.append(f"{len(fact.told)} times, the last on {_day(fact.told[-1].at)}")
    if fact.due is not None:
        notes.append(f"{'first ' if fact.repeats else ''}due on {_day(fact.due)}, {fact.due:%H:%M}")
    sentence = _text(fact.told[0].sentence)
    if fact.superseded_at is not None:
        sentence = f"~~{sentence}~~"
        after = next((_text(one.value) for one in content.facts if one.id == fact.superseded_by), "")
        notes.append(f"until {_day(fact.superseded_at)}" + (f", then: {after}" if after else ""))
    return f"- {sentence} ({'; '.join(notes)})"


def _turn(turn: Turn) -> Iterator[str]:
    cut = " …" if turn.cut_off else ""
    said = f"**You:** {_text(turn.said)}" if turn.said else ""
    heard = f"**voiceos:** {_text(turn.heard)}{cut}" if turn.heard else ""
    yield f"- {turn.at:%H:%M} " + "  \n  ".join(part for part in (said, heard) if part)


def _day(at: datetime) -> str:
    return f"{at.day} {at:%B %Y}"


def _text(text: str) -> str:
    """In one line, its signs as they are."""
    return _SIGNS.sub(r"\\\1", " ".join(text.split()))
