"""What was talked of on a day or in a week, and who the user is: told from what was put in short, by rule.

Where a day was not put in short yet, as today, it is told from the user's own words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cached_property

from babel.dates import format_date

from voiceos.diary import Diary
from voiceos.languages import Phrases
from voiceos.memory import Scope, Store, summaries, summing
from voiceos.thinking.statements import Statements

MOST_TOLD = 3
"""Of the user's own sentences."""
MOST_LINES = 8
"""Of several days, each of them with one at least."""

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
"""Values of the slot `past`, beside `today`, `yesterday`, `day_before`, `this_week` and `last_week`."""


class Retelling:
    """Args:
    diary: through which the memory is asked.
    """

    def __init__(self, diary: Diary, phrases: Phrases, *, language: str) -> None:
        self._diary = diary
        self._phrases = phrases
        self._language = language

    @cached_property
    def _statements(self) -> Statements:
        return Statements(self._language)

    async def talked(self, past: str, now: datetime) -> str:
        """What was talked of. Raises StorageError.

        Args:
            past: a value of the slot.
        """
        words: Mapping[str, str] = summing.rules(self._language)["when"]
        first, days = _span(past, now.date())
        weekday = format_date(first, "EEEE", locale=self._language)
        when = words["weekday" if past in WEEKDAYS else past].format(weekday=weekday)
        lines, own_words, talked = await self._diary.ask(
            lambda store: self._told(store, past, now.date(), first, days), written=True
        )
        if lines:
            key = "talked_own_words" if own_words else "talked"
            return self._phrases.text(key, when=f"{when[:1].upper()}{when[1:]}", told=" ".join(lines).rstrip("."))
        return self._phrases.text("talked_unnoted" if talked else "talked_nothing", when=when)

    async def thought(self) -> str:
        """Who the user is, empty where that was not put in short. Raises StorageError."""
        profile = await self._diary.ask(lambda store: store.chronicle.profile())
        return "" if profile is None or profile.outdated else " ".join(profile.lines)

    def _told(self, store: Store, past: str, today: date, first: date, days: int) -> tuple[Sequence[str], bool, bool]:
        """The sentences, whether they are the user's own, and whether anything was said at all."""
        chronicle, until = store.chronicle, first + timedelta(days=days)
        if past == "last_week" and (week := chronicle.between(Scope.WEEK, first, first + timedelta(days=1))):
            return week[0].lines, False, True
        short = {day.begins: day.lines for day in chronicle.between(Scope.DAY, first, until) if day.lines}
        if days == 1 and short:
            return short[first], False, True
        turns = {day: chronicle.turns_on(day) for number in range(days) if (day := first + timedelta(days=number))}
        if not short:
            every = [turn for day in turns.values() for turn in day]
            return self._statements.longest(every, MOST_TOLD), True, bool(every)
        told = {day: short.get(day) or self._statements.longest(turns[day], MOST_TOLD) for day in turns}
        words = summing.rules(self._language)["told"]
        lines = []
        for day, count in summaries.shares({day: len(lines) for day, lines in told.items()}, MOST_LINES).items():
            weekday = format_date(day, "EEEE", locale=self._language)
            key = "today_line" if day == today else "week_line"
            lines += [words[key].format(weekday=weekday, line=line) for line in self._statements.best(told[day], count)]
        return lines, False, True


def _span(past: str, today: date) -> tuple[date, int]:
    """The first day, and how many."""
    if past in WEEKDAYS:  # the last one that is over
        return today - timedelta(days=(today.weekday() - WEEKDAYS.index(past) - 1) % 7 + 1), 1
    if past == "this_week":
        return summaries.monday(today), 7
    if past == "last_week":
        return summaries.monday(today) - timedelta(days=7), 7
    return today - timedelta(days=("today", "yesterday", "day_before").index(past)), 1
