"""Is it still the same voice, or somebody farther away who talks on? Known from how loud each speaks.

The level of a voice is the upper quantile of its frames over the last seconds. What the detector takes for voice and
what stays well below that level for longer than words fade is somebody else's, or a television's: for the end of a turn
it is silence. A voice that comes in well above all that was there before is the one that is nearer, and the utterance
begins with it. Whoever goes on softly is near again after a while, as what was loud is forgotten.
`python -m voiceos.bench.talkers` prints what that gains, and what it loses of soft words.
"""

from __future__ import annotations

import math
from collections import deque

import numpy as np

from voiceos.audio.frames import FRAME_S, Samples

NEAR_DB = 8.0
"""A frame further below the level of the voice than this is not surely its own. Chosen from
`python -m voiceos.bench.talkers`, as is `WORD_S`: the most that lost no word of those who spoke alone."""

WORD_S = 0.384
"""So long behind the last near frame softer ones belong to the voice: unstressed syllables, words that fade out."""

NEARER_DB = 12.0
"""So much louder than what was there before is somebody nearer, not a stressed word (the same command)."""

QUANTILE = 0.8
"""Of the frames: the level of stressed vowels, which one loud sound does not move."""

KEPT_FRAMES = 125
"""The last 4 s of voice; people move."""

LEAST_FRAMES = 4
"""Fewer say nothing."""

SURE_FRAMES, SURE_OF = 2, 3
"""So many of so many: a syllable is longer than one frame, a peak of somebody else's voice seldom is."""

FORGET_DB_S = 1.0
"""What was loud counts so much less each second that somebody goes on behind a word that has faded out; twice as much
was no better."""

ONSET_DB = 15.0
"""So much softer than the user's last utterance a frame may begin an interruption: words begin softly. Set by hand."""

MOVE_DB_S = 0.25
"""And so much more with each second since: they may have moved away meanwhile. Set by hand."""

FLOOR_DB = -120.0


class Nearness:
    """Feed it every frame of an utterance. Pure.

    Args:
        near_db, word_s, nearer_db: see the constants; infinite levels take every voice for the same.
    """

    def __init__(self, near_db: float = NEAR_DB, word_s: float = WORD_S, nearer_db: float = NEARER_DB) -> None:
        self._near_db = near_db
        self._nearer_db = nearer_db
        self._word_frames = math.ceil(word_s / FRAME_S - 1e-9)
        self._levels: deque[float] = deque(maxlen=KEPT_FRAMES)
        self._near: deque[bool] = deque(maxlen=SURE_OF)
        self._nearer: deque[float] = deque(maxlen=SURE_OF)
        self._softened = False
        """The voice has grown softer: one louder than that is nobody else's."""
        self.far_frames = 0
        """Frames since the last near one."""
        self.nearer_begins = False
        """With this frame it is sure that the voice is nearer than all before."""
        self._level_db: float | None = None
        self._loudest_db = -math.inf
        self._user_db: float | None = None
        self._remembered_at = 0.0

    def restart(self) -> None:
        """A new utterance, perhaps of another."""
        self._levels.clear()
        self._near.clear()
        self._nearer.clear()
        self.far_frames = 0
        self.nearer_begins = self._softened = False
        self._loudest_db = -math.inf

    def remember(self, at: float) -> None:
        """The last utterance was the user's; `at` is now, monotonic seconds."""
        self._user_db, self._remembered_at = self._level_db, at

    @property
    def distant(self) -> bool:
        """The utterance is so much softer than the user's last, from its beginning to its end, that it is somebody
        else's."""
        if self._user_db is None or self._level_db is None:
            return False
        return max(self._loudest_db, self._level_db) < self._user_db - self._nearer_db

    @property
    def level_db(self) -> float | None:
        """Of the stressed vowels of this utterance, or of the last one, dBFS; None where there was none."""
        return self._level_db

    def carries(self, samples: Samples, at: float) -> bool:
        """Whether a frame before an utterance, shape (512,), is loud enough to be the user's, as far as is known; it
        was captured `at`, monotonic seconds."""
        if self._user_db is None:
            return True
        forgotten_db = MOVE_DB_S * max(0.0, at - self._remembered_at)
        return level_db(samples) >= self._user_db - ONSET_DB - forgotten_db

    def feed(self, samples: Samples, *, voiced: bool) -> bool:
        """Whether this frame, shape (512,), holds the voice that is listened to.

        Args:
            voiced: the detector finds a voice in it.
        """
        db = level_db(samples)
        self._notice_nearer(db, voiced=voiced)
        near = voiced and self._is_near(db)
        self._near.append(near)
        if near and (sum(self._near) >= SURE_FRAMES or len(self._levels) < LEAST_FRAMES):
            if self._levels and db < self._quantile() - self._near_db:
                self._levels.clear()  # so much was forgotten that it is the voice from now on
                self._softened = True
            self.far_frames = 0
            self._levels.append(db)
            self._level_db = self._quantile()
            if len(self._levels) >= LEAST_FRAMES:
                self._loudest_db = max(self._loudest_db, self._level_db)
        else:
            self.far_frames += 1
        return voiced and self.far_frames <= self._word_frames

    def _notice_nearer(self, db: float, *, voiced: bool) -> None:
        known = len(self._levels) >= LEAST_FRAMES
        louder = voiced and known and not self._softened and db >= self._quantile() + self._nearer_db
        self._nearer.append(db if louder else -math.inf)
        found = [one for one in self._nearer if one > -math.inf]
        self.nearer_begins = len(found) >= SURE_FRAMES
        if self.nearer_begins:
            self._levels.clear()
            self._levels.extend(found[:-1])
            self._nearer.clear()

    def _is_near(self, db: float) -> bool:
        if len(self._levels) < LEAST_FRAMES:
            return True
        forgotten_db = FORGET_DB_S * FRAME_S * max(0, self.far_frames - self._word_frames)
        return db >= self._quantile() - self._near_db - forgotten_db

    def _quantile(self) -> float:
        return sorted(self._levels)[int(QUANTILE * (len(self._levels) - 1))]


def level_db(samples: Samples) -> float:
    """RMS of a frame, dBFS."""
    power = float(np.dot(samples, samples)) / len(samples)
    return 10.0 * math.log10(power) if power > 1e-12 else FLOOR_DB
