"""faster-whisper: the recogniser. It encodes only as much of Whisper's 30 s window as was spoken.

The encoder is most of the cost of a short utterance and its cost grows with the window, so the window is cut to the
speech plus a margin, but never below a floor: in very short windows Whisper repeats itself. Guards notice what still
goes wrong, and then the full window, the one Whisper was trained on, is decoded. `python -m voiceos.bench.stt` prints
what that costs and saves.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Generator
from pathlib import Path
from typing import Any

import numpy as np

from voiceos import heap
from voiceos.audio.frames import RATE_HZ, Samples
from voiceos.errors import EngineMissing, ModelError
from voiceos.listening.hearing import UNCLEAR_LOG_PROBABILITY
from voiceos.listening.ports import Decoding

WINDOW_S = 30.0
"""Longest sound that Whisper takes."""

HOP_SAMPLES = 160
"""Samples per mel frame: 10 ms."""

WINDOW_FRAMES = 3000
FLOOR_FRAMES = 1000
"""Shortest window. Below, short commands are misheard more often than the full window mishears them."""

MARGIN_FRAMES = 256
"""Silence kept behind the speech, as in https://github.com/ggml-org/whisper.cpp/discussions/1855."""

LEAD_FRAMES = 20
"""Silence put before the speech: commands that begin with the first sample lose their first consonant without it."""

MAX_COMPRESSION_RATIO = 2.4
"""Above, Whisper itself decodes again (openai/whisper, transcribe.py)."""

SURE_LOG_PROBABILITY = -0.45
"""From here on the greedy reading stands; below, the beam looks at others (`python -m voiceos.bench.stt`)."""

LOST_LOG_PROBABILITY = -1.0
"""Below, the beam looks at nothing else: what it or the full window then finds likely enough to be believed is mostly
wrong, and the user waits for it (`python -m voiceos.bench.second_looks`)."""

MAYBE_NOBODY = 0.3
"""Probability that nobody speaks, from which the full window is asked about what was not understood: it knows for sure.
In the cut window, of noise and music that voice activity takes for speech it is 0.39 and more, of most speech less. Set
by hand; `python -m voiceos.bench.stt` prints that nothing is answered where nobody speaks."""

MAX_LETTERS_PER_S = 30.0
"""Twice the rate of fast speech; a loop on short speech is too short for the compression ratio to tell."""

REPETITION_PENALTY = 1.3
"""For another reading of a sound that was read without an end, as loops are; Keskar et al. (2019, CTRL) have 1.2. It
takes a fifth of what the full window does, and is seldom worse where it is sure (`python -m
voiceos.bench.second_looks`). What somebody did say again and again ends, and is not read so."""

ANEW_LOG_PROBABILITY = -0.6
"""From here on such a reading stands; below, down to `LOST_LOG_PROBABILITY`, the full window is asked. Set by hand from
fourteen readings without an end."""

TOKENS_PER_S, SPARE_TOKENS = 5, 8
"""Token budget of a decoding: speech has about four tokens a second, short utterances a few more for punctuation."""


class FasterWhisper:
    """A CTranslate2 Whisper model in `model_path`.

    Args:
        threads: for one decoding.
        beam_size: 3 hears short commands in the cut window as well as in the full one; 1 is greedy.

    Raises EngineMissing, and ModelError where the folder holds no such model.
    """

    def __init__(self, model_path: str, *, threads: int, beam_size: int) -> None:
        try:
            import ctranslate2
            from faster_whisper import WhisperModel
            from faster_whisper.tokenizer import Tokenizer
            from faster_whisper.transcribe import get_suppressed_tokens
        except ImportError as error:
            raise EngineMissing(
                f"the recogniser needs a package that is not installed ({error.name})",
                hint="pip install faster-whisper",
            ) from error
        path = Path(model_path)
        hint = f"voiceos models pull {path.name}"
        if not (path / "model.bin").exists():
            raise ModelError(f"the recogniser {path.name} is not here: {path}", hint=hint)
        heap.one_arena()  # each thread's own would keep what it needed for the widest window
        try:
            self._whisper: Any = WhisperModel(
                model_path, device="cpu", compute_type="int8", cpu_threads=threads, local_files_only=True
            )
        except (RuntimeError, ValueError, OSError) as error:
            if "alloc" in str(error):  # "mkl_malloc: failed to allocate memory", "std::bad_alloc"
                raise MemoryError from error
            raise ModelError(f"the recogniser {path.name} cannot be loaded: {error}", hint=hint) from error
        self._model: Any = self._whisper.model
        self._storage: Any = ctranslate2.StorageView
        self._tokenizer: Any = Tokenizer
        self._suppressed: Any = get_suppressed_tokens
        self._beam_size = beam_size
        self._languages: dict[str, tuple[Any, list[int]]] = {}
        self._needed_more = False
        """Than a short utterance that is sure does, since the last rest."""
        # The first run of a shape allocates; no listener should wait for that.
        self.decode(np.zeros(2 * RATE_HZ, np.float32), "en")

    def rest(self) -> None:
        """Give back what a long utterance, or a second look at one, needed: the next one waits a little for the
        system to hand it out again, so not each time."""
        if self._needed_more:
            self._needed_more = False
            heap.trim()

    def decode(self, samples: Samples, language: str | None, full_window: bool = False) -> Decoding:
        """`transcribe` in one go."""
        steps = self.transcribe(samples, language, full_window)
        while True:
            try:
                next(steps)
            except StopIteration as end:
                decoding: Decoding = end.value
                return decoding

    def transcribe(
        self, samples: Samples, language: str | None, full_window: bool = False
    ) -> Generator[None, None, Decoding]:
        """Decode 16 kHz mono sound, shape (n,), of at most 30 s; `language` None means detect. It may be broken off
        where it yields: behind an encoding, and before another reading.

        `full_window` decodes the whole 30 s window at once, as Whisper was meant to run; it is there to compare with.
        Raises ValueError for sound that is too long or a language that the model does not know.
        """
        spoken_s = len(samples) / RATE_HZ
        if spoken_s > WINDOW_S:
            raise ValueError(f"{spoken_s:.1f} s of sound; the recogniser takes {WINDOW_S:.0f} s")
        frames = WINDOW_FRAMES if full_window else cut_window_frames(len(samples))
        cut = frames < WINDOW_FRAMES
        if cut:
            decoding, halfway = yield from self._decode(
                samples, language, frames, lead_frames=LEAD_FRAMES, second_try=False
            )
            if not halfway and not doubtful(decoding, spoken_s):
                return decoding
            yield
        decoding, _ = yield from self._decode(samples, language, WINDOW_FRAMES, lead_frames=0, second_try=cut)
        return decoding

    def encode(self, samples: Samples, frames: int, lead_frames: int) -> Any:
        """For `read`: so many mel frames, with silence before and behind the sound."""
        padded = np.zeros(frames * HOP_SAMPLES, np.float32)
        lead = lead_frames * HOP_SAMPLES
        padded[lead : lead + len(samples)] = samples
        features = self._whisper.feature_extractor(padded, padding=0)[None, :, :frames]
        return self._model.encode(self._storage.from_array(np.ascontiguousarray(features, np.float32)))

    def _decode(
        self, samples: Samples, language: str | None, frames: int, *, lead_frames: int, second_try: bool
    ) -> Generator[None, None, tuple[Decoding, bool]]:
        """The best reading of one window; and whether it came after one without an end, neither sure nor hopeless."""
        self._needed_more |= frames > FLOOR_FRAMES
        encoded = self.encode(samples, frames, lead_frames)
        yield
        language = language or self._detected(encoded)
        spoken_s = len(samples) / RATE_HZ
        greedy, endless = self.read(encoded, language, spoken_s, beam_size=1, second_try=second_try)
        if endless and doubtful(greedy, spoken_s):
            yield
            self._needed_more = True
            decoding, endless = self.read(encoded, language, spoken_s, beam_size=1, second_try=second_try, anew=True)
            below = 0.0 if endless else ANEW_LOG_PROBABILITY
            return decoding, LOST_LOG_PROBABILITY <= decoding.average_log_probability < below
        sure = greedy.average_log_probability
        if self._beam_size == 1 or sure >= SURE_LOG_PROBABILITY or sure < LOST_LOG_PROBABILITY:
            return greedy, False
        yield
        self._needed_more = True
        # The encoding, most of the cost, serves both.
        decoding, _ = self.read(encoded, language, spoken_s, beam_size=self._beam_size, second_try=second_try)
        return decoding, False

    def read(
        self, encoded: Any, language: str, spoken_s: float, *, beam_size: int, second_try: bool, anew: bool = False
    ) -> tuple[Decoding, bool]:
        """One reading of what was encoded, and whether it was endless: it took all tokens that there are. `anew`: after
        an endless one; what was written already is less likely."""
        tokenizer, suppressed = self._language(language)
        prompt = [*tokenizer.sot_sequence, tokenizer.no_timestamps]
        budget = SPARE_TOKENS + int(TOKENS_PER_S * spoken_s)
        (result,) = self._model.generate(
            encoded,
            [prompt],
            beam_size=beam_size,
            repetition_penalty=REPETITION_PENALTY if anew else 1.0,
            max_length=2 * budget,  # CTranslate2 writes half of it
            return_scores=True,
            return_no_speech_prob=True,
            suppress_blank=True,
            suppress_tokens=suppressed,
        )
        tokens = result.sequences_ids[0]
        text = tokenizer.decode(tokens).strip()
        decoding = Decoding(
            text=text,
            language=language,
            # The score is a mean over the tokens; the end token counts as one more (openai/whisper, decoding.py).
            average_log_probability=result.scores[0] * len(tokens) / (len(tokens) + 1),
            no_speech_probability=result.no_speech_prob,
            compression_ratio=compression_ratio(text),
            second_try=second_try,
        )
        return decoding, len(tokens) >= budget

    def _language(self, language: str) -> tuple[Any, list[int]]:
        """The tokenizer of a language and the tokens that are no speech; finding those takes a while, so once."""
        if language not in self._languages:
            tokenizer = self._tokenizer(
                self._whisper.hf_tokenizer, self._model.is_multilingual, task="transcribe", language=language
            )
            self._languages[language] = tokenizer, list(self._suppressed(tokenizer, (-1,)))
        return self._languages[language]

    def _detected(self, encoded: Any) -> str:
        if not self._model.is_multilingual:
            return "en"
        ((best, _), *_) = self._model.detect_language(encoded)[0]
        return str(best).strip("<|>")


def cut_window_frames(samples: int) -> int:
    """Mel frames to encode for so many samples: speech and margin, from the floor to the full window."""
    frames = min(WINDOW_FRAMES, max(FLOOR_FRAMES, -(-samples // HOP_SAMPLES) + MARGIN_FRAMES))
    # CTranslate2 tells sound from encoded sound by the last dimension alone; widths of Whisper's encoders that a
    # window could meet are stepped over (src/models/whisper.cc).
    return frames + 2 if frames in (1024, 1280) else frames


def compression_ratio(text: str) -> float:
    """Bytes of the text over its bytes when compressed; 0 for none."""
    raw = text.encode()
    return len(raw) / len(zlib.compress(raw)) if raw else 0.0


def doubtful(decoding: Decoding, spoken_s: float) -> bool:
    """Whether a decoding of the cut window looks like a loop, or like no speech, so that the full window is worth its
    time."""
    unclear = decoding.average_log_probability < UNCLEAR_LOG_PROBABILITY
    return (
        (unclear and decoding.no_speech_probability >= MAYBE_NOBODY)
        or decoding.compression_ratio > MAX_COMPRESSION_RATIO
        or len(decoding.text) > MAX_LETTERS_PER_S * max(spoken_s, 0.5)
        or repeats(decoding.text)
    )


def repeats(text: str) -> bool:
    """Whether three or more words are said twice in a row, or one or two three times: how loops begin."""
    words = re.findall(r"\w+", text.lower())
    for size in range(1, len(words) // 2 + 1):
        times = 2 if size >= 3 else 3
        for at in range(len(words) - size * times + 1):
            phrase = words[at : at + size]
            if all(words[at + n * size : at + (n + 1) * size] == phrase for n in range(1, times)):
                return True
    return False
