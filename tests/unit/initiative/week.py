"""A simulated week: the rules, stepped in steps of minutes, with what goes on read from a table."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

from voiceos.config.model import InitiativeLevel
from voiceos.initiative import Answer, Circumstances, Kind, Ledger, Occasion, consider, occasions, quiet_hours, thoughts
from voiceos.initiative.occasions import REMINDER
from voiceos.memory import USER, Fact, Source
from voiceos.memory import Kind as FactKind

ZONE = ZoneInfo("Europe/Berlin")
START = datetime(2026, 3, 2, tzinfo=ZONE)
STEP = timedelta(minutes=5)


@dataclass(frozen=True)
class Said:
    at: datetime
    occasion: Occasion
    here: Circumstances


@dataclass
class Week:
    """What goes on; moments by the clock of the zone."""

    quiet_hours: str = ""
    level: str = "normal"
    days: int = 7
    turns: Sequence[datetime] = ()
    speaks: Sequence[tuple[datetime, datetime]] = ()
    calls: Sequence[tuple[datetime, datetime]] = ()
    hushed: Sequence[tuple[datetime, datetime]] = ()
    off: Sequence[tuple[datetime, datetime]] = ()
    facts: Sequence[Fact] = ()
    kindly: Sequence[datetime] = ()
    waved: Sequence[datetime] = ()
    jumps: Sequence[tuple[datetime, float]] = ()
    step: timedelta = STEP
    ledger: Ledger = field(default_factory=Ledger)

    def run(self) -> list[Said]:
        """All that is said, in the order of time; `at` by the clock on the wall."""
        said: list[Said] = []
        jump = timedelta()
        left = sorted(self.jumps)
        elapsed = timedelta()
        turns = set(self.turns)
        hours = quiet_hours(self.quiet_hours)
        while elapsed < timedelta(days=self.days):
            now = (START.astimezone(UTC) + elapsed + jump).astimezone(ZONE)
            elapsed += self.step
            if left and now >= left[0][0]:
                jump += timedelta(hours=left.pop(0)[1])
                continue
            if _within(now, self.off) is not None:
                continue
            if now in turns:
                self.ledger.attendance = self.ledger.attendance.heard(now)
            here = Circumstances(
                now=now,
                level=cast(InitiativeLevel, self.level),
                hours=hours,
                quiet_until=_within(now, self.hushed),
                on_call=_within(now, self.calls) is not None,
                speaking=_within(now, self.speaks) is not None,
                said=tuple(self.ledger.said),
                reception=self.ledger.reception,
            )
            self._say(here, said)
        return said

    def _say(self, here: Circumstances, said: list[Said]) -> None:
        found = [
            *occasions(self.facts, self.ledger.attendance, here.now, here.hours),
            *thoughts(self.facts, self.ledger, here.now),
        ]
        chosen = consider(found, self.ledger, here)
        if chosen.say is None or chosen.verdict is None:
            return
        times = self.ledger.times_put_off(chosen.say)
        self.ledger.note(chosen.say, chosen.verdict, here.now)
        self.ledger.tell(chosen.say, here.now)
        said.append(Said(here.now, chosen.say, here))
        answer = (
            Answer.WAVED_AWAY
            if here.now in self.waved
            else Answer.KINDLY
            if here.now in self.kindly
            else Answer.IGNORED
        )
        self.ledger.answered(chosen.say, answer, here.now, times=times)


def _within(now: datetime, spans: Sequence[tuple[datetime, datetime]]) -> datetime | None:
    """The end of the one that a moment lies in."""
    return next((end for begin, end in spans if begin <= now < end), None)


def fact(number: int, kind: str, due: datetime, name: str = "thing") -> Fact:
    """Of a kind of occasion, or a "promise", which is a commitment that was found in what was said."""
    is_reminder, is_drawn = kind == Kind.REMINDER, kind == "promise"
    return Fact(
        number, USER, REMINDER if is_reminder else "plan", name, name,
        FactKind.COMMITMENT if is_reminder or is_drawn else FactKind(kind), START, START, due, None,
        Source.DRAWN if is_drawn else Source.TOLD, 1.0, False, None, None, None,
    )  # fmt: skip


def moment(text: str) -> datetime:
    """Of "day time"."""
    day, clock = text.split()
    hour, minute = clock.split(":")
    return START.replace(hour=int(hour), minute=int(minute)) + timedelta(days=int(day) - 1)


def _span(text: str) -> tuple[datetime, datetime]:
    day, clocks = text.split()
    begin, end = clocks.split("-")
    return moment(f"{day} {begin}"), moment(f"{day} {end}")


def table() -> list[dict[str, Any]]:
    weeks: list[dict[str, Any]] = tomllib.loads(Path(__file__).with_name("weeks.toml").read_text("utf-8"))["week"]
    return weeks


def of_row(row: dict[str, Any]) -> Week:
    """A week of the table."""
    facts = []
    for number, line in enumerate(row.get("due", ()), 1):
        day, clock, kind, name = line.split()
        due = fact(number, kind, moment(f"{day} {clock}"), name)
        facts.append(replace(due, repeats=row.get("repeats", {}).get(name, "")))
    jumps = []
    for line in row.get("jumps", ()):
        day, clock, hours = line.split()
        jumps.append((moment(f"{day} {clock}"), float(hours)))
    return Week(
        quiet_hours=row["quiet_hours"],
        level=row["level"],
        days=row.get("days", 7),
        turns=[moment(one) for one in row.get("turns", ())],
        facts=facts,
        jumps=jumps,
        **{name: [_span(one) for one in row.get(name, ())] for name in ("speaks", "calls", "hushed", "off")},
        **{name: [moment(one) for one in row.get(name, ())] for name in ("kindly", "waved")},
    )


def told(said: Sequence[Said], facts: Sequence[Fact]) -> list[str]:
    """As the table writes it."""
    names = {fact.id: fact.value for fact in facts}
    lines = []
    for one in said:
        day = (one.at.date() - START.date()).days + 1
        name = names.get(one.occasion.fact or 0, "")
        lines.append(f"{day} {one.at:%H:%M} {one.occasion.kind} {name}".strip())
    return lines


__all__ = ["Said", "Week", "fact", "of_row", "table", "told"]
