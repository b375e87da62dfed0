"""Where a time stands in what somebody wishes, and what it is in slots: "to call Anna tomorrow at nine". Pure.

The patterns are data (`languages/<code>/times.toml`). What day and hour the slots mean, `skills/until.py` tells.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from voiceos import languages

Slots = Mapping[str, str | int | float]

MOST_WORDS = 16
"""So many at either end of a wish are looked at; no time is told in more."""

_WORD = re.compile(r"[\w'’]+")
_TEXTS = ("kind", "as", "alone")
"""Keys of a pattern that are no slots."""


@dataclass(frozen=True, slots=True)
class Timed:
    """What is left of a text, as it was written, and the slots of the time that stood in it."""

    left: str
    slots: Slots
    kinds: frozenset[str] = frozenset()
    """Of the pieces that the time was told in."""


@dataclass(frozen=True, slots=True)
class _Pattern:
    kind: str
    alone: bool
    """Only where nothing else is said."""
    slots: Slots
    at_end: re.Pattern[str]
    at_start: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class _Found:
    pattern: _Pattern
    slots: Slots
    begin: int
    end: int


def plain(text: str) -> str:
    """As the patterns see it."""
    return _Words(text).plain


class Times:
    """Args:
    language: ISO 639-1; raises ConfigError where it has no folder.
    """

    def __init__(self, language: str) -> None:
        self._data = _data(language)

    def at_end(self, text: str, *, known: Timed | None = None) -> Timed:
        """Without the time at its end.

        Args:
            known: was told before; what is told a second time is none of it.
        """
        words = _Words(text)
        end = len(words.plain)
        slots, kinds = (dict(known.slots), set(known.kinds)) if known is not None else (dict[str, Any](), set[str]())
        while end > 0:
            found = [
                one
                for one in self._found(words.plain[words.tail(end) : end].rstrip(), at_end=True)
                if not kinds & _excluding(one.pattern.kind)
            ]
            if not found:
                break
            longest = min(found, key=lambda one: one.begin)
            begin = words.tail(end) + longest.begin
            if self._data.ends.search(words.plain[:begin].rstrip()):
                break
            slots = {**longest.slots, **slots}
            kinds.add(longest.pattern.kind)
            end = len(words.plain[:begin].rstrip())
        return Timed(words.written_to(end), slots, frozenset(kinds))

    def at_start(self, text: str, *, alone: bool = False) -> Timed:
        """Without the time at its beginning.

        Args:
            alone: "five" is one, as behind "for".
        """
        words = _Words(text)
        begin, slots, kinds = 0, dict[str, Any](), set[str]()
        while begin < len(words.plain):
            found = [
                one
                for one in self._found(words.plain[begin:], at_end=False, alone=alone)
                if not kinds & _excluding(one.pattern.kind)
            ]
            if not found:
                break
            longest = max(found, key=lambda one: one.end)
            slots = {**slots, **longest.slots}
            kinds.add(longest.pattern.kind)
            begin += longest.end
            begin += words.plain[begin : begin + 1] == " "
        return Timed(words.written_from(begin), slots, frozenset(kinds))

    def whole(self, text: str) -> Slots | None:
        """Of a text that is nothing but a time, as the answer to "when?" is; None for any other."""
        plain = self._data.begins.sub("", _Words(text).plain)
        timed = self.at_end(plain)
        if not timed.left:
            return timed.slots or None
        for one in self._found(plain, at_end=True, alone=True):
            if one.begin == 0:
                return one.slots
        for one in self._found(timed.left, at_end=True, alone=True):
            if one.begin == 0 and not timed.kinds & _excluding(one.pattern.kind):
                return {**one.slots, **timed.slots}
        return None

    def of_day(self, text: str) -> Slots | None:
        """Of the first time of day that stands anywhere in the answer to "from when to when?"; None where none does."""
        words = _Words(text).plain.split()
        for begin in range(len(words)):
            slots = self.at_start(" ".join(words[begin : begin + MOST_WORDS]), alone=True).slots
            if "hour" in slots:
                return slots
        return None

    def _found(self, plain: str, *, at_end: bool, alone: bool = False) -> Iterator[_Found]:
        for pattern in self._data.patterns:
            if pattern.alone and not alone:
                continue
            hit = pattern.at_end.search(plain) if at_end else pattern.at_start.match(plain)
            if hit is None:
                continue
            slots = {name: self._value(name, value) for name, value in hit.groupdict().items() if value is not None}
            if (minute := slots.pop("minute_to", None)) is not None:
                slots["minute"] = -int(minute)
            yield _Found(pattern, {**pattern.slots, **slots}, hit.start(), hit.end())

    def _value(self, name: str, text: str) -> str | int:
        data = self._data
        match name:
            case "half":
                return data.halves[text]
            case "part":
                return data.parts[text]
            case "after":
                return text
            case "month":
                return data.months.index(text) + 1
            case "date":
                return data.ordinals[text] if text in data.ordinals else data.number(text)
            case "day" | "day2":
                return _WEEKDAYS[data.weekdays.index(text)] if text in data.weekdays else text
            case _:
                return data.number(text)


_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
"""As the slot `day` has them, in whatever language they were said."""


class _Words:
    """A text's words as patterns see them, and where they stand in it."""

    def __init__(self, text: str) -> None:
        self._text = text
        hits = list(_WORD.finditer(text))
        self.plain = " ".join(hit.group().lower().replace("’", "'") for hit in hits)
        self._spans: list[tuple[int, int, int]] = []
        place = 0
        for hit in hits:
            self._spans.append((place, hit.start(), hit.end()))
            place += hit.end() - hit.start() + 1

    def tail(self, end: int) -> int:
        """Where the last words before a place in `plain` begin."""
        before = [place for place, _, _ in self._spans if place < end]
        return before[-MOST_WORDS] if len(before) > MOST_WORDS else 0

    def written_to(self, end: int) -> str:
        """What was written up to a place in `plain`."""
        last = max((stop for place, _, stop in self._spans if place < end), default=0)
        return self._text[:last]

    def written_from(self, begin: int) -> str:
        return next((self._text[start:] for place, start, _ in self._spans if place >= begin), "")


@dataclass(frozen=True, slots=True)
class _Data:
    patterns: tuple[_Pattern, ...]
    ends: re.Pattern[str]
    begins: re.Pattern[str]
    numbers: Mapping[str, int]
    ordinals: Mapping[str, int]
    weekdays: tuple[str, ...]
    months: tuple[str, ...]
    halves: Mapping[str, str]
    parts: Mapping[str, str]

    def number(self, text: str) -> int:
        """Raises KeyError for what is none."""
        return int(text) if text.isdecimal() else self.numbers[text]


def _excluding(kind: str) -> set[str]:
    """Kinds beside which one of this kind is none."""
    return {"length": {"length", "clock", "day", "part", "every"}, "part": {"part", "length"}}.get(
        kind, {kind, "length"}
    )


def _any(words: Iterable[str]) -> str:
    """Of these the longest first."""
    return f"(?:{'|'.join(map(re.escape, sorted(words, key=len, reverse=True)))})"


@cache
def _data(language: str) -> _Data:
    from num2words import num2words  # slow to import, and most commands match nothing

    table = languages.table(language, "times")

    def spelt(number: int, to: str = "cardinal") -> str:
        return _Words(num2words(number, lang=language, to=to)).plain

    counted = {spelt(number): number for number in range(100)}
    numbers = {**counted, **table["numbers"]}
    ordinals = {spelt(number, "ordinal"): number for number in range(1, 32)}
    ordinals |= {f"{number}{end}": number for number in range(1, 32) for end in table["ordinal_ends"]}
    weekdays, months = tuple(table["weekdays"]), tuple(table["months"])

    def words(first: int, end: int) -> list[str]:
        return [word for word, number in counted.items() if first <= number < end]

    parts = {
        "{number}": rf"(?:\d{{1,4}}|{_any(counted)})",
        "{count}": rf"(?:[1-9]\d{{0,3}}|{_any(word for word, number in numbers.items() if number)})",
        "{hour}": rf"(?:2[0-4]|1\d|0?\d|{_any(words(0, 25))})",
        "{minute}": rf"(?:[0-5]\d|{_any(words(10, 60))})",
        "{minute_past}": rf"(?:[0-5]?\d|{_any(words(1, 60))})",
        "{unit}": rf"(?:\d|{_any(words(1, 10))})",
        "{ordinal}": _any(ordinals),
        "{weekday}": _any(weekdays),
        "{month}": _any(months),
        "{part}": _any(table["parts"]),
        "{at}": table["at"],
        "{half}": table["half"],
    }
    patterns = []
    for one in table["said"]:
        pattern = one["as"]
        for name, instead in parts.items():
            pattern = pattern.replace(name, instead)
        slots = {name: value for name, value in one.items() if name not in _TEXTS}
        patterns.append(
            _Pattern(
                *(one["kind"], one.get("alone", False), slots),
                re.compile(rf"(?<![^ ])(?:{pattern})$"),
                re.compile(rf"(?:{pattern})(?= |$)"),
            )
        )
    return _Data(
        patterns=tuple(patterns),
        ends=re.compile(table["left"]["ends"]),
        begins=re.compile(table["answer"]["begins"]),
        numbers=numbers,
        ordinals=ordinals,
        weekdays=weekdays,
        months=months,
        halves=table["halves"],
        parts=table["parts"],
    )
