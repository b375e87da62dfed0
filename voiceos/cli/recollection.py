"""Memories in lines of a terminal, and as data for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from voiceos.memory import Episode, Fact, Forgotten, Scope, Stats, Summary, Telling

_DAY = "%Y-%m-%d"
_MINUTE = "%Y-%m-%d %H:%M"


def fact(one: Fact) -> str:
    """In a line, behind its number."""
    notes = [f"{one.since:{_DAY}}"]
    if one.weight > 1:
        notes.append(f"told {one.weight:g} times")
    if one.due is not None:
        notes.append(f"{'first ' if one.repeats else ''}due {one.due:{_MINUTE}}")
    if one.superseded_at is not None:
        notes.append(f"until {one.superseded_at.astimezone():{_DAY}}")
    return f"{one.id:>6}  {_line(one.sentence)}  ({', '.join(notes)})"


def turn(one: Episode) -> str:
    """In a line, behind its number."""
    said = f"“{_line(one.said)}” " if one.said else ""
    heard = f"– “{_line(one.heard)}{' …' if one.cut_off else ''}”" if one.heard else ""
    return f"{f't{one.id}':>6}  {one.at:{_MINUTE}}  {said}{heard}".rstrip()


def whole(one: Fact, told: Sequence[Telling], after: Fact | None) -> Iterator[str]:
    """All there is to know about a fact."""
    yield fact(one)
    yield f"        {one.kind.value}: {_line(one.subject)} · {_line(one.relation)} · {_line(one.value)}"
    if after is not None:
        yield f"        then: {fact(after).strip()}"
    for telling in told:
        yield f"        {telling.at:{_MINUTE}}  {telling.source.value}: {_line(telling.sentence)}"
        if telling.episode is not None:
            yield f"        {turn(telling.episode)}"


def summary(one: Summary) -> Iterator[str]:
    """A sentence a line, the first behind its number and span."""
    span = "" if one.scope is Scope.PROFILE else f"{one.begins:%a {_DAY}}  "
    first = f"{f's{one.id}':>6}  {span}"
    for number, line in enumerate(one.lines):
        yield f"{' ' * len(first) if number else first}{_line(line)}"


def whole_summary(one: Summary, sources: Sequence[Episode | Fact]) -> Iterator[str]:
    """With what it came from."""
    yield from summary(one)
    yield f"        written on {one.written:{_MINUTE}}, from:"
    for source in sources:
        yield fact(source) if isinstance(source, Fact) else turn(source)


def forgotten(done: Forgotten) -> str:
    parts = [counted(done.facts, "fact"), counted(done.episodes, "turn")]
    if done.summaries:
        parts.append(counted(done.summaries, "summary"))
    if done.turns:
        parts.append(f"the words in {counted(done.turns, 'record')} of turns")
    if done.recordings:
        parts.append(counted(done.recordings, "recorded conversation"))
    if done.copies:
        parts.append(f"{counted(done.copies, 'old file')} of the memory")
    return f"forgotten: {', '.join(parts)}"


def counted(count: int, what: str) -> str:
    if count == 1:
        return f"{count} {what}"
    return f"{count} {what.removesuffix('y')}ies" if what.endswith("ry") else f"{count} {what}s"


def fact_data(one: Fact) -> dict[str, object]:
    return {
        "id": one.id,
        "subject": one.subject,
        "relation": one.relation,
        "value": one.value,
        "sentence": one.sentence,
        "kind": one.kind.value,
        "since": one.since.isoformat(),
        "last": one.last.isoformat(),
        "due": _iso(one.due),
        "repeats": one.repeats,
        "turn": one.episode,
        "source": one.source.value,
        "weight": one.weight,
        "superseded_by": one.superseded_by,
        "superseded_at": _iso(one.superseded_at),
        "used": _iso(one.used),
    }


def turn_data(one: Episode) -> dict[str, object]:
    return {
        "id": one.id,
        "at": one.at.isoformat(),
        "conversation": one.conversation,
        "said": one.said,
        "heard": one.heard,
        "cut_off": one.cut_off,
    }


def summary_data(one: Summary) -> dict[str, object]:
    return {
        "id": one.id,
        "of": one.scope.value,
        "begins": one.begins.isoformat(),
        "ends": one.ends.isoformat(),
        "lines": list(one.lines),
        "written": one.written.isoformat(),
        "outdated": one.outdated,
    }


def whole_data(one: Fact, told: Sequence[Telling]) -> dict[str, object]:
    return fact_data(one) | {
        "told": [
            {
                "at": telling.at.isoformat(),
                "sentence": telling.sentence,
                "source": telling.source.value,
                "turn": None if telling.episode is None else turn_data(telling.episode),
            }
            for telling in told
        ]
    }


def stats_data(now: Stats, path: Path) -> dict[str, object]:
    return {
        "facts": now.facts,
        "superseded": now.superseded,
        "turns": now.episodes,
        "conversations": now.conversations,
        "vectors": now.vectors,
        "summaries": now.summaries,
        "first": _iso(now.first),
        "last": _iso(now.last),
        "size_bytes": now.size_bytes,
        "path": str(path),
    }


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _line(text: str) -> str:
    """Without what would move the cursor, or end the line."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
