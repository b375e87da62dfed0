"""What a wish is about, told apart by rules of the language: what is to be done and when, what is a fact. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from voiceos import languages
from voiceos.thinking.times import Timed, Times, plain

Slots = Mapping[str, str | int | float]


class Wishes:
    """The rules of `languages/<code>/wishes.toml`. Raises ConfigError for a language that is not there."""

    def __init__(self, language: str) -> None:
        self.times = Times(language)
        self._rules = _rules(language)

    def reminder(self, text: str) -> Slots | None:
        """Of what stands behind "remind me": `link` and `task`, "to" and "call Anna", and the slots of the time
        (`Times`); without a task where none is told. None where it is no wish to be reminded."""
        rules = self._rules
        text, link = text.strip(), ""
        again: dict[str, int] = {}
        if found := rules.again.match(plain(text)):
            again, text = {"again": 1}, _without_words(text, len(found.group().split()))
            if not text.strip(_MARKS):
                return again
        if rules.polite_before.match(plain(text)):
            text = _without_words(text, 1)
        if rules.before.match(plain(text)):
            text = _without_words(text, 1)
            timed = self._behind_for(text)
            if not timed.slots:  # "for the meeting"
                link = rules.before_link
            else:
                text = timed.left
        else:
            timed = self.times.at_start(text)
            text = timed.left
        if timed.slots and (rest := rules.again.match(plain(text))) and rest.end() == len(plain(text)):
            again, text = {"again": 1}, ""
        if link:
            pass
        elif found := rules.link.match(plain(text)):
            link, text = found["link"], _without_words(text, len(found["link"].split()))
        elif rules.telling.match(plain(text)):
            link = rules.telling_link if _any(rules.statement["says"], text) else rules.before_link
        elif text.strip():
            return None
        ended = self.times.at_end(text, known=timed)
        task = ended.left.strip(_MARKS)
        if not task:
            return {} if not ended.slots and link else {**ended.slots, **again}
        if rules.polite.match(plain(task)):
            task = _without_words(task, 1)
        told = f"{link} {plain(task)}"
        if ended.slots and rules.again_of.match(told):
            again = {"again": 1}
        if rules.never.search(told) or not (ended.slots or rules.timeless.search(told)):
            return None
        return {"link": link, "task": task, **ended.slots, **(again if rules.again_of.match(told) else {})}

    def named(self, text: str) -> Slots | None:
        """Which reminder is meant: "to call Anna", "for five", "about the meeting", "tomorrow". None where none is."""
        rules = self._rules
        text = text.strip()
        found = rules.link.match(plain(text)) or rules.before.match(plain(text))
        if not found:
            return self.times.whole(text)
        is_for, text = rules.before.match(plain(text)) is not None, _without_words(text, 1)
        timed = self._behind_for(text) if is_for else self.times.at_start(text)
        ended = self.times.at_end(timed.left, known=timed)
        task = ended.left.strip(_MARKS)
        slots: dict[str, Any] = {**ended.slots, **({"task": task} if task else {})}
        return slots or None

    def says(self, text: str) -> bool:
        """Whether it says something, as "my sister is Ana" does, and does not only name it ("party tonight")."""
        rules = self._rules
        text = text.replace("’", "'")
        if _any(rules.statement["never"], text):
            return False
        if _any(rules.statement["begins"], text):
            return True
        return not _any(rules.statement["names"], text) and _any(rules.statement["says"], text)

    def tells(self, text: str, *, please: bool) -> bool:
        """Likewise, without a "that" before it.

        Args:
            please: it was asked for with please.
        """
        rules, text = self._rules, text.replace("’", "'")
        if not self.says(text) or rules.told["never"].search(text):
            return False
        if rules.told["needs_verb"].search(text) and not _any(rules.statement["says"], text):
            return False
        return please or rules.told["of_them"].search(text) is not None

    def is_somebody(self, text: str) -> bool:
        return self._rules.somebody.search(text) is not None or self.is_lower_name(text)

    def is_lower_name(self, text: str) -> bool:
        """It is no everyday word, so it may be a name without its capital."""
        return self._rules.somebody_lower.search(text) is not None

    def is_theirs(self, text: str) -> bool:
        """The user may have told it: it is about them, or has a name."""
        return self._rules.theirs.search(text) is not None

    def is_value(self, text: str) -> bool:
        """What something may be instead; "fine" is none."""
        return self._rules.no_value.search(text) is None

    def _behind_for(self, text: str) -> Timed:
        """ "Five" is a time where nothing follows but what is to be done at it."""
        timed = self.times.at_start(text, alone=True)
        ends = not timed.left or self._rules.link.match(plain(timed.left)) is not None
        return timed if ends else self.times.at_start(text)

    def called(self, text: str) -> Slots:
        """Likewise, of what stands before the word: "the five o'clock reminder", "the dentist reminder"."""
        return self.times.whole(text) or {"task": text}

    def moment(self, text: str) -> Slots | None:
        """Of the answer to "when?"; None where it is none."""
        return self.times.whole(text)

    def what(self, text: str) -> Slots | None:
        """Of the answer to "what shall I remind you of?"; None where it is none."""
        rules, text = self._rules, text.strip(_MARKS)
        words = plain(text)
        if not words:
            return None
        if found := rules.link.match(words):
            link, text = found["link"], _without_words(text, 1)
        elif found := next((hit for pattern, _ in rules.what_links if (hit := pattern.match(words))), None):
            link = dict(rules.what_links)[found.re]
            text = _without_words(text, len(found.group().split()))
        elif rules.what_never.match(words):
            return None
        else:
            link = rules.before_link if rules.what_thing.match(words) else rules.doing_link
        ended = self.times.at_end(text)
        task = ended.left.strip(_MARKS)
        if not task or rules.never.search(f"{link} {plain(task)}"):  # "that was a good one"
            return None
        return {"link": link, "task": task, **ended.slots}


_MARKS = " .,!?;:…"


def _any(patterns: Sequence[re.Pattern[str]], text: str) -> bool:
    return any(pattern.search(text) for pattern in patterns)


def _without_words(text: str, count: int) -> str:
    """Without so many of its first words."""
    found = re.match(rf"[^\w'’]*(?:[\w'’]+[^\w'’]+){{{count - 1}}}[\w'’]+[^\w'’]*", text)
    return text[found.end() :] if found else ""


@dataclass(frozen=True, slots=True)
class _Rules:
    link: re.Pattern[str]
    before: re.Pattern[str]
    before_link: str
    telling: re.Pattern[str]
    telling_link: str
    doing_link: str
    polite: re.Pattern[str]
    polite_before: re.Pattern[str]
    never: re.Pattern[str]
    timeless: re.Pattern[str]
    what_links: tuple[tuple[re.Pattern[str], str], ...]
    what_thing: re.Pattern[str]
    what_never: re.Pattern[str]
    statement: Mapping[str, Sequence[re.Pattern[str]]]
    told: Mapping[str, re.Pattern[str]]
    again: re.Pattern[str]
    again_of: re.Pattern[str]
    somebody: re.Pattern[str]
    somebody_lower: re.Pattern[str]
    theirs: re.Pattern[str]
    no_value: re.Pattern[str]


@cache
def _rules(language: str) -> _Rules:
    table = languages.table(language, "wishes")
    reminder, what = table["reminder"], table["what"]
    names = ("link", "telling", "polite", "never", "timeless", "again", "again_of")
    compiled = {name: re.compile(reminder[name]) for name in names}
    return _Rules(
        before=re.compile(reminder["for"]),
        before_link=reminder["for_link"],
        polite_before=re.compile(reminder["before"]),
        telling_link=reminder["telling_link"],
        doing_link=what["doing_link"],
        what_links=tuple((re.compile(pattern), link) for pattern, link in what["links"].items()),
        what_thing=re.compile(what["thing"]),
        what_never=re.compile(what["never"]),
        statement={name: tuple(map(re.compile, table["statement"][name])) for name in table["statement"]},
        told={name: re.compile(pattern) for name, pattern in table["told"].items()},
        somebody=re.compile(table["somebody"]["is"]),
        somebody_lower=re.compile(table["somebody"]["lower"]),
        theirs=re.compile(table["theirs"]["is"]),
        no_value=re.compile(table["value"]["never"]),
        **compiled,
    )
