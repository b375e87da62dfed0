"""Is the microphone any good: notices one that is silent, too quiet or clipping, once for each until it recovers."""

from __future__ import annotations

from enum import Enum

import numpy as np

from voiceos.audio.frames import FRAME_S, Frame


class Notice(Enum):
    """What is wrong; the value is the key of the sentence that tells the user."""

    SILENT = "microphone.silent"
    """Digital zeros: muted at the mixer, or a device with nothing behind it."""
    QUIET = "microphone.quiet"
    """Speech comes through, but so softly that it will be misheard."""
    CLIPPING = "microphone.clipping"
    """Speech hits full scale."""


SILENT_S = 12.0
"""A microphone that has given nothing but zeros since it was opened for so long is switched off or the wrong one. Zeros
later on say nothing: headsets and noise suppressors send them in every pause."""
SILENT_PEAK = 1.5 / 32768
"""One step of 16 bits, for converters that dither: less than any analogue input's noise."""
QUIET_RMS = 0.003
"""−50 dBFS over frames of speech. Recordings at a sane gain lie at −30 to −15; speech this soft drowns in 16-bit noise
of cheap cards (about −70 dBFS) less than 20 dB below it."""
CLIPPED_PEAK = 0.999
"""What converters give when they are at their end."""
SPEECH_PROBABILITY = 0.6
"""Only frames that are surely speech say how loudly the user speaks."""
SPEECH_S = 3.0
"""Speech judged at a time, for too quiet and for clipping: a sentence or so."""
CLIPPED_SHARE = 0.1
"""Share of speech frames with a clipped sample that is heard as distortion; single plosives are not."""


class LevelWatch:
    """Pure: `feed` it every frame, and pass on what it returns."""

    def __init__(self) -> None:
        self._zeros_s = 0.0
        self._alive = False
        self._speech_frames = 0
        self._clipped_frames = 0
        self._square_sum = 0.0
        self._told: set[Notice] = set()

    def feed(self, frame: Frame, speech_probability: float = 0.0) -> Notice | None:
        """Returns a notice when something became wrong; it is not repeated until the microphone was well again."""
        peak = float(np.abs(frame.samples).max())
        if peak <= SILENT_PEAK:
            self._zeros_s += FRAME_S
            return self._tell(Notice.SILENT) if self._zeros_s >= SILENT_S and not self._alive else None
        self._alive = True
        if speech_probability < SPEECH_PROBABILITY:
            return None
        self._speech_frames += 1
        self._clipped_frames += peak >= CLIPPED_PEAK
        self._square_sum += float(np.dot(frame.samples, frame.samples)) / len(frame.samples)
        if self._speech_frames * FRAME_S < SPEECH_S:
            return None
        frames, clipped, squares = self._speech_frames, self._clipped_frames, self._square_sum
        self._speech_frames, self._clipped_frames, self._square_sum = 0, 0, 0.0
        if clipped / frames >= CLIPPED_SHARE:
            return self._tell(Notice.CLIPPING)
        self._told.discard(Notice.CLIPPING)
        if (squares / frames) ** 0.5 < QUIET_RMS:
            return self._tell(Notice.QUIET)
        self._told.discard(Notice.QUIET)
        return None

    def _tell(self, notice: Notice) -> Notice | None:
        if notice in self._told:
            return None
        self._told.add(notice)
        return notice
