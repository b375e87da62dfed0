"""What else voiceos keeps with words in it: forgetting reaches it too.

The records of turns hold words only where `log.speech` asked for it; they lose them. A recorded conversation is a
whole, from which no word can be cut so that it still replays: it goes as one, with its sound. Out of reach are the
journal of the system (`log.speech` with `log.level = "DEBUG"`), recordings and exports in places that the user chose,
and backups that other programs make.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

from voiceos import files, stored
from voiceos.memory import terms

NEAR_S = 120.0
"""A turn is remembered at its end, and a recording's name tells when it began: so far apart may they be."""

LINES = 1000
"""Of a recording are looked through at a time."""

_NAMED_BY = "%Y-%m-%d-%H%M%S"
"""As recordings are."""


@dataclass(frozen=True, slots=True)
class Sought:
    """How to know what is forgotten."""

    said: frozenset[str]
    """Words of the user, turn by turn."""
    moments: tuple[float, ...]
    """Of the turns, seconds since 1970, ascending."""
    query: str
    """For FTS5; empty where it was chosen by time."""
    span: tuple[float, float] | None
    """From, and before, seconds since 1970."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What holds it beside the memory."""

    turns: int = 0
    """Records of turns with its words."""
    recordings: tuple[Path, ...] = ()
    """Recorded conversations, which go whole."""
    copies: tuple[Path, ...] = ()
    """Old or broken files of the memory that may hold it; they are not looked into, and go whole."""

    def __bool__(self) -> bool:
        return bool(self.turns or self.recordings or self.copies)


def find(folder: Path, sought: Sought) -> Elsewhere:
    """Look through the files in the state folder. Raises OSError."""
    turns = sum(len(_telling(records, sought)) for _, records in map(_read, _records(folder)))
    paths = sorted((folder / stored.RECORDINGS.name).glob("*.jsonl*"))
    return Elsewhere(turns, tuple(path for path in paths if path.is_file() and _holds(path, sought)))


def erase(folder: Path, sought: Sought) -> Elsewhere:
    """Take it out of those files; what there was. Raises OSError."""
    found = find(folder, sought)
    for path in _records(folder):
        lines, records = _read(path)
        telling = _telling(records, sought)
        for index in telling:
            del records[index]["heard"]
            lines[index] = json.dumps(records[index], ensure_ascii=False)
        if telling:
            files.replace(path, "".join(f"{line}\n" for line in lines).encode())
    for path in found.recordings:
        path.with_suffix(".wav").unlink(missing_ok=True)
        path.unlink(missing_ok=True)
    return found


def _records(folder: Path) -> list[Path]:
    return [folder / name for name in (stored.RECORDS.name, stored.RECORDS.name + stored.OLDER)]


def _read(path: Path) -> tuple[list[str], list[dict[str, object]]]:
    lines = files.lines(path)
    return lines, [_record(line) for line in lines]


def _telling(records: Sequence[dict[str, object]], sought: Sought) -> list[int]:
    """Places of those that hold it."""
    heard = [str(record.get("heard", "")) for record in records]
    named = set(terms.matching(heard, sought.query)) if sought.query else set()
    return [
        index
        for index, record in enumerate(records)
        if "heard" in record
        and (index in named or terms.clean(heard[index]) in sought.said or _within(_moment(record), sought))
    ]


def _record(line: str) -> dict[str, object]:
    try:
        record = json.loads(line)
    except ValueError:
        return {}
    return record if isinstance(record, dict) else {}


def _moment(record: dict[str, object]) -> float:
    try:
        return datetime.fromisoformat(str(record.get("at"))).timestamp()
    except ValueError:
        return math.nan


def _within(moment: float, sought: Sought) -> bool:
    return sought.span is not None and sought.span[0] <= moment < sought.span[1]


def _holds(path: Path, sought: Sought) -> bool:
    try:
        began = datetime.strptime(path.name.partition(".")[0], _NAMED_BY).timestamp()
    except ValueError:
        began = -math.inf
    ended = path.stat().st_mtime
    if sought.span is not None and began < sought.span[1] and sought.span[0] <= ended:
        return True
    if any(began - NEAR_S <= moment <= ended + NEAR_S for moment in sought.moments):
        return True
    return bool(sought.query) and any(terms.matching(texts, sought.query) for texts in _texts(path))


def _texts(path: Path) -> Iterator[Sequence[str]]:
    with path.open(encoding="utf-8", errors="replace") as lines:
        while some := list(islice(lines, LINES)):
            yield [" ".join(_strings(_record(line) or line)) for line in some]


def _strings(value: object) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _strings(one)
    elif isinstance(value, list):
        for one in value:
            yield from _strings(one)
