"""When something is due that is told in words: "tomorrow", "next Friday", "in two weeks", "on the third". Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

EVENING_HOUR = 18


def moment(text: str, now: datetime, words: Mapping[str, Any], *, near: str = "") -> datetime | None:
    """The first moment of the day that a text names, in the time zone of `now`; None where it names none.

    Args:
        words: the table `due` of a language's drawing.toml.
        near: of several days the one that is named nearest to this part of the text.
    """
    lower, near = _with_numbers(text.lower(), words), _with_numbers(near.lower(), words)
    centre = lower.find(near) + len(near) / 2 if near and near in lower else 0.0
    found = [(abs(start - centre), -length, day) for start, length, day in _days(lower, now, words)]
    return min(found, default=(0, 0, None), key=lambda one: one[:2])[2]


def _days(text: str, now: datetime, words: Mapping[str, Any]) -> list[tuple[int, int, datetime]]:
    """Where each is named, in how many letters, and which it is."""
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    weekend = (5 - today.weekday()) % 7
    named = {
        "today": today,
        "tonight": today.replace(hour=EVENING_HOUR),
        "tomorrow": today + timedelta(days=1),
        "after_tomorrow": today + timedelta(days=2),
        "weekend": today + timedelta(days=weekend),
        "this_week": today + timedelta(days=6 - today.weekday()),
        "next_week": today + timedelta(days=7 - today.weekday()),
        "next_month": _first(today.year, today.month + 1, today),
        "next_year": _first(today.year + 1, 1, today),
    }
    days: list[tuple[int, int, datetime]] = []
    taken: list[tuple[int, int]] = []

    def add(start: int, end: int, day: datetime | None) -> None:
        if day is not None and not any(start < there_end and there < end for there, there_end in taken):
            taken.append((start, end))
            days.append((start, end - start, day))

    phrases = [(phrase, day) for key, day in named.items() for phrase in words[key]]
    for phrase, day in sorted(phrases, key=lambda one: -len(one[0])):
        for hit in re.finditer(rf"\b{re.escape(phrase)}\b", text):
            add(*hit.span(), day)
    for hit in re.finditer(words["within"], text):
        add(*hit.span(), _within(hit, today, words))
    months = "|".join(words["months"])
    for hit in re.finditer(words["day_of_month"].format(months=months), text):
        add(*hit.span(), _day_of_month(hit, today, words["months"]))
    for hit in re.finditer(words["in_month"].format(months=months), text):
        month = words["months"].index(hit["month"]) + 1
        add(*hit.span(), _first(today.year + (month < today.month), month, today))
    for number, name in enumerate(words["weekdays"]):
        for hit in re.finditer(rf"\b(?:(?P<next>{'|'.join(words['next'])}) )?{name}\b", text):
            ahead = (number - today.weekday() - 1) % 7 + 1
            add(*hit.span(), today + timedelta(days=ahead))
    return days


def _within(hit: re.Match[str], today: datetime, words: Mapping[str, Any]) -> datetime | None:
    count = words["numbers"].get(hit["count"]) or (int(hit["count"]) if hit["count"].isdecimal() else 0)
    return today + timedelta(days=count * words["units"][hit["unit"]]) if 0 < count < 1000 else None


def _with_numbers(text: str, words: Mapping[str, Any]) -> str:
    """With "third" as "3th"."""
    for number, ordinal in sorted(enumerate(words["ordinals"], 1), key=lambda one: -len(one[1])):
        text = re.sub(rf"\b{ordinal}\b", words["ordinal"].format(number=number), text)
    return text


def _day_of_month(hit: re.Match[str], today: datetime, months: list[str]) -> datetime | None:
    name = hit["month"] or hit["month2"]
    day = int(hit["day"] or hit["day2"] or hit["day3"])
    if name is None:
        month, year = (today.month, today.year) if day >= today.day else (today.month + 1, today.year)
        year, month = year + (month > 12), (month - 1) % 12 + 1
    else:
        month = months.index(name) + 1
        year = today.year + ((month, day) < (today.month, today.day))
    try:
        return today.replace(year=year, month=month, day=day)
    except ValueError:
        return None


def _first(year: int, month: int, today: datetime) -> datetime:
    return today.replace(year=year + (month > 12), month=(month - 1) % 12 + 1, day=1)
