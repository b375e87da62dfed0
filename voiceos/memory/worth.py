"""How much a fact belongs to what is always in mind."""

from __future__ import annotations

import math
from datetime import datetime

from voiceos.memory.records import NOTE, USER, Fact, Kind

FADES_DAYS = 60.0
"""What was neither told nor used for so long counts half."""


def worth(fact: Fact, now: datetime) -> float:
    """How much a fact belongs to what is always in mind: told often, told or used lately, and of the user first."""
    days = (now - max(fact.last, fact.used or fact.last)).total_seconds() / 86_400
    about = 1.0 if fact.subject == USER and fact.relation != NOTE else 0.5
    passing = 0.5 if fact.kind in (Kind.PLAN, Kind.COMMITMENT) else 0.0
    recent: float = 2 * 0.5 ** (max(days, 0.0) / FADES_DAYS)
    return about + math.log2(1 + fact.weight) + recent - passing
