"""microWakeWord: hears a few phrases in sound, without a recogniser. A small quantised network each looks at 30 ms at a
time, and runs in the program itself: a second of sound takes it a few milliseconds (`voiceos bench wake-words`).

Their weights, and the TensorFlow Lite library that runs them, come inside the package.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

import numpy as np

from voiceos.audio.frames import FRAME_SAMPLES, Samples
from voiceos.errors import EngineMissing

Sensitivity = Literal["low", "normal", "high"]

DOUBT: Mapping[Sensitivity, float] = {"low": 1 / 3, "normal": 1.0, "high": 3.0}
"""Each word has a cut-off of its own (in the package's models/*.json); the doubt that it leaves, one minus the cut-off,
is multiplied by this. `voiceos bench wake-words` prints what comes of it."""

SURE_AGAIN = 0.5
"""A word is heard once: not again before its probability has fallen below this share of its cut-off."""


class MicroWakeWord:
    """`WakeWord` through pymicro-wakeword: `MicroWakeWord(["okay_nabu"])`. Raises EngineMissing.

    Args:
        words: names of models in the package; ValueError for another.
        sensitivity: "high" hears more, also where it was not said.
    """

    def __init__(self, words: Sequence[str], *, sensitivity: Sensitivity = "normal") -> None:
        try:
            from pymicro_wakeword import MicroWakeWord as Detector
            from pymicro_wakeword import MicroWakeWordFeatures, Model

            self._features: Any = MicroWakeWordFeatures()
            self._detectors: list[Any] = [Detector.from_builtin(Model(word)) for word in words]
        except (ImportError, OSError) as error:
            raise EngineMissing(
                "the wake word detector is not installed", hint="pip install pymicro-wakeword"
            ) from error
        self._cutoffs = [1 - (1 - one.probability_cutoff) * DOUBT[sensitivity] for one in self._detectors]
        self._armed = [True] * len(self._detectors)

    def feed(self, samples: Samples) -> str:
        """See `WakeWord`. A frame of 32 ms holds three or four windows of 10 ms; what is left waits for the next."""
        if samples.shape != (FRAME_SAMPLES,):
            raise ValueError(f"a frame has shape ({FRAME_SAMPLES},), not {samples.shape}")
        pcm = (np.clip(samples, -1.0, 1.0) * 32767).astype(np.int16)
        features: Iterable[Any] = list(self._features.process_streaming(pcm.tobytes()))
        heard = ""
        for number, detector in enumerate(self._detectors):
            # Only every third window ends a look, so that a frame holds one at least; the others count as 0.
            probability = max((detector.process_streaming_prob(window) or 0.0 for window in features), default=0.0)
            if self._is_new(number, probability):
                heard = heard or str(detector.wake_word)
        return heard

    def reset(self) -> None:
        self._features.reset()
        for detector in self._detectors:
            detector.reset()
        self._armed = [True] * len(self._detectors)

    def _is_new(self, number: int, probability: float) -> bool:
        cutoff = self._cutoffs[number]
        if probability > cutoff and self._armed[number]:
            self._armed[number] = False
            return True
        if probability < cutoff * SURE_AGAIN:
            self._armed[number] = True
        return False
