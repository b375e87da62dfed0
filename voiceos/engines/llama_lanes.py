"""The attention cache of llama.cpp as lanes: token lists that are evaluated once, kept, cut, shifted and saved.

Everything here is llama.cpp's C interface through ctypes; the high-level class of llama-cpp-python knows one sequence
only. One context holds all lanes in one pool of cells, and each lane has a budget, so none can push another out.
"""

from __future__ import annotations

import array
import ctypes
import logging
from collections.abc import Generator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from llama_cpp import llama_cpp as c

from voiceos.engines import overlap
from voiceos.errors import EngineError

log = logging.getLogger(__name__)


PADDED_FROM, PADDED_TOKENS = 11, 16
"""Batches of so many tokens are filled up (`python -m voiceos.bench.llm` prints what each size costs)."""


@c.llama_log_callback  # type: ignore[untyped-decorator]
def _to_log(level: int, text: bytes, _: object) -> None:
    """llama.cpp's own messages (it never prints prompts); kept at module level so that it outlives every context."""
    log.debug("%s", text.decode(errors="replace").rstrip())


def silence() -> None:
    c.llama_log_set(_to_log, ctypes.c_void_p(0))


class Lanes:
    """Lanes over one context of `model`.

    Args:
        model: `llama_model *`.
        budgets: tokens that each lane may hold.
        threads: of the processor.
        batch_tokens: the most that one step evaluates.
    """

    def __init__(self, model: Any, budgets: Sequence[int], *, threads: int, batch_tokens: int) -> None:
        self.budgets = tuple(budgets)
        self.tokens = [array.array("i") for _ in budgets]
        """What each lane holds: thousands of tokens, which as a list take ten times the memory. Only this class changes
        it."""
        params = c.llama_context_default_params()
        params.n_ctx = sum(budgets)
        params.n_seq_max = len(budgets)
        params.kv_unified = True  # without it every lane gets an equal share, whatever its budget
        params.n_batch = params.n_ubatch = batch_tokens
        params.n_threads = params.n_threads_batch = threads
        # Without it a batch over a long history is quicker on a processor (`python -m voiceos.bench.llm --history 30`).
        params.flash_attn_type = c.LLAMA_FLASH_ATTN_TYPE_DISABLED
        params.no_perf = True
        self._context = c.llama_init_from_model(model, params)
        if not self._context:
            raise EngineError("the language model's context cannot be made: too little memory?")
        self._memory = c.llama_get_memory(self._context)
        self._can_shift = bool(c.llama_memory_can_shift(self._memory))
        self._batch_tokens = batch_tokens
        self._batch = c.llama_batch_init(batch_tokens, 0, 1)
        self._vocabulary_size = c.llama_vocab_n_tokens(c.llama_model_get_vocab(model))
        self._watched: list[npt.NDArray[np.float32] | None] = [None for _ in budgets]
        self._logits_of: int | None = None
        """The lane whose last token was the last to be evaluated; the context keeps the logits of one only."""

    def touch(self, token: int) -> None:
        """Evaluate a batch behind a full context, and empty all lanes: from then on evaluating takes no more memory.

        llama.cpp sets memory aside for a batch over the whole context, and the system gives it page by page as the
        context fills (`python -m voiceos.bench.context_memory`). Two batches are evaluated; what fills the context is
        copies of the first one, of which a lane may hold any number at the same places. A context that cannot be
        filled like that (one whose layers see a window only) takes its memory as it fills.

        Args:
            token: any of the vocabulary.
        """
        batch = [token] * self._batch_tokens
        whole, copied = range(2)
        self.decode(whole, batch)
        state = self.state(whole)
        for _ in range(c.llama_n_ctx(self._context) // len(batch) - 2):
            if not self.load(copied, batch, state):
                break
            c.llama_memory_seq_cp(self._memory, copied, whole, -1, -1)
        try:
            self.decode(whole, batch)
        except EngineError as error:
            log.debug("the context takes its memory as it fills: %s", error)
        self.clear()

    def extend(
        self, lane: int, tokens: Sequence[int], *, batch_tokens: int, watch: int | None = None
    ) -> Generator[None, None, int]:
        """Make the lane equal `tokens`; a checkpoint before each batch. Returns how many were evaluated.

        Args:
            watch: keep the logits behind so many of the tokens (1 to all), for `watched`.
        """
        wanted = array.array("i", tokens)
        if watch is not None and not 1 <= watch <= len(wanted):
            raise ValueError(f"there is nothing to watch behind {watch} of {len(wanted)} tokens")
        if len(wanted) > self.budgets[lane]:
            raise ValueError(f"{len(wanted)} tokens exceed the lane's {self.budgets[lane]}")
        if not wanted:
            self._cut(lane, 0)
            return 0
        kept = self._keep(lane, wanted)
        if kept == len(wanted) and (len(self.tokens[lane]) > kept or self._logits_of != lane):
            kept -= 1  # the last token once more, for its logits
        self._watched[lane] = None
        if watch is not None:
            if kept == watch == len(self.tokens[lane]) and self._logits_of == lane:
                self._watched[lane] = self._logits(-1).copy()  # the last evaluation ended there
            else:
                kept = min(kept, watch - 1)
        self._cut(lane, kept)
        todo = wanted[len(self.tokens[lane]) :]
        for start in range(0, len(todo), batch_tokens):
            if start:
                yield None
            self.decode(lane, todo[start : start + batch_tokens], watch=watch)
        return len(todo)

    def decode(self, lane: int, tokens: Sequence[int], *, watch: int | None = None) -> None:
        """Append `tokens` (one batch at most) to the lane; its logits are then those after the last one."""
        held = self.tokens[lane]
        watched = None if watch is None else watch - 1 - len(held)
        batch = self._batch
        padded = self._padded(len(held), len(tokens), self.budgets[lane])
        for i in range(padded):
            batch.token[i] = tokens[min(i, len(tokens) - 1)]
            batch.pos[i] = len(held) + i
            batch.n_seq_id[i] = 1
            batch.seq_id[i][0] = lane
            batch.logits[i] = i in (len(tokens) - 1, watched)
        batch.n_tokens = padded
        self._logits_of = None
        code = c.llama_decode(self._context, batch)
        if code:
            c.llama_memory_seq_rm(self._memory, lane, len(held), -1)
            raise EngineError(f"llama.cpp could not evaluate {len(tokens)} tokens (code {code})")
        if padded > len(tokens):
            c.llama_memory_seq_rm(self._memory, lane, len(held) + len(tokens), -1)
        held.extend(tokens)
        self._logits_of = lane
        if watched is not None and 0 <= watched < len(tokens):
            self._watched[lane] = self._logits(watched).copy()

    def _padded(self, held: int, tokens: int, budget: int) -> int:
        """Tokens to evaluate for so many: sixteen take less time than eleven to fifteen, and what is behind the last
        one changes nothing before it. It is cut off again, which only models whose lanes can be moved allow."""
        fits = self._batch_tokens >= PADDED_TOKENS and held + PADDED_TOKENS <= budget
        return PADDED_TOKENS if self._can_shift and fits and PADDED_FROM <= tokens < PADDED_TOKENS else tokens

    def watched(self, lane: int) -> npt.NDArray[np.float32]:
        """float32 (vocabulary,): the logits that the last `extend` was to keep. ValueError where there are none."""
        logits = self._watched[lane]
        if logits is None:
            raise ValueError("nothing was watched")
        return logits

    def logits(self, lane: int) -> npt.NDArray[np.float32]:
        """float32 (vocabulary,): a view, valid until the next evaluation. ValueError for an empty lane."""
        if not self.tokens[lane]:
            raise ValueError("the lane is empty")
        if self._logits_of != lane:
            for _ in self.extend(lane, self.tokens[lane], batch_tokens=self._batch_tokens):
                pass  # one token, unless the model cannot go back
        return self._logits(-1)

    def _logits(self, index: int) -> npt.NDArray[np.float32]:
        """Of one token of the last batch; -1 is the last."""
        pointer = c.llama_get_logits_ith(self._context, index)
        return np.ctypeslib.as_array(pointer, shape=(self._vocabulary_size,))

    def state(self, lane: int) -> bytes:
        """The lane's attention state, for `load` on the same model and the same llama.cpp."""
        size = c.llama_state_seq_get_size(self._context, lane)
        buffer = (ctypes.c_uint8 * size)()
        written = c.llama_state_seq_get_data(self._context, buffer, size, lane)
        return bytes(buffer[:written]) if written < size else bytes(buffer)

    def load(self, lane: int, tokens: Sequence[int], state: bytes) -> bool:
        """Put a saved lane in the place of this one; False (and an empty lane) if llama.cpp refuses it."""
        self._cut(lane, 0)
        self._watched[lane] = None
        buffer = (ctypes.c_uint8 * len(state)).from_buffer_copy(state)
        if not c.llama_state_seq_set_data(self._context, buffer, len(state), lane):
            self._cut(lane, 0)
            return False
        self.tokens[lane] = array.array("i", tokens)
        return True

    def clear(self) -> None:
        for lane in range(len(self.tokens)):
            self._cut(lane, 0)

    def _keep(self, lane: int, wanted: array.array[int]) -> int:
        """How many leading tokens of `wanted` the lane holds, after moving up a tail from which history was cut."""
        held = self.tokens[lane]
        kept = overlap.common(held, wanted)
        if not self._can_shift:
            return kept
        source, length = overlap.tail(held, wanted, kept)
        if length:
            gap = source - kept
            if not c.llama_memory_seq_rm(self._memory, lane, kept, source):
                return kept
            c.llama_memory_seq_add(self._memory, lane, source, -1, -gap)
            del held[kept:source]
            self._logits_of = None if self._logits_of == lane else self._logits_of
        return kept + length

    def _cut(self, lane: int, length: int) -> None:
        held = self.tokens[lane]
        if length < len(held) or not length:
            if self._logits_of == lane:
                self._logits_of = None
            if not c.llama_memory_seq_rm(self._memory, lane, length, -1):
                # Recurrent models cannot go back by part of a sequence: begin again.
                c.llama_memory_seq_rm(self._memory, lane, -1, -1)
                length = 0
            del held[length:]
