"""Piper: the voice. It says a phrase and knows, to the sample, where each word ends."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from voiceos import heap
from voiceos.audio.frames import Samples
from voiceos.engines import espeak
from voiceos.engines.pace import Pace
from voiceos.engines.trimming import Trimmer
from voiceos.engines.vits import MARGIN_FRAMES, Sentence, Vits
from voiceos.engines.word_ends import Sounded, word_ends
from voiceos.errors import EngineMissing, ModelError
from voiceos.speaking.ports import Speech, WordEnd, joined

TAIL_S = {".": 0.20, "!": 0.20, "?": 0.20, "…": 0.20, ",": 0.14, ";": 0.16, ":": 0.16}
"""Longest silence kept behind the last word, by the mark that ends the phrase: the voice's own pauses, no more."""

TAIL_RUNNING_S = 0.05
"""Likewise where a phrase was cut inside a clause and the next carries on."""

_WARMING = "Hello there, how are you?"
_SHORTEST = "Hm."

_UNFIT = re.compile(r"[\x00-\x1f\x7f]|\[\[|\]\]")
"""Double brackets would be read as raw phonemes, and espeak takes no null."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What is to sound, before it does."""

    text: str
    sentences: tuple[Sentence, ...]
    sounded: tuple[Sounded, ...]
    """Each phoneme, with the sample at which it will have been said."""
    samples: int
    """Of the sentences, before they are trimmed."""


class Piper:
    """A piper voice (`<name>.onnx` with `<name>.onnx.json` beside it) in ONNX Runtime sessions of its own.

    Args:
        voice_path: the `.onnx` file.
        threads: for one synthesis; they sleep between two (no spinning).

    Raises EngineMissing, and ModelError where the files are missing or no piper voice.
    """

    def __init__(self, voice_path: str, *, threads: int) -> None:
        try:
            import onnxruntime
            from piper import PiperVoice
            from piper.config import PiperConfig

            espeak.choose_once()
        except ImportError as error:
            raise EngineMissing(
                f"the voice needs a package that is not installed ({error.name})", hint="pip install piper-tts"
            ) from error
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.enable_mem_pattern = False  # it would keep a plan for each length of a phrase that ever was
        options.log_severity_level = 3
        self._shrinking: Any = onnxruntime.RunOptions()
        self._shrinking.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")
        path = Path(voice_path)
        hint = f"voiceos models pull {path.stem}"
        try:
            config = PiperConfig.from_dict(json.loads(path.with_name(path.name + ".json").read_text("utf-8")))
            self.vits = Vits(
                path.read_bytes(),
                lambda model: onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"]),
            )
        except FileNotFoundError as error:
            raise ModelError(f"the voice {path.stem} is not here: {error.filename}", hint=hint) from error
        except Exception as error:  # ONNX Runtime's exceptions share no base; whatever it is, the file is no voice
            raise ModelError(f"the voice {path.stem} cannot be loaded: {error}", hint=hint) from error
        self._voice: Any = PiperVoice(session=None, config=config)
        self.rate_hz: int = config.sample_rate
        self._frame_s = config.hop_length / config.sample_rate
        self._pace = Pace(self._frame_s, MARGIN_FRAMES)
        self._warm()  # the first run allocates; no listener should wait for that, nor should the pace know of it
        self.synthesize(_WARMING, speed=1.0)

    def _warm(self, text: str = _WARMING) -> None:
        pace, self._pace = self._pace, Pace(self._frame_s, MARGIN_FRAMES)
        self.synthesize(text, speed=1.0)
        self._pace = pace

    def rest(self) -> None:
        """Give back what phrases needed, and make the memory of a first phrase ready again. What ONNX Runtime keeps of
        each length of a phrase fits the next one badly, so that it would grow for hours."""
        self.vits.options = self._shrinking
        try:
            self._warm(_SHORTEST)
        finally:
            self.vits.options = None
        heap.trim()
        self._warm()

    def in_one_piece(self) -> str:
        """Why no phrase can begin to sound before all of it is made; empty where it can."""
        return self.vits.in_one_piece

    def synthesize(self, text: str, speed: float) -> Speech:
        """Say `text` at `speed` times the voice's own pace; ValueError unless 0.25 ≤ speed ≤ 4."""
        return joined(self.say(self.read(text, speed), whole=True), self.rate_hz)

    def speak(self, text: str, speed: float) -> Generator[Speech, None, None]:
        """The same in parts, the first as soon as it can be; joined, they are what `synthesize` would return."""
        yield from self.say(self.read(text, speed), whole=bool(self.vits.in_one_piece))

    def read(self, text: str, speed: float) -> Reading:
        """Decide how `text` is to sound, which noise makes a little different each time; raises as `synthesize`."""
        if not 0.25 <= speed <= 4:
            raise ValueError(f"speed {speed} is outside 0.25 to 4")
        config = self._voice.config
        scales = (config.noise_scale, config.length_scale / speed, config.noise_w_scale)
        sentences: list[Sentence] = []
        sounded: list[Sounded] = []
        at = 0
        for phonemes in self._phonemes(text):
            ids = self._voice.phonemes_to_ids(phonemes)
            sentences.append(self.vits.read(ids, scales, config.default_speaker_id))
            durations = sentences[-1].durations * config.hop_length
            sounded += _ends(phonemes, config.phoneme_id_map, durations, at)
            at += int(durations.sum())
        return Reading(text, tuple(sentences), tuple(sounded), at)

    def say(self, reading: Reading, *, whole: bool) -> Generator[Speech, None, None]:
        """Make its sound, all of it at once or in parts as small as the pace allows."""
        if not reading.sentences:
            return
        trimmer = Trimmer(self.rate_hz, TAIL_S.get(reading.text.rstrip("\"'”’)» ")[-1:], TAIL_RUNNING_S))
        words: tuple[WordEnd, ...] = ()
        said = at = 0  # words, and kept samples, that were given out
        for sound in self._sounds(reading.sentences, whole=whole):
            part = trimmer.feed(sound)
            if not len(part):
                continue
            # Only the last word's end waits for the end of the sound.
            words = words or self._words(reading, trimmer.begin, reading.samples)
            known = said + sum(word.sample_end <= at + len(part) for word in words[said:-1])
            yield Speech(part, self.rate_hz, _from(at, words[said:known]))
            said, at = known, at + len(part)
        part = trimmer.flush()
        words = self._words(reading, trimmer.begin, trimmer.sound_end)
        yield Speech(part, self.rate_hz, _from(at, words[said:]))

    def _words(self, reading: Reading, begin: int, sound_end: int) -> tuple[WordEnd, ...]:
        return word_ends(reading.text, reading.sounded, self._one_word, begin=begin, sound_end=sound_end)

    def _sounds(self, sentences: Sequence[Sentence], *, whole: bool) -> Iterator[Samples]:
        """The sound of sentences, one behind the other, a part of one at a time."""
        handed: float | None = None
        made_s = 0.0
        for sentence in sentences:
            done = 0
            while done < sentence.frames:
                began = time.monotonic()
                if whole:
                    count: float = sentence.frames
                elif handed is None:
                    count = self._pace.first()
                else:
                    count = self._pace.next(made_s - (began - handed))
                end = int(min(sentence.frames, done + count))
                # A last part that is all but margins is made along with this one.
                end = sentence.frames if sentence.frames - end < MARGIN_FRAMES else end
                sound = self.vits.sound(sentence, done, end)
                took_s = time.monotonic() - began
                self._pace.took(min(sentence.frames, end + MARGIN_FRAMES) - max(0, done - MARGIN_FRAMES), took_s)
                handed = began + took_s if handed is None else handed
                made_s += (end - done) * self._frame_s
                done = end
                yield sound

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


def _from(sample: int, words: Sequence[WordEnd]) -> tuple[WordEnd, ...]:
    """Words as counted from a later sample on."""
    return tuple(WordEnd(word.text_end, max(0, word.sample_end - sample)) for word in words)
