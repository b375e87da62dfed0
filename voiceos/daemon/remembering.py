"""Tells where the conversation is not remembered, or not put in short."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from voiceos.daemon.part import Degraded, Part

if TYPE_CHECKING:
    from voiceos.live import Live


class Remembering(Part):
    """Args:
    live: the conversation.
    """

    def __init__(self, live: Callable[[], Live]) -> None:
        self._live = live

    def degraded(self) -> Sequence[Degraded]:
        live, found = self._live(), []
        if (diary := live.diary) is not None and diary.problem is not None:
            waits = f" {diary.unwritten} turns wait to be written." if diary.unwritten else ""
            found.append(Degraded(f"What is said is not remembered: {diary.problem}{waits}", diary.problem.hint))
        mind = live.parts.mind if live.begun else None
        if mind is not None and (why := mind.unsummed) is not None:
            found.append(Degraded(f"What was talked of is not put in short: {why}.", why.hint))
        return found
