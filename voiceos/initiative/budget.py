"""Whether something is said now, later or not at all, and why. Pure.

    score = urgency × received × room          each 0 to 1; said where it is at least the level's threshold

`urgency` is the occasion's, `received` how earlier ones of its kind were taken, `room` what is left of the day's
number: 1 − said in the last day / most a day. What closes the mouth for a while (a call, somebody who speaks, quiet
that was asked for, quiet hours, one said just before) makes it 0, and tells until when: then it is said later, where it
is still true. What was asked for at its time needs no score, and no level; quiet hours let it through at that time, not
late. Thresholds are set by hand, so that "rare" is one or two a day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from voiceos.config.model import InitiativeLevel
from voiceos.initiative.hours import QuietHours
from voiceos.initiative.occasions import Kind, Occasion
from voiceos.initiative.reception import Reception

THRESHOLD = {"rare": 0.45, "normal": 0.2}
MOST_A_DAY = {"rare": 2, "normal": 6}
GAP = {"rare": timedelta(hours=3), "normal": timedelta(minutes=30)}
"""Between two that nobody asked for."""

ON_TIME = timedelta(minutes=15)
"""So much later it is still the time that was asked for: somebody may have spoken, or the machine slept a moment."""

DAY = timedelta(days=1)


class Outcome(StrEnum):
    NOW = "now"
    LATER = "later"
    NEVER = "never"
    """As things stand."""


class Reason(StrEnum):
    ASKED_FOR = "asked_for"
    """For it: the user wanted it at this time."""
    WORTH_IT = "worth_it"
    """For it: the score is high enough."""
    NOT_YET = "not_yet"
    PAST = "past"
    """It is true no longer."""
    OFF = "off"
    """It is not to speak first."""
    ON_CALL = "on_call"
    """Another program uses the microphone."""
    SPEAKING = "speaking"
    """Somebody speaks."""
    QUIET_ASKED_FOR = "quiet_asked_for"
    QUIET_HOURS = "quiet_hours"
    JUST_SPOKE = "just_spoke"
    ENOUGH_TODAY = "enough_today"
    UNWELCOME = "unwelcome"
    """Earlier ones of its kind were waved away."""
    TOO_LITTLE = "too_little"
    """Not urgent enough for what is left of the day's number."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    now: datetime
    level: InitiativeLevel = "normal"
    hours: QuietHours | None = None
    quiet_until: datetime | None = None
    """Asked for by the user."""
    on_call: bool = False
    speaking: bool = False
    """The user or the assistant."""
    said: Sequence[datetime] = ()
    """When something was said that nobody had asked for."""
    reception: Reception = Reception()  # noqa: RUF009 - frozen


@dataclass(frozen=True, slots=True)
class Verdict:
    outcome: Outcome
    reason: Reason
    at: datetime | None = None
    """When to look again; None: as soon as the reason is gone, which is seen."""
    score: float | None = None
    """Where it came to that."""


def weigh(occasion: Occasion, here: Circumstances) -> Verdict:
    """What is to be done about an occasion, here and now."""
    now = here.now
    if now >= occasion.until:
        return Verdict(Outcome.NEVER, Reason.PAST)
    if here.level == "off" and not occasion.asked:
        return Verdict(Outcome.NEVER, Reason.OFF)
    if now < occasion.since:
        return Verdict(Outcome.LATER, Reason.NOT_YET, occasion.since)
    if (closed := _closed(occasion, here)) is not None:
        return closed
    if occasion.asked:
        return Verdict(Outcome.NOW, Reason.ASKED_FOR)
    return _scored(occasion, here)


SILENT = (
    *(Reason.OFF, Reason.QUIET_ASKED_FOR, Reason.QUIET_HOURS, Reason.ON_CALL, Reason.JUST_SPOKE, Reason.ENOUGH_TODAY),
)
"""Reasons that hold for all that nobody asked for."""


def silence(here: Circumstances) -> Verdict | None:
    """Why nothing that nobody asked for is said just now, and until when; None where it may be."""
    anything = Occasion(Kind.COMMITMENT, "", here.now, here.now + timedelta(days=366))
    verdict = weigh(anything, replace(here, speaking=False))
    return verdict if verdict.reason in SILENT else None


def _closed(occasion: Occasion, here: Circumstances) -> Verdict | None:
    """What keeps it from speaking at all just now."""
    now = here.now
    if here.quiet_until is not None and now < here.quiet_until:
        return _later(occasion, Reason.QUIET_ASKED_FOR, here.quiet_until)
    if here.hours is not None and here.hours.cover(now) and not (occasion.asked and now - occasion.since < ON_TIME):
        return _later(occasion, Reason.QUIET_HOURS, here.hours.ends_after(now))
    if here.on_call:
        return Verdict(Outcome.LATER, Reason.ON_CALL)
    if here.speaking:
        return Verdict(Outcome.LATER, Reason.SPEAKING)
    return None


def _scored(occasion: Occasion, here: Circumstances) -> Verdict:
    now, level = here.now, here.level
    # By the distance, so that a clock that was set back neither opens the budget nor closes it for ever.
    today = sorted(at for at in here.said if abs(now - at) < DAY)
    if today and (free := today[-1] + GAP[level]) > now > today[-1] - GAP[level]:
        return _later(occasion, Reason.JUST_SPOKE, free)
    if len(today) >= MOST_A_DAY[level]:
        return _later(occasion, Reason.ENOUGH_TODAY, today[-MOST_A_DAY[level]] + DAY)
    received = here.reception.factor(occasion.kind, now)
    score = occasion.urgency * received * (1.0 - len(today) / MOST_A_DAY[level])
    if score >= THRESHOLD[level]:
        return Verdict(Outcome.NOW, Reason.WORTH_IT, score=score)
    unwelcome = occasion.urgency * (1.0 - len(today) / MOST_A_DAY[level]) >= THRESHOLD[level]
    return Verdict(Outcome.NEVER, Reason.UNWELCOME if unwelcome else Reason.TOO_LITTLE, score=score)


def _later(occasion: Occasion, reason: Reason, at: datetime) -> Verdict:
    if at >= occasion.until:
        return Verdict(Outcome.NEVER, reason)
    return Verdict(Outcome.LATER, reason, at)
