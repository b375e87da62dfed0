"""How much of a phrase to make at a time, so that its first part comes soon and no later one comes too late. Pure."""

from __future__ import annotations

import collections
import math

FIRST_FRAMES = 24
"""The first part, 0.28 s at 22 050 Hz and 256 samples a frame: voices begin with some 0.05 s of silence, and what is
left sounds for longer than a busy machine keeps a process waiting. Half of it would be ready 4 ms sooner."""

SAFETY = 8.0
"""The next part is expected to take so many times what the slowest of the last ones took: the language model may be
writing meanwhile, and others want the processor. A fast machine hardly feels it: it makes 30 frames in one's time."""

REMEMBERED = 8
"""Parts whose speed is remembered."""

SILENCE_S = 0.06
"""Of the first part's sound that nobody hears, as it is trimmed."""


class Pace:
    """Args:
    frame_s: seconds that a frame sounds.
    margin: frames on either side that are made in vain with each part.
    """

    def __init__(self, frame_s: float, margin: int) -> None:
        self._frame_s = frame_s
        self._margin = margin
        self._costs: collections.deque[float] = collections.deque(maxlen=REMEMBERED)

    def took(self, frames: int, seconds: float) -> None:
        """Tell what it took to make so many frames, margins included."""
        self._costs.append(seconds / frames)

    def first(self) -> float:
        """Frames of the first part: as few as leave time for as many again; infinite where sound is made too slowly."""
        cost = self._cost()
        gained = self._frame_s - cost
        if gained <= 0:
            return math.inf
        return max(FIRST_FRAMES, math.ceil((2 * self._margin * cost + SILENCE_S) / gained))

    def next(self, in_hand_s: float) -> float:
        """Frames of the next part, while so much sound made before has yet to be heard."""
        cost = self._cost()
        return max(FIRST_FRAMES, math.floor(in_hand_s / cost) - 2 * self._margin) if cost else math.inf

    def _cost(self) -> float:
        """Seconds that a frame may take; infinite while nothing is known."""
        return SAFETY * max(self._costs, default=math.inf)
