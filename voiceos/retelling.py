"""What was talked of on a day or in a week, and who the user is: told from what was put in short, by rule.

Where a day was not put in short yet, as today, it is told from the user's own words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import islice

from babel.dates import format_date

from voiceos.diary import Diary
from voiceos.languages import Phrases
from voiceos.memory import Scope, Store, summing
from voiceos.memory.summaries import monday
from voiceos.thinking.statements import Statements

MOST_TOLD = 3
"""Of the user's own sentences."""
MOST_LINES = 8
"""Of several days in short."""

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
            lambda store: self._told(store, past, first, days), written=True
        )
        if lines:
            key = "talked_own_words" if own_words else "talked"
            return self._phrases.text(key, when=f"{when[:1].upper()}{when[1:]}", told=" ".join(lines).rstrip("."))
        return self._phrases.text("talked_unnoted" if talked else "talked_nothing", when=when)

    async def thought(self) -> str:
        """Who the user is, empty where that was not put in short. Raises StorageError."""
        profile = await self._diary.ask(lambda store: store.chronicle.profile())
        return "" if profile is None or profile.outdated else " ".join(profile.lines)

    def _told(self, store: Store, past: str, first: date, days: int) -> tuple[Sequence[str], bool, bool]:
        """The sentences, whether they are the user's own, and whether anything was said at all."""
        chronicle, until = store.chronicle, first + timedelta(days=days)
        if past == "last_week" and (week := chronicle.between(Scope.WEEK, first, first + timedelta(days=1))):
            return week[0].lines, False, True
        short = [day for day in chronicle.between(Scope.DAY, first, until) if day.lines]
        if short and days == 1:
            return short[0].lines, False, True
        if short:
            told = str(summing.rules(self._language)["told"]["week_line"])
            named = [
                (format_date(day.begins, "EEEE", locale=self._language), line) for day in short for line in day.lines
            ]
            return [told.format(weekday=name, line=line) for name, line in islice(named, MOST_LINES)], False, True
        turns = [turn for number in range(days) for turn in chronicle.turns_on(first + timedelta(days=number))]
        lines = [line for turn in turns for line in self._statements.of(turn)]
        return self._statements.turned(lines, MOST_TOLD), True, bool(turns)


def _span(past: str, today: date) -> tuple[date, int]:
    """The first day, and how many."""
    if past in WEEKDAYS:  # the last one that is over
        return today - timedelta(days=(today.weekday() - WEEKDAYS.index(past) - 1) % 7 + 1), 1
    if past == "this_week":
        return monday(today), 7
    if past == "last_week":
        return monday(today) - timedelta(days=7), 7
    return today - timedelta(days=("today", "yesterday", "day_before").index(past)), 1
