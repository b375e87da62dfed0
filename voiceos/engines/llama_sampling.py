"""Choosing the next token: llama.cpp's samplers over logits, in the order penalties, grammar, top-k, top-p, draw."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from llama_cpp import llama_cpp as c

from voiceos.thinking.ports import Sampling

PENALTY_WINDOW = 64
"""Tokens of the reply that a repeat penalty looks back on. The prompt is left out: a name that the user told is to be
said again, and the marks that end a turn are not to be avoided."""
TOP_K = 40
"""Candidates that are ever drawn from; small models keep nothing but noise behind them."""
_TOKEN_DATA = np.dtype([("id", np.int32), ("logit", np.float32), ("p", np.float32)])


class Sampler:
    """Use as a context manager: the samplers are llama.cpp's own memory.

    Args:
        vocabulary: `llama_vocab *`.
        size: of the vocabulary.
        grammar: GBNF whose root rule is `root`; ValueError if it cannot be parsed.
        never: tokens that are never written.
    """

    def __init__(
        self, vocabulary: Any, size: int, sampling: Sampling, grammar: str | None, *, never: Sequence[int] = ()
    ) -> None:
        self._never = np.array(never, dtype=np.intp)
        self._penalties = c.llama_sampler_init_penalties(size, PENALTY_WINDOW, sampling.repeat_penalty, 0.0, 0.0)
        self._grammar = None
        self._draw = c.llama_sampler_chain_init(c.llama_sampler_chain_default_params())
        if sampling.temperature > 0:
            for step in (
                c.llama_sampler_init_top_k(TOP_K),
                c.llama_sampler_init_top_p(sampling.top_p, 1),
                c.llama_sampler_init_temp(sampling.temperature),
                c.llama_sampler_init_dist(sampling.seed & 0xFFFFFFFF),
            ):
                c.llama_sampler_chain_add(self._draw, step)
        else:
            c.llama_sampler_chain_add(self._draw, c.llama_sampler_init_greedy())
        if grammar is not None:
            self._grammar = c.llama_sampler_init_grammar(vocabulary, grammar.encode(), b"root")
            if not self._grammar:
                self.__exit__()
                raise ValueError("the grammar is no valid GBNF with a rule named root")
        self._candidates = np.zeros(size, _TOKEN_DATA)
        self._ids = np.arange(size, dtype=np.int32)

    def __enter__(self) -> Sampler:
        return self

    def __exit__(self, *_: object) -> None:
        for sampler in (self._penalties, self._grammar, self._draw):
            if sampler:
                c.llama_sampler_free(sampler)

    def pick(self, logits: npt.NDArray[np.float32]) -> int:
        """The next token; it counts as written."""
        token = self._pick(logits, bind=False)
        if self._grammar and not self._allows(token):
            token = self._pick(logits, bind=True)  # only now: asking a grammar about a whole vocabulary is slow
        c.llama_sampler_accept(self._penalties, token)
        if self._grammar:
            c.llama_sampler_accept(self._grammar, token)
        return token

    def _pick(self, logits: npt.NDArray[np.float32], *, bind: bool) -> int:
        candidates = self._candidates
        candidates["id"] = self._ids
        candidates["logit"] = logits
        candidates["logit"][self._never] = -np.inf
        array = _as_array(candidates)
        c.llama_sampler_apply(self._penalties, ctypes.byref(array))
        if bind:
            c.llama_sampler_apply(self._grammar, ctypes.byref(array))
        c.llama_sampler_apply(self._draw, ctypes.byref(array))
        return int(array.data[array.selected].id)

    def _allows(self, token: int) -> bool:
        one = np.array([(token, 1.0, 0.0)], _TOKEN_DATA)
        array = _as_array(one)
        c.llama_sampler_apply(self._grammar, ctypes.byref(array))
        return bool(np.isfinite(one["logit"][0]))


def _as_array(candidates: npt.NDArray[np.void]) -> Any:
    data = candidates.ctypes.data_as(c.llama_token_data_p)
    return c.llama_token_data_array(data=data, size=len(candidates), selected=-1, sorted=False)
