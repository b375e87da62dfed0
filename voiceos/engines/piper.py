"""Piper: the voice. It says a phrase and knows, to the sample, where each word ends."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np

from voiceos.audio.frames import Samples
from voiceos.engines.onnx_output import with_output_of
from voiceos.engines.word_ends import Sounded, word_ends
from voiceos.errors import EngineMissing, ModelError
from voiceos.speaking.ports import Speech

GAIN = 1.25
"""Fixed, so that loudness never jumps between phrases; lifts the starter voice to about −20 dBFS while it speaks."""

KNEE = 0.85
"""Samples above this are bent, not cut, so that the gain costs no audible clipping."""

ONSET = 0.004
"""Level (RMS over 5 ms, of full scale) at which a phrase is taken to begin or end: −48 dBFS, the level of the noise
that voices leave between words, and just under the −46 dBFS at which latency is measured."""

LEAD_S = 0.012
"""Kept before the onset, so that soft consonants keep their attack."""

TAIL_S = {".": 0.20, "!": 0.20, "?": 0.20, "…": 0.20, ",": 0.14, ";": 0.16, ":": 0.16}
"""Longest silence kept behind the last word, by the mark that ends the phrase: the voice's own pauses, no more."""

TAIL_RUNNING_S = 0.05
"""Likewise where a phrase was cut inside a clause and the next carries on."""

FADE_S = 0.004
"""Fade at both ends, so that phrases join without clicks."""

_UNFIT = re.compile(r"[\x00-\x1f\x7f]|\[\[|\]\]")
"""Double brackets would be read as raw phonemes, and espeak takes no null."""


class Piper:
    """A piper voice (`<name>.onnx` with `<name>.onnx.json` beside it) in its own ONNX Runtime session.

    Args:
        voice_path: the `.onnx` file.
        threads: for one synthesis; they sleep between two (no spinning).

    Raises EngineMissing, and ModelError where the files are missing or no piper voice.
    """

    def __init__(self, voice_path: str, *, threads: int) -> None:
        try:
            import onnxruntime
            from piper import PiperVoice, SynthesisConfig
            from piper.config import PiperConfig
        except ImportError as error:
            raise EngineMissing(
                f"the voice needs a package that is not installed ({error.name})", hint="pip install piper-tts"
            ) from error
        self._synthesis_config: Any = SynthesisConfig
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.log_severity_level = 3
        path = Path(voice_path)
        hint = f"voiceos models pull {path.stem}"
        try:
            config = PiperConfig.from_dict(json.loads(path.with_name(path.name + ".json").read_text("utf-8")))
            # The one Ceil of a VITS graph rounds the frames per phoneme: the durations that word ends are made of.
            model = with_output_of(path.read_bytes(), "Ceil")
            session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        except FileNotFoundError as error:
            raise ModelError(f"the voice {path.stem} is not here: {error.filename}", hint=hint) from error
        except Exception as error:  # ONNX Runtime's exceptions share no base; whatever it is, the file is no voice
            raise ModelError(f"the voice {path.stem} cannot be loaded: {error}", hint=hint) from error
        self._voice: Any = PiperVoice(session=session, config=config)
        self.rate_hz: int = config.sample_rate
        self.synthesize("Hello there, how are you?", speed=1.0)  # the first run allocates; no listener should wait

    def synthesize(self, text: str, speed: float) -> Speech:
        """Say `text` at `speed` times the voice's own pace; ValueError unless 0.25 ≤ speed ≤ 4."""
        if not 0.25 <= speed <= 4:
            raise ValueError(f"speed {speed} is outside 0.25 to 4")
        config = self._voice.config
        settings = self._synthesis_config(length_scale=config.length_scale / speed, normalize_audio=False)
        pieces: list[Samples] = []
        sounded: list[Sounded] = []
        at = 0
        for phonemes in self._phonemes(text):
            ids = self._voice.phonemes_to_ids(phonemes)
            audio, durations = self._voice.phoneme_ids_to_audio(ids, settings, include_alignments=True)
            sounded += _ends(phonemes, config.phoneme_id_map, durations, at)
            pieces.append(np.atleast_1d(audio).astype(np.float32))
            at += len(pieces[-1])
        if not pieces:
            return Speech(np.zeros(0, np.float32), self.rate_hz, ())
        samples = _bent(np.concatenate(pieces) * np.float32(GAIN))
        begin, sound_end, end = _edges(samples, self.rate_hz, TAIL_S.get(text.rstrip("\"'”’)» ")[-1:], TAIL_RUNNING_S))
        words = word_ends(text, sounded, self._one_word, begin=begin, sound_end=sound_end)
        return Speech(_faded(samples[begin:end], self.rate_hz), self.rate_hz, words)

    def _phonemes(self, text: str) -> list[list[str]]:
        return [p for p in self._voice.phonemize(_UNFIT.sub(" ", text)) if p]

    def _one_word(self, word: str) -> str:
        return "".join(p for sentence in self._phonemes(word) for p in sentence)


def _ends(phonemes: list[str], id_map: dict[str, list[int]], durations: Any, at: int) -> list[Sounded]:
    """Each phoneme with the sample at which it ends. Piper brackets a sentence with ^ and $, each phoneme followed by a
    pad, and leaves out what its map lacks; a phoneme's time is that of its ids and the pad behind them."""
    ends = np.cumsum(durations)
    index = 2 if len(durations) > 2 else 0  # ^ and its pad
    out: list[Sounded] = []
    for phoneme in phonemes:
        index += len(id_map[phoneme]) + 1 if phoneme in id_map else 0
        out.append(Sounded(phoneme, at + int(ends[min(index, len(ends)) - 1])))
    out.append(Sounded(" ", at + int(ends[-1])))
    return out


def _bent(samples: Samples) -> Samples:
    """Below the knee untouched; above, a tanh that meets it with the same slope and never reaches full scale."""
    size = np.abs(samples)
    room = 1.0 - KNEE
    over = KNEE + room * np.tanh((size - KNEE) / room)
    return np.where(size > KNEE, np.copysign(over, samples), samples).astype(np.float32)


def _edges(samples: Samples, rate_hz: int, tail_s: float) -> tuple[int, int, int]:
    """First sample kept, last sample that sounds, first sample dropped."""
    window = max(1, round(rate_hz * 0.005))
    power = np.convolve(np.square(samples, dtype=np.float64), np.full(window, 1 / window), "same")
    loud = np.flatnonzero(power > ONSET**2)
    if not len(loud):
        return 0, len(samples), len(samples)
    begin = max(0, int(loud[0]) - round(LEAD_S * rate_hz))
    sound_end = int(loud[-1]) + 1
    return begin, sound_end, min(len(samples), sound_end + round(tail_s * rate_hz))


def _faded(samples: Samples, rate_hz: int) -> Samples:
    length = min(round(FADE_S * rate_hz), len(samples) // 2)
    ramp = (0.5 - 0.5 * np.cos(np.linspace(0, np.pi, length))).astype(np.float32)
    faded = samples.copy()
    if length:
        faded[:length] *= ramp
        faded[-length:] *= ramp[::-1]
    return faded
