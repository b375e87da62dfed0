"""What comes next: of all occasions the one to speak of now, and when to look again. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from voiceos.initiative.budget import Circumstances, Outcome, Verdict, weigh
from voiceos.initiative.ledger import Decision, Ledger
from voiceos.initiative.occasions import Occasion


@dataclass(frozen=True, slots=True)
class Next:
    say: Occasion | None
    """To be told now, with `verdict`; the ledger does not know of it before it sounds."""
    verdict: Verdict | None
    look_at: datetime | None
    """When an occasion is to be looked at again; None: none is waited for by the clock."""
    decided: tuple[Decision, ...]
    """What was decided against just now, and was not known."""


def consider(found: Iterable[Occasion], ledger: Ledger, here: Circumstances) -> Next:
    """Weigh every occasion that is open; of those for now the most urgent, of these the oldest."""
    now: list[tuple[float, datetime, str, Occasion, Verdict]] = []
    later: list[datetime] = []
    decided: list[Decision] = []
    for one in found:
        if (occasion := ledger.open(one)) is None:
            continue
        verdict = weigh(occasion, here)
        if verdict.outcome is Outcome.NOW:
            now.append((-occasion.urgency, occasion.since, occasion.key, occasion, verdict))
            continue
        if (decision := ledger.note(occasion, verdict, here.now)) is not None:
            decided.append(decision)
        if verdict.at is not None:
            later.append(verdict.at)
    best = min(now, default=None, key=lambda one: one[:3])
    look_at = min(later, default=None)
    if best is None:
        return Next(None, None, look_at, tuple(decided))
    return Next(best[3], best[4], look_at, tuple(decided))
