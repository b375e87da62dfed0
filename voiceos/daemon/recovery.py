"""After a run that was killed: the user is told, since what was last said is lost."""

from __future__ import annotations

from collections.abc import Callable

from voiceos.daemon.part import Part
from voiceos.live import Live


class Recovery(Part):
    """Says so as soon as it listens.

    Args:
        live: the conversation.
    """

    def __init__(self, live: Callable[[], Live]) -> None:
        self._live = live

    def ready(self) -> None:
        self._live().conductor.announce("restarted", key=True, urgency="high")
