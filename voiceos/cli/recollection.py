"""Memories in lines of a terminal, and as data for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from voiceos.memory import Episode, Fact, Forgotten, Stats, Telling

_DAY = "%Y-%m-%d"
_MINUTE = "%Y-%m-%d %H:%M"


def fact(one: Fact) -> str:
    """In a line, behind its number."""
    notes = [f"{one.since:{_DAY}}"]
    if one.weight > 1:
        notes.append(f"told {one.weight:g} times")
    if one.due is not None:
        notes.append(f"due {one.due:{_MINUTE}}")
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


def forgotten(done: Forgotten) -> str:
    parts = [counted(done.facts, "fact"), counted(done.episodes, "turn")]
    if done.turns:
        parts.append(f"the words in {counted(done.turns, 'record')} of turns")
    if done.recordings:
        parts.append(counted(done.recordings, "recorded conversation"))
    if done.copies:
        parts.append(f"{done.copies} old copies of the memory")
    return f"forgotten: {', '.join(parts)}"


def counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


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
