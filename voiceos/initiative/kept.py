"""The ledger from start to start: a file of times, numbers and reasons (`stored.INITIATIVE`), no words."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from voiceos import files, stored
from voiceos.initiative.attendance import Attendance
from voiceos.initiative.budget import Outcome, Reason
from voiceos.initiative.ledger import Decision, Ledger
from voiceos.initiative.occasions import Kind
from voiceos.initiative.reception import Counts, Reception

NAME = stored.INITIATIVE.name


def load() -> Ledger:
    """What is known, which is nothing at the first start. A file that holds anything else is set aside. Raises
    NewerFormat."""
    return files.recall(NAME, _ledger) or Ledger()


def keep(content: dict[str, Any]) -> None:
    """Write what `content` made. Raises StorageError."""
    files.remember(NAME, content)


def content(ledger: Ledger) -> dict[str, Any]:
    """The ledger as JSON has it."""
    there = ledger.attendance
    return {
        "settled": {key: at.isoformat() for key, at in ledger.settled.items()},
        "put_off": {key: [at.isoformat(), times] for key, (at, times) in ledger.put_off.items()},
        "said": [at.isoformat() for at in ledger.said],
        "attendance": {"last": _text(there.last), "morning": _text(there.morning), "turns": there.turns},
        "received": {
            kind.value: [one.kindly, one.ignored, one.waved_away, _text(one.at)]
            for kind, one in ledger.reception.counts.items()
        },
        "decisions": [
            {
                "at": one.at.isoformat(),
                "key": one.key,
                "kind": one.kind.value,
                "outcome": one.outcome.value,
                "reason": one.reason.value,
                "fact": one.fact,
                "again_at": _text(one.again_at),
                "score": None if one.score is None else round(one.score, 3),
            }
            for one in ledger.decisions
        ],
    }


def _ledger(content: dict[str, Any]) -> Ledger:
    """ValueError, KeyError and their like where it is none."""
    there = content["attendance"]
    return Ledger(
        settled={str(key): _moment(at) for key, at in content["settled"].items()},
        put_off={str(key): (_moment(at), int(times)) for key, (at, times) in content["put_off"].items()},
        said=[_moment(at) for at in content["said"]],
        decisions=[
            Decision(
                *(_moment(one["at"]), str(one["key"]), Kind(one["kind"]), Outcome(one["outcome"])),
                *(Reason(one["reason"]), one["fact"], _perhaps(one["again_at"]), one["score"]),
            )
            for one in content["decisions"]
        ],
        attendance=Attendance(_perhaps(there["last"]), _perhaps(there["morning"]), int(there["turns"])),
        reception=Reception(
            {
                Kind(kind): Counts(float(kindly), float(ignored), float(waved_away), _perhaps(at))
                for kind, (kindly, ignored, waved_away, at) in content["received"].items()
            }
        ),
    )


def _text(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _perhaps(text: str | None) -> datetime | None:
    return None if text is None else _moment(text)


def _moment(text: str) -> datetime:
    """ValueError for a moment without its zone."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("no time zone")
    return at
