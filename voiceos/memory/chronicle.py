"""What days and weeks were about, and who the user is, in short: what is to be made of that next, and what there is.

A turn that belongs to no day has yet to be gone through, so that what was broken off goes on after a restart, and what
stemmed from something that was forgotten is made anew without it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from voiceos.memory import episodes, forgetting, summaries, terms
from voiceos.memory import facts as known_facts
from voiceos.memory.database import Database
from voiceos.memory.records import Episode, Fact, Scope, Summary
from voiceos.memory.selection import Selection


@dataclass(frozen=True, slots=True)
class Sources:
    """What a summary is made of, as of one moment."""

    begins: date
    erasures: int
    """What is kept later is refused where this is another by then."""
    turns: tuple[Episode, ...] = ()
    telling: frozenset[int] = frozenset()
    """Those of the turns that told a fact, by their numbers."""
    days: tuple[Summary, ...] = ()


@dataclass(frozen=True, slots=True)
class Acquaintance:
    """How well the user and the assistant know each other, in numbers."""

    since: date | None
    days: int
    """On which they talked."""
    hours: tuple[int, ...]
    """How many turns there were in each hour of the day, by the clock on the wall."""


class Chronicle:
    """Of one store; all as the methods of that."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def day_to_sum(self, today: date) -> Sources | None:
        """The newest day before `today` with turns that were not gone through, and all its turns with a word of the
        user's, the oldest first."""
        with self._database.reading() as database:
            row = database.execute(
                f"SELECT {summaries.LOCAL_DAY} AS day FROM episodes WHERE summary IS NULL AND said <> '' AND day < ?"  # noqa: S608
                " ORDER BY at DESC LIMIT 1",
                (today.isoformat(),),
            ).fetchone()
            if row is None:
                return None
            day = date.fromisoformat(row[0])
            turns = tuple(summaries.turns_on(database, day))
            telling = summaries.telling(database, [turn.id for turn in turns])
            return Sources(day, forgetting.erasures(database), turns, telling)

    def week_to_sum(self, today: date) -> Sources | None:
        """The newest week that is over before `today` and has days that belong to none; all its days."""
        with self._database.reading() as database:
            found = summaries.select(
                database,
                "s.scope = ? AND s.week IS NULL AND s.text <> '' AND s.begins < ? ORDER BY s.begins DESC LIMIT 1",
                (Scope.DAY, summaries.monday(today).isoformat()),
            )
            if not found:
                return None
            begins = summaries.monday(found[0].begins)
            days = summaries.between(database, Scope.DAY, begins, begins + timedelta(days=7))
            return Sources(begins, forgetting.erasures(database), days=tuple(day for day in days if day.lines))

    def keep(
        self,
        scope: Scope,
        begins: date,
        lines: Sequence[str],
        *,
        at: datetime,
        erasures: int,
        ends: date | None = None,
        turns: Iterable[int] = (),
        days: Iterable[int] = (),
        facts: Iterable[int] = (),
    ) -> Summary | None:
        """Keep a summary in the place of what there is of that span. None, and nothing is kept, where something was
        forgotten since its sources were read.

        Args:
            ends: the last day; `begins`, where there is none.
            turns, days, facts: its sources.
        """
        text = "\n".join(" ".join(terms.clean(line).split()) for line in lines)
        with self._database.writing() as database:
            if forgetting.erasures(database) != erasures:
                return None
            sources = (tuple(turns), tuple(days), tuple(facts))
            return summaries.add(database, scope, begins, ends or begins, text, at, *sources)

    def between(self, scope: Scope, since: date, until: date) -> list[Summary]:
        """Those that begin from `since` on, before `until`, the oldest first."""
        with self._database.reading() as database:
            return summaries.between(database, scope, since, until)

    def newest(self, scope: Scope, *, limit: int = 50) -> list[Summary]:
        """The newest first."""
        with self._database.reading() as database:
            condition = "s.scope = ? AND s.text <> '' ORDER BY s.begins DESC LIMIT ?"
            return summaries.select(database, condition, (scope, limit))

    def profile(self) -> Summary | None:
        with self._database.reading() as database:
            found = summaries.select(database, "s.scope = ?", (Scope.PROFILE,))
            return found[0] if found else None

    def get(self, number: int) -> Summary | None:
        with self._database.reading() as database:
            found = summaries.select(database, "s.id = ?", (number,))
            return found[0] if found else None

    def sources(self, number: int) -> list[Episode | Fact]:
        """The turns that a summary came from, the oldest first; of a profile the facts."""
        with self._database.reading() as database:
            rows = database.execute(
                f"SELECT {episodes.COLUMNS} FROM episodes WHERE said <> '' AND summary IN"  # noqa: S608
                " (SELECT id FROM summaries WHERE id = ? OR week = ?) ORDER BY at, id",
                (number, number),
            ).fetchall()
            known = database.execute(
                f"SELECT {known_facts.COLUMNS} FROM facts f JOIN summary_facts t ON t.fact = f.id WHERE t.summary = ?"  # noqa: S608
                " ORDER BY f.id",
                (number,),
            ).fetchall()
        return [*map(episodes.of_row, rows), *map(known_facts.of_row, known)]

    def turns_on(self, day: date) -> list[Episode]:
        """With a word of the user's, the oldest first."""
        with self._database.reading() as database:
            return summaries.turns_on(database, day)

    def acquaintance(self) -> Acquaintance:
        with self._database.reading() as database:
            first, days = database.execute(
                f"SELECT min(day), count(DISTINCT day) FROM (SELECT {summaries.LOCAL_DAY} AS day FROM episodes"  # noqa: S608
                " WHERE said <> '')"
            ).fetchone()
            hours = [0] * 24
            for hour, count in database.execute(
                "SELECT (at + utc_offset) / 3600 % 24, count(*) FROM episodes WHERE said <> '' GROUP BY 1"
            ).fetchall():
                hours[hour] = count
        return Acquaintance(None if first is None else date.fromisoformat(first), days, tuple(hours))

    def going(self, chosen: Selection) -> list[Summary]:
        """What would go with what is to be forgotten."""
        with self._database.reading() as database:
            numbers = sorted(summaries.stemming_from(database, chosen))
            return [summary for number in numbers for summary in summaries.select(database, "s.id = ?", (number,))]
