"""What is said of its own accord, in one sentence each, and why it was. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from babel.dates import format_date, format_time, get_day_names
from babel.lists import format_list

from voiceos import languages
from voiceos.initiative.budget import ON_TIME
from voiceos.initiative.occasions import REMINDER, Kind, Occasion, at_no_hour, begins
from voiceos.initiative.repeats import LAST_DAY, Repeat, Unit, read
from voiceos.memory import Fact
from voiceos.memory import Kind as FactKind
from voiceos.thinking.persons import Persons

MOST_THINGS = 3
"""Of a day: more at a time nobody keeps in mind."""

WEEK_DAYS = 7
"""From then on a day of the week is one of many."""

WEEKDAYS = (0, 1, 2, 3, 4)

_MOMENT = re.compile(r" \((?:\d{4}-\d\d-\d\d \d\d:\d\d|FREQ=[A-Z0-9;=,-]+)\)$")


def value_of(what: str, due: datetime, repeat: Repeat | None = None) -> str:
    """A reminder as a fact's value: twice the same at two times are two."""
    return f"{what} ({due:%Y-%m-%d %H:%M})" if repeat is None else f"{what} ({repeat.text})"


def what_of(reminder: Fact) -> str:
    """What the user wants to be reminded of, in their words."""
    return _MOMENT.sub("", reminder.value)


def turned(what: str, language: str) -> str:
    """The user's words as they are told to them, "call your sister"; as they are where no rule can turn them."""
    return Persons(language).turned(what) or what


def when(at: datetime, now: datetime, language: str) -> str:
    """A moment, as one says it: "tomorrow at 9:00 AM"."""
    words = languages.table(language, "initiative")["when"]
    patterns = languages.table(language, "answers")
    at = at.astimezone(now.tzinfo)
    days = (at.date() - now.date()).days
    near = {0: "today", 1: "tomorrow", -1: "yesterday"}
    kind = near.get(days) or ("weekday" if 0 < days < WEEK_DAYS else "date")
    told: str = words[kind].format(
        time=format_time(at, patterns["time_pattern"], locale=language),
        weekday=format_date(at.date(), words["weekday_pattern"], locale=language),
        date=format_date(at.date(), patterns["date_pattern"], locale=language),
    )
    return told


def again_and_again(repeat: Repeat, language: str) -> str:
    """A rule, as one says it: "every weekday at 8:00 AM"."""
    words = languages.table(language, "initiative")["every"]
    patterns = languages.table(language, "answers")
    count, unit = repeat.every, repeat.unit.name.lower().removesuffix("s")
    if repeat.unit is Unit.MINUTES and count % 60 == 0:
        count, unit = count // 60, "hour"
    names = format_list([get_day_names("wide", locale=language)[day] for day in repeat.weekdays], locale=language)
    if repeat.weekdays == WEEKDAYS and count == 1:
        unit = "weekday"
    day = repeat.day
    told: str = words[unit if count == 1 else f"{unit}s"].format(
        count=count,
        time=format_time(time(repeat.hour, repeat.minute), patterns["time_pattern"], locale=language),
        weekdays=names,
        day=words["last_day"] if day == LAST_DAY else _ordinal(day, language),
        date=format_date(date(2000, repeat.month, max(day, 1)), words["date_pattern"], locale=language)
        if repeat.month
        else "",
    )
    return told


def _ordinal(number: int, language: str) -> str:
    from num2words import num2words  # slow to import, and few reminders are of a month

    return str(num2words(number, lang=language, to="ordinal_num")) if number else ""


def text(occasion: Occasion, fact: Fact | None, today: Sequence[Fact], now: datetime, language: str) -> str:
    """What to say; empty where what it tells of is known no more.

    Args:
        fact: the occasion's own.
        today: what the day still holds, the next one first.
    """
    words = languages.table(language, "initiative")
    told: str
    match occasion.kind:
        case Kind.REMINDER | Kind.COMMITMENT | Kind.PLAN | Kind.OFFER:
            if fact is None or fact.due is None:
                return ""
            if occasion.kind is Kind.REMINDER:
                is_late = now - occasion.since >= ON_TIME
                told = words["reminder_late" if is_late else "reminder"]
                at = occasion.since if fact.repeats else fact.due
                return told.format(what=turned(what_of(fact), language), when=when(at, now, language))
            key = "offer" if occasion.kind is Kind.OFFER else "due_today" if at_no_hour(fact) else "due_now"
            to_them = Persons(language).turned(_said(fact))
            told = words[key if to_them else f"{key}_as_said"]
            told_at = when(begins(fact, now), now, language)
            return told.format(told=to_them, said=_said(fact), when=told_at)
        case Kind.THOUGHT:
            return _thought(fact, language) if fact is not None else ""
        case Kind.MORNING:
            things = [thing(one, now, language) for one in today[:MOST_THINGS]]
            told = words["morning_with" if things else "morning"]
            return told.format(things=words["between"].join(things))
        case Kind.NIGHT:
            told = words["night"]
            return told
        case Kind.SILENCE:
            told = words["silence"]
            days = (now - occasion.since + timedelta(days=3, hours=12)).days
            return told.format(days=days)


def _thought(fact: Fact, language: str) -> str:
    """The question of what became of it, with the fact's own words, without its day."""
    words = languages.table(language, "initiative")["thought"]
    persons = Persons(language)
    said = persons.undated(_said(fact))
    told: str
    if fact.kind is FactKind.PLAN and (found := re.search(words["event"], said, re.IGNORECASE)):
        whose = words["whose"].get(found["article"].lower(), words["whose_else"])
        told = words["how_event"].format(whose=whose, thing=found["thing"])
        return told
    to_them = persons.turned(said)
    key = "how" if fact.kind is FactKind.PLAN else "did"
    told = words[key if to_them else f"{key}_as_said"].format(told=to_them, said=said)
    return told


def bare(reminder: Fact, language: str) -> str:
    """What a reminder is about, by itself: "call your sister"."""
    stands_alone = languages.table(language, "initiative")["memory"]["stands_alone"]
    return re.sub(stands_alone, "", turned(what_of(reminder), language))


def thing(fact: Fact, now: datetime, language: str) -> str:
    """One of several things that are due."""
    words = languages.table(language, "initiative")
    if fact.relation != REMINDER:
        return _said(fact)
    at = when(begins(fact, now), now, language)
    told: str = words["at_an_hour"].format(when=at, what=bare(fact, language))
    return told


def listed(reminder: Fact, now: datetime, language: str) -> str:
    """A reminder among others: one that repeats with its rule."""
    repeat = read(reminder.repeats)
    if repeat is None:
        return thing(reminder, now, language)
    told: str = languages.table(language, "initiative")["at_an_hour"].format(
        when=again_and_again(repeat, language), what=bare(reminder, language)
    )
    return told


def _said(fact: Fact) -> str:
    return fact.sentence.rstrip(" .!?")


def why(kind: Kind, fact: Fact | None, now: datetime, language: str) -> str:
    """Why something of this kind was said."""
    words = languages.table(language, "initiative")["why"]
    if fact is None and kind is Kind.THOUGHT:
        return str(words["thought_gone"])
    if fact is None and kind in (Kind.REMINDER, Kind.COMMITMENT, Kind.PLAN, Kind.OFFER):
        told: str = words["due"]
        return told
    told = words[kind.value]
    reason = told.format(told="" if fact is None else when(fact.since, now, language))
    return reason if kind is Kind.REMINDER else f"{reason} {words['how']}"
