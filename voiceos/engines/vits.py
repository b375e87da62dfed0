"""The network of a piper voice, a VITS, in two halves where it can be cut: one reads the phonemes of a sentence and
draws from them, frame by frame, what its sound is to be; the other makes the sound of as many frames as are wanted.

The second half sees a few frames far to either side, so parts of a sentence, made with margins, are what the whole
would be. See docs/decisions/0023-chunked-synthesis.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from voiceos.audio.frames import Samples
from voiceos.engines.onnx_output import with_output_of
from voiceos.engines.onnx_split import cut

MARGIN_FRAMES = 12
"""On either side of a part, made along and thrown away: what fewer leave of a difference is printed by
`python -m voiceos.bench.chunked`."""

SEAM = "dec.conv_pre.weight"
"""Weight of the first convolution of the sound-making half, in each voice that piper exports."""

DURATIONS = "Ceil"
"""The one node of a VITS that rounds the frames of each phoneme: the durations that word ends are made of."""

Feeds = Mapping[str, npt.NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Sentence:
    """What is to sound, before it does."""

    latent: npt.NDArray[np.float32]
    """Shape (1, channels, frames); of a network in one piece its sound, shape (1, 1, samples)."""
    durations: npt.NDArray[np.int64]
    """Frames of each phoneme id, shape (ids,)."""
    feeds: Feeds
    frames: int


class Vits:
    """Args:
    model: the bytes of the `.onnx` file.
    load: makes an ONNX Runtime session of such bytes.

    Raises ValueError where it has no durations, and whatever `load` raises.
    """

    def __init__(self, model: bytes, load: Callable[[bytes], Any]) -> None:
        self.in_one_piece = ""
        """Why it could not be cut; empty where it was."""
        self._decoder: Any = None
        self.options: Any = None
        """ONNX Runtime's, of each run; None for its own."""
        try:
            halves = cut(model, SEAM, [DURATIONS])
        except ValueError as error:
            self.in_one_piece = str(error)
            self._encoder = load(with_output_of(model, DURATIONS))
            return
        self._encoder, self._decoder, self._seam = load(halves.before), load(halves.after), halves.tensor

    def read(self, ids: Sequence[int], scales: Sequence[float], speaker: int) -> Sentence:
        """Args:
        ids: of the phonemes.
        scales: of the voice's noise, its slowness, and the noise of its durations.
        speaker: number, for voices of several.
        """
        feeds: dict[str, npt.NDArray[Any]] = {
            "input": np.array([ids], np.int64),
            "input_lengths": np.array([len(ids)], np.int64),
            "scales": np.array(scales, np.float32),
            "sid": np.array([speaker], np.int64),
        }
        latent, durations = self._encoder.run(None, _wanted(self._encoder, feeds), self.options)
        frames = int(durations.sum())
        return Sentence(latent.reshape(1, -1, latent.shape[-1]), durations.reshape(-1).astype(np.int64), feeds, frames)

    def sound(self, sentence: Sentence, begin: int, end: int, margin: int = MARGIN_FRAMES) -> Samples:
        """The sound of the frames from `begin` to `end`, shape (n,), full scale ±1."""
        if self._decoder is None:
            hop = sentence.latent.shape[-1] // sentence.frames
            return np.asarray(sentence.latent[0, 0, begin * hop : end * hop])
        low, high = max(0, begin - margin), min(sentence.frames, end + margin)
        latent = np.ascontiguousarray(sentence.latent[..., low:high])
        feeds = _wanted(self._decoder, {**sentence.feeds, self._seam: latent})
        samples = self._decoder.run(None, feeds, self.options)[0].reshape(-1)
        hop = len(samples) // (high - low)
        return np.asarray(samples[(begin - low) * hop : (end - low) * hop], np.float32)


def _wanted(session: Any, feeds: Feeds) -> Feeds:
    return {one.name: feeds[one.name] for one in session.get_inputs()}
