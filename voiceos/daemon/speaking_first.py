"""Speaks first, where the rules of `voiceos/initiative/` say so: at a pause, behind an earcon, in one sentence.

It waits for no clock of its own: the conversation tells the time several times a second anyway, and each time the
moment of the next occasion is compared with the clock on the wall. So a machine that slept, or a clock that was set,
makes nothing late that need not be.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self

from voiceos import commands as do
from voiceos import events as ev
from voiceos.clock import Clock
from voiceos.daemon.announcements import Announcements
from voiceos.daemon.open_ends import open_ends
from voiceos.daemon.part import Degraded, Part
from voiceos.errors import StorageError, VoiceosError, bug
from voiceos.initiative import (
    Answer,
    Circumstances,
    Occasion,
    Outcome,
    Verdict,
    consider,
    occasions,
    quiet_hours,
    thoughts,
    weigh,
)
from voiceos.initiative.occasions import REMINDER_KEEPS, due_on
from voiceos.initiative.wording import text
from voiceos.memory import Fact, Store
from voiceos.turn_taking.policy import Policy
from voiceos.turn_taking.state import Phase, State

if TYPE_CHECKING:
    from voiceos.live import Live

log = logging.getLogger(__name__)

LOOK_AGAIN = timedelta(hours=1)
"""What another process has written into the memory is seen within this."""
TRY_AGAIN = timedelta(minutes=1)
"""What could not be said, or written, is tried again then."""
AHEAD = timedelta(days=60)
"""What is due later is not looked at yet."""
ANSWER_S = 20.0
"""So long what the user says is taken for an answer; set by hand."""
WAVES_AWAY = ("stop", "never_mind", "not_now", "quiet_until")
"""Wishes by which it is told to let be."""


@dataclass(slots=True)
class _Told:
    """What is being said, or was just said."""

    occasion: Occasion
    verdict: Verdict
    times: int
    """How often it had been put off."""
    sounds: bool = False
    heard_at: float | None = None
    """When it was heard to its end, or broken off; monotonic seconds."""


class SpeakingFirst(Part):
    """Args:
    announcements: says things, and tells whether they were heard.
    """

    def __init__(self, live: Callable[[], Live], announcements: Announcements, clock: Clock) -> None:
        self._live = live
        self._announcements = announcements
        self._clock = clock
        self._ready = False
        self._look_at: datetime | None = None
        """None: at once."""
        self._wake = asyncio.Event()
        self._told: _Told | None = None
        self._saying: asyncio.Task[None] | None = None
        self._task: asyncio.Task[None] | None = None
        self._was_quiet = True
        self._not_before: datetime | None = None
        """Something could not be said, and is not tried again before then."""
        self._problem: VoiceosError | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._run(), name="speaking first")
        return self

    async def __aexit__(self, *_: object) -> None:
        tasks = [task for task in (self._task, self._saying) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._ready:
            with contextlib.suppress(StorageError):
                await self._live().reminding.write()

    def degraded(self) -> Sequence[Degraded]:
        if self._problem is None:
            return ()
        return (Degraded(f"What it has said of its own accord is not kept: {self._problem}", self._problem.hint),)

    def ready(self) -> None:
        self._ready = True
        self._live().reminding.on_change = self.look
        self.look()

    def look(self) -> None:
        """Something has changed that may make it speak."""
        self._look_at = None
        self._wake.set()

    def decided(self, event: ev.Event, policy: Policy, before: State, commands: Sequence[do.Command] | None) -> None:
        for command in commands or ():
            if isinstance(command, (do.Release, do.Perform)):
                reminding = self._live().reminding
                reminding.ledger.attendance = reminding.ledger.attendance.heard(self._clock.now())
                self._answered(
                    Answer.WAVED_AWAY
                    if isinstance(command, do.Perform) and command.intent.name in WAVES_AWAY
                    else Answer.KINDLY
                )

    def stepped(self, event: ev.Event, before: State, after: State) -> None:
        if not self._ready:
            return
        told = self._told
        if told is not None and told.heard_at is not None and event.at - told.heard_at > ANSWER_S:
            self._answered(Answer.IGNORED)
        is_open = after.phase is Phase.QUIET and not after.on_call and not policy_holds(self._live())
        opened, self._was_quiet = is_open and not self._was_quiet, is_open
        if opened or isinstance(event, ev.CallChanged) or (self._look_at and self._clock.now() >= self._look_at):
            self.look()

    def _answered(self, answer: Answer) -> None:
        told = self._told
        if told is None or not told.sounds:
            return
        if told.heard_at is None and answer is not Answer.WAVED_AWAY:
            return  # what was said before it, or over it
        self._told = None
        reminding = self._live().reminding
        reminding.ledger.answered(told.occasion, answer, self._clock.now(), times=told.times)
        log.info("%s: %s", told.occasion.key, answer.value)
        self.look()

    async def _run(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            now = self._clock.now()
            self._look_at = now + LOOK_AGAIN
            try:
                await self._consider(now)
                await self._live().reminding.write()
            except StorageError as error:
                self._tell(error)
                self._look_at = now + TRY_AGAIN
            except Exception as error:
                # Its text may hold what was said; its kind and place do not.
                log.error("%s", bug(error))  # noqa: TRY400 - see above
            else:
                self._problem = None

    async def _consider(self, now: datetime) -> None:
        facts = await self._facts(now)
        here = self.here()
        ledger = self._live().reminding.ledger
        if self._saying is not None and not self._saying.done():
            if self._told is None or not self._told.sounds:
                self._take_back(here)
            return
        if self._not_before is not None and timedelta() < self._not_before - now <= TRY_AGAIN:
            self._look_at = self._not_before
            return
        self._not_before = None
        thinks_of = await self._open_ends(now) if here.level == "normal" else ()
        found = [*occasions(facts, ledger.attendance, now, here.hours), *thoughts(thinks_of, ledger, now)]
        chosen = consider(found, ledger, here)
        for one in chosen.decided:
            log.info("%s: %s, %s", one.key, one.outcome.value, one.reason.value)
        if chosen.look_at is not None:
            self._look_at = min(self._look_at or chosen.look_at, max(chosen.look_at, now + timedelta(seconds=1)))
        if chosen.say is None or chosen.verdict is None:
            return
        own = next((fact for fact in (*facts, *thinks_of) if fact.id == chosen.say.fact), None)
        language = self._live().settings.assistant.language
        sentence = text(chosen.say, own, due_on(facts, now), now, language)
        if sentence:
            self._told = _Told(chosen.say, chosen.verdict, ledger.times_put_off(chosen.say))
            self._saying = asyncio.create_task(self._say(self._told, sentence), name="speak first")
            self._saying.add_done_callback(lambda _: self.look())

    async def _facts(self, now: datetime) -> Sequence[Fact]:
        since, until = now - REMINDER_KEEPS - timedelta(days=1), now + AHEAD
        return await self._known(now, lambda store: store.facts_due(until, since=since, limit=500))

    async def _open_ends(self, now: datetime) -> Sequence[Fact]:
        language = self._live().settings.assistant.language
        return await self._known(now, lambda store: open_ends(store, now, language))

    async def _known(self, now: datetime, question: Callable[[Store], Sequence[Fact]]) -> Sequence[Fact]:
        diary = self._live().diary
        if diary is None:
            return ()
        try:
            return await diary.ask(question)
        except StorageError as error:
            log.warning("nothing is known of what is due: %s", error)  # `Remembering` tells of it
            self._look_at = now + TRY_AGAIN
            return ()

    def here(self) -> Circumstances:
        """What it goes by just now."""
        live = self._live()
        ledger, wanted, conductor = live.reminding.ledger, live.settings.initiative, live.conductor
        return Circumstances(
            now=self._clock.now(),
            level=wanted.level,
            hours=quiet_hours(wanted.quiet_hours),
            quiet_until=conductor.quiet_until,
            on_call=conductor.state.on_call,
            speaking=conductor.state.phase is not Phase.QUIET or live.acquaintance.open,
            said=tuple(ledger.said),
            reception=ledger.reception,
        )

    def _take_back(self, here: Circumstances) -> None:
        """What waits for a pause is said only where it is still to be."""
        told = self._told
        if told is not None and self._saying is not None:
            quiet = Circumstances(here.now, here.level, here.hours, here.quiet_until, here.on_call)
            if weigh(told.occasion, quiet).outcome is not Outcome.NOW:
                self._saying.cancel()

    async def _say(self, told: _Told, sentence: str) -> None:
        conductor = self._live().conductor

        def sounds() -> None:
            if told.sounds:
                return
            now = self._clock.now()
            reminding = self._live().reminding
            reminding.ledger.note(told.occasion, told.verdict, now)
            reminding.tell(told.occasion, now)
            told.sounds = True
            log.info("%s: said, %s", told.occasion.key, told.verdict.reason.value)
            self.look()  # it is written at once, so that a crash does not have it said again

        try:
            await self._announcements.say(conductor, sentence, self._clock.monotonic(), unasked=True, sounds=sounds)
        finally:
            if told.sounds:
                told.heard_at = self._clock.monotonic()
            else:
                self._told = None
                self._not_before = self._clock.now() + TRY_AGAIN

    def _tell(self, error: StorageError) -> None:
        if self._problem is None or str(error) != str(self._problem):
            log.warning("%s %s", error, error.hint)
        self._problem = error


def policy_holds(live: Live) -> bool:
    """The user has asked for quiet."""
    return live.conductor.policy.hushed
