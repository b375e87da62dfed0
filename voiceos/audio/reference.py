"""What the loudspeaker has sounded lately: the reference that an echo canceller pairs with the microphone.

The loudspeaker's callback adds each block; only those with sound are kept, so silence costs nothing. The loop reads at
16 kHz from any moment of the loudspeaker's own timeline, by windowed-sinc interpolation: nothing is held back as by a
streaming resampler, and nothing has to be begun anew after a silence.
"""

from __future__ import annotations

import collections
import math
import threading

import numpy as np
from numpy.typing import NDArray

from voiceos.audio.frames import RATE_HZ, Samples
from voiceos.audio.timeline import Timeline

KEPT_S = 2.0
"""Sound kept: longer than any microphone block may be late (`microphone.QUEUE_S`)."""

LOBES = 8
"""Zero crossings of the sinc to each side: 0.5 ms, and over 40 dB less of what folds back from above 8 kHz."""

PHASES = 128
"""Places between two samples that the kernel is tabulated for; the error of the nearest is under −40 dB below 8 kHz."""

CUTOFF = 0.92
"""Of 8 kHz: where the kernel begins to fall."""


class Reference:
    """Blocks of the output stream, told by index, read as 16 kHz sound.

    Args:
        rate_hz: of the output stream.
        timeline: its indices and moments.
        lock: guards the timeline; `add` is called with it held.
    """

    def __init__(self, rate_hz: int, timeline: Timeline, lock: threading.Lock) -> None:
        self.rate_hz = rate_hz
        self.step = rate_hz / RATE_HZ
        """Samples of the output stream for one of 16 kHz."""
        self._timeline = timeline
        self._lock = lock
        self._blocks: collections.deque[tuple[int, Samples]] = collections.deque()
        self._rendered = 0
        self._loud_until: int | None = None
        self._half = math.ceil(LOBES * max(1.0, self.step))
        self._kernels = self._table()

    def add(self, index: int, block: Samples) -> None:
        """A block, shape (n,), begins at `index`; copied where there is sound in it. By the callback, lock held."""
        self._rendered = index + len(block)
        if not block.any():
            return
        self._blocks.append((index, block.copy()))
        self._loud_until = self._rendered
        while self._blocks[0][0] < index - KEPT_S * self.rate_hz:
            self._blocks.popleft()

    def sounds_until(self) -> float:
        """Monotonic seconds at which the last sound so far ends; −inf where there has been none."""
        if self._loud_until is None:
            return -math.inf
        with self._lock:
            return self._timeline.at(self._loud_until)

    def index(self, at: float) -> float:
        """The sample of the output stream, with its fraction, that sounds at `at`; NaN before it is known."""
        with self._lock:
            return self._timeline.index(at)

    def read(self, first: float, count: int, step: float | None = None) -> tuple[Samples, int]:
        """16 kHz sound from index `first` on, shape (count,), zeros where nothing sounded; and how many samples of the
        output stream it is too early for, as the device has not asked for them yet.

        Args:
            step: samples of the output stream for one that is read, where the microphone's clock goes otherwise.
        """
        step = step or self.step
        begin = math.floor(first) - self._half + 1
        end = math.floor(first + (count - 1) * step) + self._half + 1
        sound = np.zeros(end - begin, np.float32)
        with self._lock:
            blocks, missing = tuple(self._blocks), max(0, end - self._rendered)
        for index, block in blocks:
            low, high = max(index, begin), min(index + len(block), end)
            if low < high:
                sound[low - begin : high - begin] = block[low - index : high - index]
        places = first - begin + step * np.arange(count)
        whole = np.floor(places).astype(np.intp)
        phase = np.minimum((places - whole) * PHASES, PHASES - 1).astype(np.intp)
        windows = np.lib.stride_tricks.sliding_window_view(sound, 2 * self._half)
        read: Samples = np.einsum("ij,ij->i", windows[whole - self._half + 1], self._kernels[phase])
        return read, missing

    def _table(self) -> NDArray[np.float32]:
        """Shape (PHASES, 2 · half): weights of the samples around a place, by its fraction."""
        wide = max(1.0, self.step)
        places = np.arange(1 - self._half, self._half + 1) - (np.arange(PHASES)[:, None] + 0.5) / PHASES
        cutoff = CUTOFF / wide
        window = np.cos(np.clip(places / self._half, -1.0, 1.0) * np.pi / 2) ** 2
        kernels = cutoff * np.sinc(cutoff * places) * window
        return np.asarray(kernels / kernels.sum(axis=1, keepdims=True), dtype=np.float32)
