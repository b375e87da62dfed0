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
"""Played sound, about as loud as any, that has had time to come back, after which it will not. Set by hand: a syllable
or two. Until then AEC3 may take out all of who speaks over it; a faint echo that is overheard here is found by the
looks that follow."""

BROKEN_S = 0.1
"""Likewise, about as loud as any that is still on its way, after which what ends the stillness is somebody's voice: an
echo would have ended it before. Set by hand."""

SOFT_DB = 12.0
"""So much softer than the loudest that was played may be breath, of which nobody could hear that it comes back."""

STILL_DB = 6.0
"""Levels of a room's own noise, in frames of 32 ms, lie within this; an echo of speech that raises them by less is
weaker than 5 dB above the noise, and is still looked for afterwards."""

VARIED_DB = 12.0
"""What was played rose and fell by at least this: an echo of a steady tone is as still as noise."""

LOUD_DB = -60.0
"""Of full scale: played frames below count as silence."""

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
        self._due_s = 0.0
        self._back: list[tuple[float, float]] = []
        """Likewise what has had time to come back."""

    def feed(self, played: Samples, near: Samples) -> bool:
        """Both shape (n,), 16 kHz, the same stretch of time. True once it is known that nothing comes back."""
        level = max(SILENT_DB, _level_db(near))
        self._lowest, self._highest = min(self._lowest, level), max(self._highest, level)
        if self._highest - self._lowest > STILL_DB:
            due_db = max((db for _, db in self._due), default=SILENT_DB)
            was_still = self._came_back_s(due_db - SOFT_DB) >= BROKEN_S and self._nothing_comes_back()
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
            self._back.append(self._due.popleft())
            self._due_s -= self._back[-1][0]
        loudest_db = max(self._loud, default=LOUD_DB)
        if self._came_back_s(loudest_db - SOFT_DB) < STILL_S or not self._varied:
            return False
        found = self._nothing_comes_back()
        self._begin()
        return found

    def _came_back_s(self, least_db: float) -> float:
        return sum(seconds for seconds, db in self._back if db > LOUD_DB and db >= least_db)

    @property
    def _varied(self) -> bool:
        return max(self._loud) - min(self._loud) >= VARIED_DB

    def _nothing_comes_back(self) -> bool:
        if not self._varied:
            return False
        return examine(np.concatenate(self._played), np.concatenate(self._near), None).prominence <= CHANCE


def _level_db(samples: Samples) -> float:
    return 10.0 * float(np.log10(np.mean(np.square(samples)) + 1e-12))
