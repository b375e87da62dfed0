"""Time goes on also where no sound comes; where it does, each frame tells the time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from voiceos import events as ev
from voiceos.clock import Clock

TICK_S = 0.1
"""Time is told this often where no sound flows."""

FLOWS_S = 0.3
"""Sound flows where a frame has come within this; while nobody speaks they come a few at a time."""

FLOWING_S = 0.5
"""While sound flows this often is enough to look whether it still does: each look wakes an idle processor."""


class Ticker:
    """Args:
    tell: takes the time, where no frame tells it.
    """

    def __init__(self, tell: Callable[[ev.Tick], None], *, clock: Clock) -> None:
        self._tell = tell
        self._clock = clock
        self.frame_at = float("-inf")
        """When the last frame came, monotonic seconds; set by whoever hears it."""

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            now = self._clock.monotonic()
            flows = now - self.frame_at < FLOWS_S
            if not flows:
                self._tell(ev.Tick(now))
            await asyncio.sleep(FLOWING_S if flows else TICK_S)
