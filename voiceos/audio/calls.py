"""Does another program use the microphone, as in a call? PulseAudio and PipeWire tell when one begins and ends.

What records a monitor (a level meter, a screen recorder) hears no microphone, and what has no process is the sound
server's own. What recorded before the program began to look is no call but part of the furniture: a noise filter,
another assistant.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable

from voiceos.audio.sound_server import View
from voiceos.clock import Clock

log = logging.getLogger(__name__)

RETURN_S = 30.0
"""So long programs have to come back to a sound server that was started anew."""


def others(view: View, own: int) -> set[int]:
    """Processes but `own` that record a microphone."""
    microphones = {source.index for source in view.sources}
    return {
        stream.process
        for stream in view.recording
        if stream.process not in (None, own) and stream.device in microphones and not stream.corked
    }


class Calls:
    """`Duplex.follow(Calls(on_change, clock=clock).see)`.

    Args:
        on_change: told True when another program begins to use the microphone, False when none does.
    """

    def __init__(self, on_change: Callable[[bool], None], *, clock: Clock) -> None:
        self._on_change = on_change
        self._clock = clock
        self._going_on = False
        self._before: set[int] | None = None
        self._there = True
        self._all_back_at = float("-inf")
        """Until then, who does not record may only not have come back yet."""

    def see(self, view: View | None) -> None:
        """What there is now. Whether a call went away with the server is not known before that is back."""
        back, self._there = not self._there and self._before is not None, view is not None
        if view is None:
            return
        now = self._clock.monotonic()
        if back:
            self._all_back_at = now + RETURN_S
        found = others(view, os.getpid())
        if self._before is None:
            self._before = found
        elif now >= self._all_back_at:
            self._before &= found
        self._tell(bool(found - self._before))

    def _tell(self, going_on: bool) -> None:
        if going_on is not self._going_on:
            self._going_on = going_on
            log.info("another program %s the microphone", "uses" if going_on else "no longer uses")
            self._on_change(going_on)
