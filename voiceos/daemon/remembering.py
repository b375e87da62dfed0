"""Tells where the conversation is not remembered."""

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
        diary = self._live().diary
        if diary is None or diary.problem is None:
            return ()
        waits = f" {diary.unwritten} turns wait to be written." if diary.unwritten else ""
        return (Degraded(f"What is said is not remembered: {diary.problem}{waits}", diary.problem.hint),)
