"""Has the voice faded? Known from the sound's level before a voice activity detector is sure.

A detector still finds voice in some frames behind the last audible sound. A silence inside a word, as before the "p"
of "open", looks the same; so a fade only begins work that is taken back when the voice goes on.
`python -m voiceos.bench.fading` prints what that gains.
"""

from __future__ import annotations

import numpy as np

from voiceos.audio.frames import FRAME_S, FRAME_SAMPLES, Samples

BLOCK_SAMPLES = 128
"""Sound whose level is looked at: 8 ms, a period of the lowest voices."""

BLOCK_S = FRAME_S * BLOCK_SAMPLES / FRAME_SAMPLES

FADED = 10 ** (-25 / 20)
"""Below this share of the loudest voice, −25 dB, it has faded. Set by hand: less begins more in vain."""

DECAY = 10 ** (-3 / 20 * FRAME_S)
"""The loudest voice counts 3 dB less each second, so that people may grow softer."""


class Fading:
    """Feed it every frame of an utterance. Pure."""

    def __init__(self) -> None:
        self._loudest = 0.0
        self._quiet_blocks = 0

    def restart(self) -> None:
        """Nothing has been loud: a new utterance, or a softer voice."""
        self._loudest = 0.0
        self._quiet_blocks = 0

    def feed(self, samples: Samples, *, voiced: bool) -> float:
        """Seconds at the end of this frame, shape (512,), and of those before it, in which the sound was faded.

        Args:
            voiced: the detector finds voice in it, so that its level is one of speech.
        """
        powers = np.square(samples.reshape(-1, BLOCK_SAMPLES)).mean(axis=1)
        self._loudest *= DECAY
        if voiced:
            self._loudest = max(self._loudest, float(np.sqrt(powers.mean())))
        loud = np.flatnonzero(powers >= (self._loudest * FADED) ** 2)
        self._quiet_blocks = len(powers) - 1 - int(loud[-1]) if len(loud) else self._quiet_blocks + len(powers)
        return self._quiet_blocks * BLOCK_S
