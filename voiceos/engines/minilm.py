"""all-MiniLM-L6-v2: the meaning of a sentence as 384 numbers. It runs in the program itself, on one core."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from voiceos.engines.bert_graph import encoder
from voiceos.engines.safetensors import Safetensors
from voiceos.errors import EngineMissing, ModelError
from voiceos.memory.ports import Vectors

DIMENSIONS = 384
PIECES = 256
"""Word pieces of a text that count, [CLS] and [SEP] among them: what the model was made for (`max_seq_length`)."""

_LAYERS, _HEADS = 6, 12


class MiniLM:
    """`Embedder` through the weights and the tokenizer in `folder`.

    It loads with the first text (some 0.2 s), in the thread that asks: one that may wait.
    Texts go through one after the other: on one core several at once take as long for each, and padding takes longer.

    Args:
        verify: called before the files are read; raises ModelError where they are not what they should be.
    """

    def __init__(self, folder: Path, *, verify: Callable[[], object] = lambda: None) -> None:
        self._folder = folder
        self._verify = verify
        self.name = folder.name
        self._loading = threading.Lock()
        self._loaded: _Loaded | None = None

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Raises EngineMissing, and ModelError where the files are missing or no such model."""
        found = np.empty((len(texts), DIMENSIONS), np.float32)
        if not texts:
            return found
        with self._loading:
            if self._loaded is None:
                self._verify()
                self._loaded = _Loaded(self._folder)
            loaded = self._loaded
        for row, text in zip(found, texts, strict=True):
            row[:] = loaded.embed(text)
        return found


class _Loaded:
    def __init__(self, folder: Path) -> None:
        try:
            import onnxruntime
            from tokenizers import Tokenizer
        except ImportError as error:
            raise EngineMissing(
                "the memory needs onnxruntime and tokenizers", hint="pip install onnxruntime tokenizers"
            ) from error
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False  # it would keep what the longest text took
        options.log_severity_level = 3
        try:
            weights = Safetensors(folder / "model.safetensors")
            self._words = weights.mapped("embeddings.word_embeddings.weight")
            segment = weights.read("embeddings.token_type_embeddings.weight")[0]
            self._places = weights.read("embeddings.position_embeddings.weight")[:PIECES] + segment
            model = encoder(weights, layers=_LAYERS, heads=_HEADS, width=DIMENSIONS)
            self._session: Any = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
            self._tokenizer: Any = Tokenizer.from_str((folder / "tokenizer.json").read_text("utf-8"))
        except Exception as error:  # neither library's exceptions share a base; whatever it is, the files are no model
            raise ModelError(
                f"the embedding model {folder.name} cannot be loaded: {error}",
                hint=f"voiceos models pull {folder.name}",
            ) from error
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(PIECES)

    def embed(self, text: str) -> Vectors:
        pieces = self._tokenizer.encode(text).ids
        given = {"words": self._words[pieces][None], "places": self._places[None, : len(pieces)]}
        (hidden,) = self._session.run(None, given)
        mean = hidden[0].mean(axis=0)
        found: Vectors = mean / np.linalg.norm(mean)
        return found
