"""Does the microphone stay as still as it was while something sounds? Then nothing of it comes back, as with a headset.

A correlation (`echo_path.py`) needs seconds to be sure that there is nothing to find, and a canceller that has learnt
nothing yet takes the user's voice out as well. Pure: what was played and heard in, a judgement out.
"""

from __future__ import annotations

from collections import deque

import numpy as np

from voiceos.audio.echo_path import CHANCE, LATEST_S, examine
from voiceos.audio.frames import RATE_HZ, Samples

STILL_S = 0.3
"""Played sound that has had time to come back, after which it will not. Set by hand: a syllable or two. Until then AEC3
may take out all of who speaks over it; a faint echo that is overheard here is found by the looks that follow."""

BROKEN_S = 0.1
"""Likewise, after which what ends the stillness is somebody's voice: an echo would have ended it long before. Set by
hand."""

STILL_DB = 6.0
"""Levels of a room's own noise, in frames of 32 ms, lie within this; an echo of speech that raises them by less is
weaker than 5 dB above the noise, and is still looked for afterwards."""

VARIED_DB = 12.0
"""What was played rose and fell by at least this: an echo of a steady tone is as still as noise."""

LOUD_DB = -40.0
"""Of full scale: played frames below count as silence. A reply may begin with half a second of breath that nobody could
hear come back, and its first vowel is an echo all the same."""

SILENT_DB = -80.0
"""Heard frames below are all the same: digital silence has no level."""


class Stillness:
    """Fed while something sounds; anything that is louder than the room ends the stillness, the user's voice too."""

    def __init__(self) -> None:
        self._begin()

    def _begin(self) -> None:
        self._played: list[Samples] = []
        self._near: list[Samples] = []
        self._lowest, self._highest = np.inf, -np.inf
        self._loud: list[float] = []
        """Levels of what was played, dBFS."""
        self._due: deque[tuple[float, float]] = deque()
        """Played sound that may still be on its way back: seconds and level of each stretch."""
        self._due_s = self._back_s = 0.0

    def feed(self, played: Samples, near: Samples) -> bool:
        """Both shape (n,), 16 kHz, the same stretch of time. True once it is known that nothing comes back."""
        level = max(SILENT_DB, _level_db(near))
        self._lowest, self._highest = min(self._lowest, level), max(self._highest, level)
        if self._highest - self._lowest > STILL_DB:
            was_still = self._back_s >= BROKEN_S and self._nothing_comes_back()
            self._begin()
            return was_still
        self._played.append(played)
        self._near.append(near)
        seconds, loud_db = len(played) / RATE_HZ, _level_db(played)
        if loud_db > LOUD_DB:
            self._loud.append(loud_db)
        self._due.append((seconds, loud_db))
        self._due_s += seconds
        while self._due_s - self._due[0][0] >= LATEST_S:
            gone_s, gone_db = self._due.popleft()
            self._due_s -= gone_s
            self._back_s += gone_s * (gone_db > LOUD_DB)
        if self._back_s < STILL_S or not self._varied:
            return False
        found = self._nothing_comes_back()
        self._begin()
        return found

    @property
    def _varied(self) -> bool:
        return max(self._loud) - min(self._loud) >= VARIED_DB

    def _nothing_comes_back(self) -> bool:
        path = examine(np.concatenate(self._played), np.concatenate(self._near), None)
        return self._varied and path.prominence <= CHANCE


def _level_db(samples: Samples) -> float:
    return 10.0 * float(np.log10(np.mean(np.square(samples)) + 1e-12))
