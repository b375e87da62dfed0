"""The language model through llama.cpp, with its own lanes. Runs in a child process; see `language_model.py`."""

from __future__ import annotations

import array
import ctypes
import hashlib
import importlib.metadata
import json
import os
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from voiceos import files, heap, stored
from voiceos.engines.chat_template import ChatTemplate
from voiceos.engines.cores import cores
from voiceos.engines.reply_text import LoopGuard, ReplyText
from voiceos.engines.weights import find_room
from voiceos.errors import EngineError, EngineMissing, ModelError, StorageError
from voiceos.thinking.ports import JUDGEMENT_TOKENS, Lane, Message, ModelInfo, Role, Sampling

if TYPE_CHECKING:
    from voiceos.engines.llama_lanes import Lanes

CONVERSATION_BATCH_TOKENS = 32
"""One step of a conversation, and so the longest wait of a cancellation; larger batches gain little per token on two
cores (`python -m voiceos.bench.llm`)."""
BACKGROUND_BATCH_TOKENS = 16
"""One step of background work, and so the longest that a conversation waits for it."""
_MAGIC = f"voiceos lane {stored.LANE.version}\n".encode()


class LlamaCpp:
    """A GGUF model with a conversation lane, a background lane and a lane for judgements.

    Args:
        model_path: the GGUF file; ModelError if it is missing or cannot be read.
        threads: of the processor; 0 for as many as this process may use.
        context_tokens: budget of the conversation lane.
        background_tokens: budget of the background lane.
    """

    def __init__(
        self, model_path: str, *, threads: int = 0, context_tokens: int = 4096, background_tokens: int = 1024
    ) -> None:
        # libgomp reads it when llama.cpp loads it. Threads that wait must not spin while the other engines need the
        # processor: with one busy neighbour on two cores a token then took 0.7 of the time; alone, 2 % more.
        os.environ.setdefault("GOMP_SPINCOUNT", "1000")
        try:
            from llama_cpp import llama_cpp as c
        except ImportError as error:
            raise EngineMissing(
                "llama-cpp-python is not installed", hint="pip install 'llama-cpp-python>=0.3.36,<0.4'"
            ) from error
        from voiceos.engines import llama_lanes, llama_sampling

        heap.large_apart()
        self._c = c
        self._sampler = llama_sampling.Sampler
        path = Path(model_path)
        if not path.is_file():
            raise ModelError(f"the language model {path.name} is missing", hint="voiceos models pull")
        llama_lanes.silence()
        c.llama_backend_init()
        params = c.llama_model_default_params()
        # Most weights are rearranged in memory for the processor; a mapping would keep their first form as well.
        params.load_mode = c.LLAMA_LOAD_MODE_NONE
        self._model: Any = c.llama_model_load_from_file(os.fsencode(path), params)
        if not self._model:
            find_room(path)
            raise ModelError(f"{path.name} is no language model that llama.cpp can read", hint="voiceos models verify")
        self._vocabulary = c.llama_model_get_vocab(self._model)
        self._size: int = c.llama_vocab_n_tokens(self._vocabulary)
        self._ends = [token for token in range(self._size) if c.llama_vocab_is_eog(self._vocabulary, token)]
        self._lanes: Lanes = llama_lanes.Lanes(
            self._model,
            (context_tokens, background_tokens, JUDGEMENT_TOKENS),
            threads=threads or cores(),
            batch_tokens=max(CONVERSATION_BATCH_TOKENS, BACKGROUND_BATCH_TOKENS),
        )
        bos, eos = c.llama_vocab_bos(self._vocabulary), c.llama_vocab_eos(self._vocabulary)
        self._template = ChatTemplate(
            self._meta("tokenizer.chat_template"), bos=self._markup(bos), eos=self._markup(eos)
        )
        self._first = array.array("i", [bos] if c.llama_vocab_get_add_bos(self._vocabulary) else [])
        self._identity = _identity(path, self._meta("general.name"))
        self._info = ModelInfo(self._meta("general.name") or path.stem, context_tokens)
        self._lanes.touch(max(bos, 0))  # the first evaluation is slow, too: have it over

    def rest(self) -> None:
        """Give back what the last turns needed."""
        heap.trim()

    def info(self) -> ModelInfo:
        return self._info

    def render(self, messages: Sequence[Message], open_role: Role | None) -> array.array[int]:
        tokens = array.array("i")
        for part in self._template.parts(messages, open_role=open_role):
            tokens.extend(self._tokenize(part.text, special=part.is_markup))
        return self._first + tokens if tokens and tokens[:1] != self._first else tokens

    def extend(self, lane: Lane, tokens: Sequence[int], watch: int | None = None) -> Generator[None, None, int]:
        batch_tokens = CONVERSATION_BATCH_TOKENS if lane == Lane.CONVERSATION else BACKGROUND_BATCH_TOKENS
        return (yield from self._lanes.extend(lane, tokens, batch_tokens=batch_tokens, watch=watch))

    def next_probabilities(self, lane: Lane, candidates: Sequence[str], watched: bool = False) -> list[float]:
        logits = (self._lanes.watched(lane) if watched else self._lanes.logits(lane)).astype(np.float64)
        odds = np.exp(logits - logits.max())
        odds /= odds.sum()
        return [
            float(odds[self._tokenize(text, special=False)[0]] if text else odds[self._ends].sum())
            for text in candidates
        ]

    def generate(self, lane: Lane, sampling: Sampling, grammar: str | None) -> Generator[str | None, None, None]:
        """Between two steps another lane may be evaluated, so a token is chosen in the step that made its logits."""
        text, guard = ReplyText(), LoopGuard()
        never = [self._tokenize(words, special=False)[0] for words in sampling.never]
        with self._sampler(self._vocabulary, self._size, sampling, grammar, never=never) as sampler:
            token = sampler.pick(self._lanes.logits(lane))
            for _ in range(sampling.max_tokens):
                if token in self._ends:
                    break
                ready = text.add(self._piece(token))
                looped = guard.loops(token, ready)
                yield ready or None
                if looped or len(self._lanes.tokens[lane]) >= self._lanes.budgets[lane]:
                    break
                self._lanes.decode(lane, [token])
                token = sampler.pick(self._lanes.logits(lane))
        if rest := text.end():
            yield rest

    def save(self, lane: Lane, path: str) -> None:
        """Raises StorageError if the file cannot be written."""
        state = self._lanes.state(lane)
        head = {
            "model": self._identity,
            "tokens": self._lanes.tokens[lane].tolist(),
            "digest": hashlib.blake2b(state, digest_size=16).hexdigest(),
        }
        try:
            files.replace(Path(path), _MAGIC, json.dumps(head).encode(), b"\n", state, sync=False)
        except OSError as error:
            raise StorageError(f"the evaluated prompt cannot be saved: {error.strerror}", hint=path) from error

    def restore(self, lane: Lane, path: str) -> int:
        """Nothing of a file is trusted before its model and its digest have been checked: llama.cpp would crash."""
        if not Path(path).is_file():  # a pipe would have it wait for ever
            return 0
        try:
            with Path(path).open("rb") as file:
                if file.readline(len(_MAGIC)) != _MAGIC:
                    return 0
                head = json.loads(file.readline())
                if head["model"] != self._identity or len(head["tokens"]) > self._lanes.budgets[lane]:
                    return 0
                state = file.read()
            if hashlib.blake2b(state, digest_size=16).hexdigest() != head["digest"]:
                return 0
            tokens = [int(token) for token in head["tokens"]]
        except (OSError, ValueError, KeyError, TypeError):
            return 0
        return len(tokens) if self._lanes.load(lane, tokens, state) else 0

    def _tokenize(self, text: str, *, special: bool) -> list[int]:
        data = text.encode(errors="replace")
        buffer = (self._c.llama_token * (len(data) + 8))()
        count = self._c.llama_tokenize(self._vocabulary, data, len(data), buffer, len(buffer), False, special)
        if count < 0:
            raise EngineError("llama.cpp could not split the text into tokens")
        return list(buffer[:count])

    def _piece(self, token: int, *, special: bool = False) -> bytes:
        size = 64
        while True:
            buffer = ctypes.create_string_buffer(size)
            written = self._c.llama_token_to_piece(self._vocabulary, token, buffer, size, 0, special)
            if written >= 0:
                return buffer.raw[:written]
            size = -written

    def _markup(self, token: int) -> str:
        return self._piece(token, special=True).decode(errors="replace") if token >= 0 else ""

    def _meta(self, key: str) -> str:
        size = 4096
        while True:
            buffer = ctypes.create_string_buffer(size)
            length = self._c.llama_model_meta_val_str(self._model, key.encode(), buffer, size)
            if length < size:
                return buffer.raw[: max(length, 0)].decode(errors="replace")
            size = length + 1


def _identity(path: Path, name: str) -> str:
    """Tells models apart without reading a gigabyte: name, size, both ends of the file; and llama.cpp's release, on
    which the layout of a state depends."""
    digest = hashlib.blake2b(digest_size=16)
    size = path.stat().st_size
    with path.open("rb") as file:
        digest.update(file.read(1 << 20))
        file.seek(max(0, size - (1 << 20)))
        digest.update(file.read())
    return f"{name} {size} {digest.hexdigest()} llama-cpp-python {importlib.metadata.version('llama-cpp-python')}"
