"""What was said of its own accord and what was not, when and why: so that nothing is said twice, and all can be asked.

Times, numbers and reasons; no words. What an occasion told is looked up in the memory by the number of its fact, so
that forgetting that leaves nothing here.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from voiceos.initiative.attendance import Attendance
from voiceos.initiative.budget import Outcome, Reason, Verdict
from voiceos.initiative.occasions import REPEATED, Kind, Occasion
from voiceos.initiative.reception import Answer, Reception

KEPT_DECISIONS = 100
KEPT_KEYS = 2000
KEPT_OF_SERIES = 50
"""Of what is told again and again, so that it drives out nothing that was told once."""
KEPT_SAID = 50

PUT_OFF = {True: timedelta(minutes=15), False: timedelta(hours=1)}
"""So much later it is told again where it was waved away: what was asked for, and what was not. Set by hand."""
MOST_PUT_OFF = {True: 3, False: 1}
"""So often; then it is let be."""


@dataclass(frozen=True, slots=True)
class Decision:
    at: datetime
    key: str
    kind: Kind
    outcome: Outcome
    reason: Reason
    fact: int | None = None
    again_at: datetime | None = None
    """When it is looked at again."""
    score: float | None = None


@dataclass(slots=True)
class Ledger:
    settled: dict[str, datetime] = field(default_factory=dict)
    """When each was said, or called off, by its key; the newest last."""
    put_off: dict[str, tuple[datetime, int]] = field(default_factory=dict)
    """When it is to be told again, and how often it was put off."""
    said: list[datetime] = field(default_factory=list)
    """When something was said that nobody had asked for."""
    decisions: list[Decision] = field(default_factory=list)
    """The newest last; one that is as the last one of its key is not noted again."""
    attendance: Attendance = field(default_factory=Attendance)
    reception: Reception = field(default_factory=Reception)

    def open(self, occasion: Occasion) -> Occasion | None:
        """The occasion as it stands: later where it was put off, None where it was said or called off."""
        if occasion.key in self.put_off:
            since = max(occasion.since, self.put_off[occasion.key][0])
            return replace(occasion, since=since, until=max(occasion.until, since + PUT_OFF[occasion.asked]))
        return None if occasion.key in self.settled else occasion

    def note(self, occasion: Occasion, verdict: Verdict, now: datetime) -> Decision | None:
        """Keep a decision; None where it is known already. That something is not due yet is no decision."""
        if verdict.reason is Reason.NOT_YET:
            return None
        last = next((one for one in reversed(self.decisions) if one.key == occasion.key), None)
        is_same = last is not None and (last.outcome, last.reason) == (verdict.outcome, verdict.reason)
        if is_same and verdict.outcome is not Outcome.NOW:
            return None
        decision = Decision(
            *(now, occasion.key, occasion.kind, verdict.outcome, verdict.reason, occasion.fact),
            *(verdict.at, verdict.score),
        )
        self.decisions = [*self.decisions, decision][-KEPT_DECISIONS:]
        return decision

    def tell(self, occasion: Occasion, now: datetime) -> None:
        """It is being said: it is not said again, unless it is waved away."""
        self.put_off.pop(occasion.key, None)
        self.settle(occasion.key, now)
        if not occasion.asked:
            self.said = [*self.said, now][-KEPT_SAID:]

    def settle(self, key: str, now: datetime) -> None:
        """It is not to be said, or said again."""
        self.put_off.pop(key, None)
        self.settled.pop(key, None)
        self.settled[key] = now
        if key.startswith(f"{REPEATED}:"):
            series = f"{key.rpartition(':')[0]}:"
            for older in [one for one in self.settled if one.startswith(series)][:-KEPT_OF_SERIES]:
                del self.settled[older]
        for oldest in list(self.settled)[: max(0, len(self.settled) - KEPT_KEYS)]:
            del self.settled[oldest]

    def answered(self, occasion: Occasion, answer: Answer, now: datetime, *, times: int) -> datetime | None:
        """How it was taken; returns when it is told again, None for no more.

        Args:
            times: how often it had been put off before it was said.
        """
        if not occasion.asked:  # who asked for it has not been disturbed by it
            self.reception = self.reception.answered(occasion.kind, answer, now)
        if answer is not Answer.WAVED_AWAY or times >= MOST_PUT_OFF[occasion.asked]:
            return None
        again = now + PUT_OFF[occasion.asked]
        if not occasion.asked and again >= occasion.until:
            return None
        self.put_off[occasion.key] = again, times + 1
        return again

    def times_put_off(self, occasion: Occasion) -> int:
        return self.put_off.get(occasion.key, (occasion.since, 0))[1]
