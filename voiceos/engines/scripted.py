"""Scripted engines: the one kind of fake, for scenarios and `--dry-run`. Each passes its port's contract suite."""

from __future__ import annotations

import array
import itertools
import json
import os
import re
import threading
import time
import zlib
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from voiceos import files
from voiceos.audio.frames import FRAME_SAMPLES, RATE_HZ, Samples
from voiceos.engines import overlap
from voiceos.engines.word_ends import words_of
from voiceos.errors import StorageError
from voiceos.listening.ports import Decoding
from voiceos.speaking.ports import Speech, WordEnd, joined
from voiceos.thinking.ports import JUDGEMENT_TOKENS, Lane, Message, ModelInfo, Role, Sampling

if TYPE_CHECKING:
    from voiceos.memory.ports import Vectors  # all of the memory, which takes as long to import as the rest


class ScriptedVoice:
    """Hums each word as a tone, 80 ms and 20 ms more per character; every word end is exact.

    Args:
        rate_hz: of what it hums.
        crash_on: a word (as it stands in the text, no punctuation) that ends the process; empty for none.
        hang_on: a word at which it never returns.
    """

    def __init__(self, rate_hz: int = 22_050, crash_on: str = "", hang_on: str = "") -> None:
        self.rate_hz = rate_hz
        self._crash_on = crash_on
        self._hang_on = hang_on

    def in_one_piece(self) -> str:
        return ""

    def synthesize(self, text: str, speed: float) -> Speech:
        """Tones of 200 Hz upwards at −20 dBFS; ValueError unless 0.25 ≤ speed ≤ 4."""
        return joined(self.speak(text, speed), self.rate_hz)

    def speak(self, text: str, speed: float) -> Generator[Speech, None, None]:
        """The same word by word, and at each word's middle."""
        if not 0.25 <= speed <= 4:
            raise ValueError(f"speed {speed} is outside 0.25 to 4")
        for number, (word, text_end) in enumerate(words_of(text)):
            bare = word.strip(".,!?;:\"'…")
            if bare and bare == self._crash_on:
                os._exit(70)
            if bare and bare == self._hang_on:
                threading.Event().wait()
            length = round((0.08 + 0.02 * len(word)) / speed * self.rate_hz)
            phase = np.arange(length) * (2 * np.pi * (200 + 20 * (number % 8)) / self.rate_hz)
            tone = (0.14 * np.sin(phase) * np.hanning(length)).astype(np.float32)
            half = length // 2
            yield Speech(tone[:half], self.rate_hz, ())
            yield Speech(tone[half:], self.rate_hz, (WordEnd(text_end, length - half),))


class ScriptedLanguageModel:
    """Answers the user's last message from a table; a token is a word with the space before it.

    Args:
        replies: pairs of a regular expression and the answer, a template for `re.Match.expand`; the first that is
            found in the message answers.
        otherwise: the answer to everything else, as a template whose group 0 is the message.
        open_ends: a regular expression for messages that are not yet finished, for `next_probabilities`.
        crash_on: a word of the user's last message that ends the process; empty for none.
        hang_on: likewise one at which it never returns.
        context_tokens, background_tokens: budgets of the lanes.
        weights_bytes: memory that it takes as it loads, as the weights of a model do.
    """

    BATCH_TOKENS = 32
    _ROLES: tuple[Role, ...] = ("system", "user", "assistant")
    _END = len(_ROLES)

    def __init__(
        self,
        replies: Sequence[tuple[str, str]] = (),
        *,
        otherwise: str = r"You said: \g<0>",
        open_ends: str = r"(\b(a|an|and|or|the|to|of|is|my)|,)$",
        crash_on: str = "",
        hang_on: str = "",
        context_tokens: int = 4096,
        background_tokens: int = 1024,
        weights_bytes: int = 0,
    ) -> None:
        self._weights = bytearray(weights_bytes)
        self._replies = [*((re.compile(pattern, re.IGNORECASE), reply) for pattern, reply in replies)]
        self._otherwise = otherwise
        self._open_ends = re.compile(open_ends, re.IGNORECASE)
        self._crash_on, self._hang_on = crash_on, hang_on
        self._budgets = (context_tokens, background_tokens, JUDGEMENT_TOKENS)
        self._lanes: list[list[int]] = [[] for _ in Lane]
        self._watched: list[list[int] | None] = [None for _ in Lane]
        self._words: dict[int, str] = {}

    def info(self) -> ModelInfo:
        return ModelInfo("scripted", self._budgets[Lane.CONVERSATION])

    def render(self, messages: Sequence[Message], open_role: Role | None) -> array.array[int]:
        tokens = array.array("i")
        for message in messages:
            tokens.extend([self._ROLES.index(message.role), *self._tokens(message.text.strip()), self._END])
        if open_role:
            tokens.append(self._ROLES.index(open_role))
        return tokens

    def extend(self, lane: Lane, tokens: Sequence[int], watch: int | None = None) -> Generator[None, None, int]:
        if watch is not None and not 1 <= watch <= len(tokens):
            raise ValueError(f"there is nothing to watch behind {watch} of {len(tokens)} tokens")
        if len(tokens) > self._budgets[lane]:
            raise ValueError(f"{len(tokens)} tokens exceed the lane's {self._budgets[lane]}")
        held = self._lanes[lane]
        kept = overlap.common(held, tokens)
        self._watched[lane] = None if watch is None else list(tokens[:watch])
        source, length = overlap.tail(held, tokens, kept)
        held[kept:] = held[source : source + length]
        if watch is not None:
            del held[watch - 1 :]
        evaluated = len(tokens) - len(held)
        for start in range(len(held), len(tokens), self.BATCH_TOKENS):
            held.extend(tokens[start : start + self.BATCH_TOKENS])
            yield None
        return evaluated

    def next_probabilities(self, lane: Lane, candidates: Sequence[str], watched: bool = False) -> list[float]:
        """0.9 for an answer of the table, 0.2 for each end of a sentence or a turn after a finished message, 0.01 for
        everything else. An answer with a number behind it ("yes 0.6") has that, and all others share the rest."""
        held = self._watched[lane] if watched else self._lanes[lane]
        if held is None:
            raise ValueError("nothing was watched")
        if not held:
            raise ValueError("the lane is empty")
        message = self._message(held)
        answer = next((reply for pattern, reply in self._replies if pattern.search(message)), None)
        if unsure := re.fullmatch(r"(.+) (0\.\d+)", answer or ""):
            sure = float(unsure[2])
            return [sure if text == unsure[1] else (1 - sure) / max(1, len(candidates) - 1) for text in candidates]
        ends = () if self._open_ends.search(message) else ("", ".", "?", "!")
        return [0.9 if text == answer else 0.2 if text in ends else 0.01 for text in candidates]

    def generate(self, lane: Lane, sampling: Sampling, grammar: str | None) -> Generator[str, None, None]:
        """The grammar is taken as kept: answers under one are written by whoever writes the table."""
        message = self._message(self._lanes[lane])
        spoken = re.findall(r"[\w']+", message)
        if self._crash_on and self._crash_on in spoken:
            os._exit(70)
        if self._hang_on and self._hang_on in spoken:
            threading.Event().wait()
        found = next(((match, reply) for pattern, reply in self._replies if (match := pattern.search(message))), None)
        whole = re.fullmatch(r"(?s).*", message)
        assert whole
        match, reply = found or (whole, self._otherwise)
        for token in self._tokens(match.expand(reply))[: sampling.max_tokens]:
            if self._words[token].startswith(sampling.never):
                continue
            if len(self._lanes[lane]) >= self._budgets[lane]:
                return
            self._lanes[lane].append(token)
            yield self._words[token]

    def save(self, lane: Lane, path: str) -> None:
        held = self._lanes[lane]
        saved = {"model": "scripted", "tokens": held, "words": [self._words.get(t, "") for t in held]}
        try:
            files.replace(Path(path), json.dumps(saved).encode(), sync=False)
        except OSError as error:
            raise StorageError(f"the evaluated prompt cannot be saved: {error.strerror}", hint=path) from error

    def restore(self, lane: Lane, path: str) -> int:
        if not Path(path).is_file():
            return 0
        try:
            saved = json.loads(Path(path).read_bytes())
            if saved["model"] != "scripted" or len(saved["tokens"]) > self._budgets[lane]:
                return 0
        except (OSError, ValueError, KeyError, TypeError):
            return 0
        self._words.update(zip(saved["tokens"], saved["words"], strict=True))
        self._lanes[lane] = saved["tokens"]
        return len(saved["tokens"])

    def _tokens(self, text: str) -> list[int]:
        words = re.findall(r"\s*\S+", text)
        tokens = [zlib.crc32(word.encode()) >> 1 | 1 << 30 for word in words]
        self._words.update(zip(tokens, words, strict=True))
        return tokens

    def _message(self, held: Sequence[int]) -> str:
        """Words of the user's last message."""
        held = list(held)
        user = self._ROLES.index("user")
        if user not in held:
            return ""
        start = len(held) - held[::-1].index(user)
        end = held.index(self._END, start) if self._END in held[start:] else len(held)
        return "".join(self._words[token] for token in held[start:end]).strip()


class ScriptedRecogniser:
    """Hears the next of `texts` in any sound, round and round, and nothing in silence.

    Args:
        average_log_probability: how sure it says that it is.
        crash_on: number of the call, from 1, that ends the process; 0 for none. A new process counts anew.
        hang_on: likewise the call that never returns.
        steps: of 10 ms each, that each call takes before it hears anything, and behind which it may be broken off; the
            last number holds for all further calls.
    """

    STEP_S = 0.01

    def __init__(
        self,
        texts: Sequence[str] = ("What time is it?",),
        average_log_probability: float = -0.1,
        crash_on: int = 0,
        hang_on: int = 0,
        steps: Sequence[int] = (0,),
    ) -> None:
        self._texts = itertools.cycle(texts)
        self._average_log_probability = average_log_probability
        self._crash_on = crash_on
        self._hang_on = hang_on
        self._steps = steps
        self._calls = 0

    def transcribe(self, samples: Samples, language: str | None) -> Generator[None, None, Decoding]:
        """`language` None is taken for English; ValueError for more than 30 s."""
        if len(samples) > 30 * RATE_HZ:
            raise ValueError(f"{len(samples) / RATE_HZ:.1f} s of sound; the recogniser takes 30 s")
        self._calls += 1
        if self._calls == self._crash_on:
            os._exit(70)
        if self._calls == self._hang_on:
            threading.Event().wait()
        for _ in range(self._steps[min(self._calls, len(self._steps)) - 1]):
            time.sleep(self.STEP_S)
            yield None
        if not len(samples) or np.abs(samples).max() < 0.001:
            return Decoding("", language or "en", -1.0, 1.0, 0.0, False)
        return Decoding(next(self._texts), language or "en", self._average_log_probability, 0.0, 1.0, False)


class ScriptedVoiceActivity:
    """Takes every frame above −40 dBFS for speech."""

    def probability(self, samples: Samples) -> float:
        """1 or 0; ValueError unless the shape is (512,)."""
        if samples.shape != (FRAME_SAMPLES,):
            raise ValueError(f"a frame has shape ({FRAME_SAMPLES},), not {samples.shape}")
        return float(np.sqrt(np.mean(samples**2)) > 0.01)

    def reset(self) -> None:
        """It remembers nothing."""


class ScriptedEndOfTurn:
    """Says the next of `probabilities`, round and round."""

    def __init__(self, probabilities: Sequence[float] = (1.0,)) -> None:
        self._probabilities = itertools.cycle(probabilities)

    async def probability(self, samples: Samples) -> float:
        return next(self._probabilities)


class ScriptedWakeWord:
    """Takes a steady tone of 1 kHz, three frames of it, for the wake word; `tone` makes one.

    Args:
        phrase: what it says that it has heard.
    """

    _HZ = 1000.0
    _FRAMES = 3

    def __init__(self, phrase: str = "Okay Nabu") -> None:
        self._phrase = phrase
        self._in_a_row = 0

    @classmethod
    def tone(cls, seconds: float = 0.3) -> Samples:
        """At −12 dBFS, 16 kHz."""
        found: Samples = (0.25 * np.sin(2 * np.pi * cls._HZ * np.arange(round(seconds * RATE_HZ)) / RATE_HZ)).astype(
            np.float32
        )
        return found

    def feed(self, samples: Samples) -> str:
        """The phrase with the third frame of the tone, else nothing; ValueError unless the shape is (512,)."""
        if samples.shape != (FRAME_SAMPLES,):
            raise ValueError(f"a frame has shape ({FRAME_SAMPLES},), not {samples.shape}")
        power = np.square(np.abs(np.fft.rfft(samples)))
        bin_ = round(self._HZ * FRAME_SAMPLES / RATE_HZ)
        steady = power.sum() > 1e-3 and power[bin_] > 0.9 * power.sum()
        self._in_a_row = self._in_a_row + 1 if steady else 0
        return self._phrase if self._in_a_row == self._FRAMES else ""

    def reset(self) -> None:
        self._in_a_row = 0


class ScriptedEmbedder:
    """Counts words in 384 buckets, those of up to three letters for little: texts with the same words lie near,
    whatever their order, others far. Deterministic.

    Args:
        name: of the model that it stands for.
    """

    _DIMENSIONS = 384

    def __init__(self, name: str = "scripted") -> None:
        self.name = name

    def embed(self, texts: Sequence[str]) -> Vectors:
        found = np.zeros((len(texts), self._DIMENSIONS), np.float32)
        for row, text in zip(found, texts, strict=True):
            row[0] = 0.01  # no words are a text too
            for word in re.findall(r"\w+", text.lower()):
                row[1 + zlib.crc32(word.encode()) % (self._DIMENSIONS - 1)] += 1 if len(word) > 3 else 0.1
            row /= np.linalg.norm(row)
        return found
