"""Python's garbage: what holds itself, and is found by the collector only."""

from __future__ import annotations

import gc

from voiceos import events as ev
from voiceos import heap
from voiceos.daemon.part import Part
from voiceos.turn_taking.state import Phase, State


class Garbage(Part):
    """Collects all of it whenever it has become quiet, and gives back what that has freed.

    Left to itself Python looks through what has lived for long only once that has grown by a quarter (CPython's
    "Garbage collector design"), of all that was ever imported: a stream that was closed, which the libraries beneath
    hold in a circle, stays with all its buffers for hours. So what there is behind the first turn, by which all has
    been loaded, is never looked through again, and the little that comes later is, each time.
    """

    def __init__(self) -> None:
        self._loaded = False

    def stepped(self, event: ev.Event, before: State, after: State) -> None:
        if after.phase is Phase.QUIET and before.phase is not Phase.QUIET:
            gc.collect()
            if not self._loaded:
                gc.freeze()
                self._loaded = True
            heap.trim()

    async def __aexit__(self, *_: object) -> None:
        gc.unfreeze()
