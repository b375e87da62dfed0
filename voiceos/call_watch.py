"""Whether it holds its tongue in calls: the sound server is followed while it shall, and the conductor told."""

from __future__ import annotations

from collections.abc import Callable

from voiceos.audio.calls import Calls
from voiceos.audio.duplex import Duplex
from voiceos.clock import Clock
from voiceos.conductor import Conductor
from voiceos.events import CallChanged


class CallWatch:
    def __init__(self, clock: Clock, conductor: Callable[[], Conductor]) -> None:
        self._clock = clock
        self._conductor = conductor
        self._unfollow: Callable[[], None] | None = None

    def hold(self, hold: bool, duplex: object) -> None:
        """Begin to hold its tongue in calls, or no longer; a virtual sound card has no server that tells of any."""
        if self._unfollow is not None:
            self._unfollow()
            self._unfollow = None
        if not hold:
            self._tell(False)
        if hold and isinstance(duplex, Duplex):
            self._unfollow = duplex.follow(Calls(self._tell, clock=self._clock).see)

    def _tell(self, going_on: bool) -> None:
        self._conductor().post(CallChanged(self._clock.monotonic(), going_on))
