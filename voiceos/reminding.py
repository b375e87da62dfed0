"""What the user wants of its speaking first, by talking: reminders, less of it, why it did."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

from babel.lists import format_list

from voiceos import languages
from voiceos.config.model import InitiativeLevel
from voiceos.diary import Diary
from voiceos.events import Intent
from voiceos.initiative import Kind as Occasions
from voiceos.initiative import Ledger, Occasion, Outcome, kept
from voiceos.initiative.occasions import all_of_fact, begins, of_fact
from voiceos.initiative.repeats import Repeat, read
from voiceos.initiative.wording import bare, listed, turned, what_of, when, why
from voiceos.languages import Phrases
from voiceos.memory import Fact, Store, terms
from voiceos.preferences import Preferences
from voiceos.reminders import Reminders, meant, told_when
from voiceos.skills.repeating import EVERY, UNKNOWN, rule
from voiceos.skills.until import moment
from voiceos.thinking import intents as thinking

LEVELS: tuple[InitiativeLevel, ...] = get_args(InitiativeLevel)
"""From never to often."""

TOLD = ("speaks_first_off", "speaks_first_rare", "speaks_first_normal")
"""What is said of each."""

AT_ONCE = 5
"""Reminders told in one answer."""

UNWRITTEN_FOR = timedelta(minutes=10)
"""That the user was there is written this often; all else at once."""

JUST_SAID = timedelta(minutes=10)
"""So long "why did you say that?" is about what it said of its own accord, and "remind me of that"; set by hand."""

AGAIN = timedelta(days=1)
"""So long "remind me again" is about the reminder that it told last; set by hand."""

OFFERED = timedelta(minutes=1)
"""So long "yes" answers an offer; set by hand."""


ASKED = timedelta(seconds=45)
"""So long "when?" and "of what?" stand open, as long as questions about forgetting do; set by hand."""

LENGTH = ("hours", "minutes", "seconds")
CLOCK = ("hour", "minute", "half", "after")
DAY = ("part", "day", "week", "days", "weeks", "months", "date", "month", "year")
"""Slots of a time, of which an answer to "when?" may leave some as they were told before."""

Deed = Callable[[datetime], Awaitable[str]]


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A reminder of which something is yet to be told."""

    what: str
    """ "to call my sister"; empty: that was asked."""
    slots: dict[str, Any]
    """Of its time, as far as that was told."""
    at: datetime


class Reminding:
    """`Initiative` of the skills.

    Args:
        diary: None: nothing is remembered, so nobody can be reminded.
        level: in force.
    """

    def __init__(
        self,
        diary: Diary | None,
        phrases: Phrases,
        *,
        language: str,
        preferences: Callable[[], Preferences],
        level: Callable[[], InitiativeLevel],
        now: Callable[[], datetime],
    ) -> None:
        self.ledger: Ledger = kept.load()
        self.on_change: Callable[[], None] = lambda: None
        """Called where something may be due at another time than before."""
        self.on_told: Callable[[Sequence[Fact]], None] = lambda facts: None
        """Called with the reminders that were told of, so that "forget that" means the last of them."""
        self._diary_or_none = diary
        self._phrases = phrases
        self._language = language
        self._preferences = preferences
        self._level = level
        self._now = now
        self._written = kept.content(self.ledger)
        self._writing = asyncio.Lock()
        self._focus: int | None = None
        """The reminder that was spoken of last."""
        self._last: tuple[Occasion, datetime] | None = None
        """What was said last of its own accord, in this run."""
        self._offered: int | None = None
        """Of this fact a reminder was offered, and nobody has said yes or no yet."""
        self._wanted: _Wanted | None = None
        self._undo: Deed | None = None

    def asked(self) -> frozenset[str]:
        """What is open just now; see `SentenceMatcher`."""
        is_open: dict[str, bool] = {}
        if self._last is not None:
            ago = abs(self._now() - self._last[1])
            is_open |= {"spoke_first": ago <= JUST_SAID, "offer": self._offered is not None and ago <= OFFERED}
        if (wanted := self._wanted) is not None and self._stands_open(wanted):
            is_open |= {"when": bool(wanted.what), "what": not wanted.what}
        return frozenset(name for name, yes in is_open.items() if yes)

    def _stands_open(self, wanted: _Wanted | None) -> bool:
        return wanted is not None and abs(self._now() - wanted.at) <= ASKED

    def moved_on(self) -> None:
        """The user has said something else."""
        self._wanted = self._undo = None

    def undo(self) -> Callable[[datetime], Coroutine[Any, Any, str]] | None:
        deed, self._undo = self._undo, None

        async def undone(now: datetime) -> str:
            assert deed is not None
            return await deed(now)

        return None if deed is None else undone

    def tell(self, occasion: Occasion, now: datetime) -> None:
        """It is being said."""
        self.ledger.tell(occasion, now)
        self._last = occasion, now
        self._wanted = None  # what is said behind it answers it
        if occasion.asked:
            self._focus = occasion.fact
        self._offered = occasion.fact if occasion.kind is Occasions.OFFER else None

    async def write(self) -> None:
        """Write what is not written yet. Raises StorageError."""
        async with self._writing:
            content = kept.content(self.ledger)
            if self._same(content):
                return
            await asyncio.to_thread(kept.keep, content)
            self._written = content

    def _same(self, content: dict[str, Any]) -> bool:
        if {**content, "attendance": None} != {**self._written, "attendance": None}:
            return False
        last, written = content["attendance"]["last"], self._written["attendance"]["last"]
        if last == written or last is None:
            return bool(last == written)
        if written is None or content["attendance"]["morning"] != self._written["attendance"]["morning"]:
            return False
        return abs(datetime.fromisoformat(last) - datetime.fromisoformat(written)) < UNWRITTEN_FOR

    async def answer(self, intent: Intent, *, turn: int, said: str, now: datetime) -> str:
        match intent.name:
            case "not_now":
                return self._phrases.text("put_off")  # whoever said it has seen to it
            case "why_first":
                return await self._why(now)
            case "speak_less" | "speak_more" | "speak_never":
                return self._change_level(intent.name)
        if self._diary_or_none is None:
            return self._phrases.text("reminders_off")
        wanted, self._wanted, self._undo = self._wanted, None, None
        if intent.name == "remind" and not self._stands_open(
            wanted
        ):  # a time that was told long ago is of another wish
            wanted = None
        match intent.name:
            case "remind" | thinking.REMIND_AT | thinking.REMIND_OF:
                wanted = await self._again(intent, now) or _told(intent, wanted, now)
                return await self._remind(wanted, turn, said, now)
            case "accept_reminder" | "decline_reminder":
                return await self._decide(intent.name == "accept_reminder", now)
            case "reminders":
                pending = await self._reminders.pending(self.ledger, now)
                return self._list([fact for fact in pending if meant(fact, intent.slots, now)], now)
            case "cancel_reminders":
                return await self._cancel(await self._reminders.pending(self.ledger, now), now, everything=True)
            case _:
                pending = await self._reminders.pending(self.ledger, now)
                return await self._cancel(self._meant(pending, intent, now), now)

    @property
    def _diary(self) -> Diary:
        assert self._diary_or_none is not None
        return self._diary_or_none

    @property
    def _reminders(self) -> Reminders:
        return Reminders(self._diary, self._language)

    # Reminders.

    async def _again(self, intent: Intent, now: datetime) -> _Wanted | None:
        """The reminder that was told last, wanted once more; None where that is not asked for, or there is none."""
        if "again" not in intent.slots:
            return None
        within = JUST_SAID if "task" in intent.slots else AGAIN
        fact = await self._reminders.told_last(self.ledger, now, within)
        if fact is None:
            return None
        slots = {name: value for name, value in intent.slots.items() if name not in ("again", "link", "task")}
        return _Wanted(what_of(fact), slots, now)

    async def _remind(self, wanted: _Wanted, turn: int, said: str, now: datetime) -> str:
        what = wanted.what
        if not what:
            self._wanted = wanted
            return self._phrases.text("remind_what")
        told = turned(what, self._language)
        if (routine := wanted.slots.get("after")) is not None:
            hour = await self._reminders.hour_of(str(routine))
            known = {name: value for name, value in wanted.slots.items() if name != "after"}
            wanted = wanted if hour is None else _Wanted(what, {**known, **hour}, wanted.at)
        repeat = rule(wanted.slots) if "every" in wanted.slots else None
        due = moment(wanted.slots, now) if repeat is None else repeat.first(now)
        if due is None:
            self._wanted = wanted
            unknown = wanted.slots.get("every") == UNKNOWN
            return self._phrases.text("remind_every" if unknown else "remind_when", what=told)
        if due.astimezone(UTC) <= now.astimezone(UTC):  # in the hour that comes twice, clocks on the wall do not tell
            clock = {name: value for name, value in wanted.slots.items() if name in CLOCK}
            self._wanted = _Wanted(what, clock, now)
            return self._phrases.text("remind_past", when=when(due, now, self._language))
        self._diary.enter(now)
        fact = await self._keep(what, due, now, lambda store: self._episode(store, turn, said, now), repeat=repeat)
        self._undo = lambda later: self._cancel([fact], later)
        self.on_told([fact])
        return self._phrases.text("remind_set", what=told, when=self._when(fact, now))

    async def _keep(
        self,
        what: str,
        due: datetime,
        now: datetime,
        episode: Callable[[Store], int | None] = lambda store: None,
        *,
        repeat: Repeat | None = None,
    ) -> Fact:
        fact = await self._reminders.keep(what, due, now, episode, repeat=repeat)
        self._focus = fact.id
        for occasion in all_of_fact(fact, now):  # it may have been called off before
            if fact.repeats and occasion.since <= now:  # it is brought back: that moment was told, or called off
                self.ledger.settle(occasion.key, now)
            else:
                self.ledger.settled.pop(occasion.key, None)
        self.on_change()
        return fact

    async def _decide(self, accepted: bool, now: datetime) -> str:
        """A reminder was offered."""
        number, self._offered = self._offered, None
        fact = None if number is None else await self._diary.ask(lambda store: store.fact(number))
        if fact is None or fact.due is None:
            return self._phrases.text("reminder_unknown")
        if (occasion := of_fact(fact, now)) is not None:  # it is told as a reminder, or not at all
            self.ledger.settle(occasion.key, now)
        if not accepted:
            return self._phrases.text("reminder_declined")
        words = languages.table(self._language, "initiative")["memory"]
        what, due = words["offered"].format(said=fact.sentence.rstrip(" .!?")), begins(fact, now)
        await self._keep(what, due, now)
        told = turned(what, self._language)
        return self._phrases.text("remind_set", what=told, when=when(due, now, self._language))

    def _episode(self, store: Store, turn: int, said: str, now: datetime) -> int | None:
        """The turn that asks for it, written before its answer is heard; None off the record."""
        if self._diary.off_the_record:
            return None
        if (known := self._diary.episode(turn)) is not None:
            return known
        episode = store.remember_turn(said, "", at=now, conversation=self._diary.conversation)
        self._diary.written_as(turn, episode.id)
        return episode.id

    def _list(self, pending: Sequence[Fact], now: datetime) -> str:
        if not pending:
            return self._phrases.text("reminders_none")
        told = [listed(fact, now, self._language) for fact in pending[:AT_ONCE]]
        self.on_told(pending[:AT_ONCE])
        self._focus = pending[0].id if len(pending) == 1 else None
        reminders = format_list(told, locale=self._language)
        if (more := len(pending) - AT_ONCE) > 0:
            return self._phrases.text("reminders_more", reminders=reminders, count=more)
        return self._phrases.text("reminders", reminders=reminders)

    def _meant(self, pending: Sequence[Fact], intent: Intent, now: datetime) -> Sequence[Fact]:
        """Those that a wish to cancel may mean: what it is about, and when, as far as that is told."""
        task = str(intent.slots.get("task", ""))
        at_that_time = [fact for fact in pending if meant(fact, intent.slots, now)]
        if task:
            words = terms.content(task, self._language)
            return [fact for fact in at_that_time if words and terms.matching([what_of(fact)], terms.all_of(words))]
        if intent.slots:
            return at_that_time
        return [fact for fact in pending if fact.id == self._focus] or pending

    def _which(self, meant: Sequence[Fact], now: datetime) -> str:
        if len({what_of(fact) for fact in meant}) > 1:
            return self._phrases.text("reminder_which", what=self._told(meant[0]))
        times = [self._when(fact, now) for fact in meant[:AT_ONCE]]
        return self._phrases.text("reminder_which_time", times=format_list(times, locale=self._language))

    async def _cancel(self, meant: Sequence[Fact], now: datetime, *, everything: bool = False) -> str:
        if not meant:
            return self._phrases.text("reminders_none" if everything else "reminder_unknown")
        if len(meant) > 1 and not everything:
            return self._which(meant, now)
        for fact in meant:
            after = await self._reminders.call_off(fact, now)
            for occasion in (*all_of_fact(fact, now), *all_of_fact(after, now)):
                self.ledger.settle(occasion.key, now)
        self._focus = None
        self._undo = lambda later: self._bring_back(meant, later)
        self.on_change()
        if everything and len(meant) > 1:
            return self._phrases.text("reminders_cancelled")
        return self._phrases.text("reminder_cancelled", what=self._told(meant[0]), when=self._when(meant[0], now))

    async def _bring_back(self, facts: Sequence[Fact], now: datetime) -> str:
        """What was called off is wanted again."""
        for fact in facts:
            assert fact.due is not None
            await self._keep(what_of(fact), fact.due, now, repeat=read(fact.repeats))
        if len(facts) > 1:
            return self._phrases.text("reminders_back")
        told = turned(what_of(facts[0]), self._language)
        return self._phrases.text("remind_set", what=told, when=self._when(facts[0], now))

    def _told(self, fact: Fact) -> str:
        return bare(fact, self._language)

    def _when(self, fact: Fact, now: datetime) -> str:
        return told_when(fact, now, self._language)

    # Speaking first.

    async def _why(self, now: datetime) -> str:
        last = next((one for one in reversed(self.ledger.decisions) if one.outcome is Outcome.NOW), None)
        if last is None:
            return str(languages.table(self._language, "initiative")["why"]["nothing"])
        number, fact = last.fact, None
        if number is not None and self._diary_or_none is not None:
            fact = await self._diary.ask(lambda store: store.fact(number))
        return why(last.kind, fact, now, self._language)

    def _change_level(self, wish: str) -> str:
        before = LEVELS.index(self._level())
        step = {"speak_less": before - 1, "speak_more": before + 1, "speak_never": 0}[wish]
        level = LEVELS[min(max(step, 0), len(LEVELS) - 1)]
        change = self._preferences().change("initiative.level", level)
        change.add_done_callback(lambda _: self.on_change())
        return self._phrases.text(TOLD[LEVELS.index(level)])


def _told(intent: Intent, wanted: _Wanted | None, now: datetime) -> _Wanted:
    """What is wanted by now, of what was told before and what answers it."""
    slots: dict[str, Any] = {name: value for name, value in intent.slots.items() if name != "again"}
    what = " ".join(str(slots.pop(name)) for name in ("link", "task") if name in slots)
    kept: tuple[str, ...] = ()
    if wanted is not None and (not what or not wanted.what):
        what = what or wanted.what
        if "every" in slots:
            kept = CLOCK if "hour" not in slots else ()
        elif not {*LENGTH, "unread"} & {*slots}:
            kept = (*EVERY, *(CLOCK if "hour" not in slots else ()), *(DAY if not {*DAY} & {*slots} else ()))
            kept = kept if {*CLOCK, *DAY} & {*slots} else (*kept, *LENGTH)
        if wanted.slots.get("every") == UNKNOWN:  # told that it cannot be, they tell when it is once
            kept = tuple(name for name in kept if name not in EVERY)
    before = {} if wanted is None else {name: value for name, value in wanted.slots.items() if name in kept}
    return _Wanted(what, before | slots, now)
