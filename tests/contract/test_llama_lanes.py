"""Lanes of llama.cpp, evaluated by the smallest model: batches that are filled up leave no trace.

In a process of their own: llama.cpp and the voice activity detector bring libraries of one name (ggml), and whichever
is loaded first serves both.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pytest

from voiceos.thinking.ports import Message

if TYPE_CHECKING:
    from voiceos.engines.llama_lanes import Lanes

BUDGET = 128
"""Of each lane; llama.cpp rounds the pool up to 256 cells, which two of them are, so that there is none to spare."""
BEGUN = 20
"""Tokens that the lane holds before the batch in question."""

TEXT = "The hare ran on and on through the wet grass, over two hills and a river, and it never once looked back. "
TALK, OTHER = 0, 1

ATOL = 1.0
"""Between batches of different sizes: one token alone goes through other kernels than several."""

Logits = npt.NDArray[np.float32]
Run = Callable[..., Any]

_engine: Any = None


def _load(path: str) -> None:
    global _engine
    from voiceos.engines.llama_cpp import LlamaCpp

    _engine = LlamaCpp(path, context_tokens=BUDGET, background_tokens=BUDGET)


@pytest.fixture(scope="module")
def apart(models_dir: Path) -> Iterator[Run]:
    """Calls a function of this module in the process that has the model."""
    path = models_dir / "smollm2-135m-instruct-q4_1" / "SmolLM2-135M-Instruct.Q4_1.gguf"
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawn, initializer=_load, initargs=(str(path),)) as pool:
        yield lambda work, *arguments: pool.submit(work, *arguments).result()


def _fresh() -> tuple[Lanes, list[int]]:
    """Empty lanes, and as many tokens as one holds."""
    _engine._lanes.clear()
    return _engine._lanes, _engine.render([Message("user", TEXT * 6)], None)[:BUDGET]


def _extend(lanes: Lanes, tokens: Sequence[int], *, batch_tokens: int = 32, watch: int | None = None) -> int:
    steps = lanes.extend(TALK, tokens, batch_tokens=batch_tokens, watch=watch)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return int(end.value)


def _by_fours(end: int) -> Logits:
    """Logits behind `end` tokens in batches too small to be filled up."""
    lanes, tokens = _fresh()
    _extend(lanes, tokens[:end], batch_tokens=4)
    return lanes.logits(TALK).copy()


def _in_one_go(new: int) -> tuple[Logits, bool, int, int, Logits]:
    """Behind `new` further tokens: their logits, whether the lane holds what it should, what the same and two more then
    cost, and the logits behind those."""
    lanes, tokens = _fresh()
    end = BEGUN + new
    _extend(lanes, tokens[:BEGUN], batch_tokens=4)
    assert _extend(lanes, tokens[:end]) == new
    logits, holds = lanes.logits(TALK).copy(), lanes.tokens[TALK] == tokens[:end]
    again = _extend(lanes, tokens[:end])
    more = _extend(lanes, tokens[: end + 2])
    return logits, holds, again, more, lanes.logits(TALK).copy()


def assert_same(logits: Logits, expected: Logits) -> None:
    assert logits.argmax() == expected.argmax()
    assert np.allclose(logits, expected, rtol=0.0, atol=ATOL)


@pytest.mark.parametrize("new", [10, 11, 12, 15, 16])
def test_a_batch_that_is_filled_up_gives_the_logits_of_its_own_last_token(apart: Run, new: int) -> None:
    logits, holds, again, more, behind_more = apart(_in_one_go, new)
    assert_same(logits, apart(_by_fours, BEGUN + new))
    assert not np.allclose(logits, apart(_by_fours, BEGUN + new - 1), rtol=0.0, atol=ATOL), "any logits would do"
    assert holds
    assert (again, more) == (0, 2)
    assert_same(behind_more, apart(_by_fours, BEGUN + new + 2))


def _up_to_the_end(left: int) -> tuple[Logits, int]:
    """A batch of 12 tokens behind which `left` of the lane's budget are free: its logits, and tokens then held."""
    lanes, tokens = _fresh()
    end = BUDGET - left
    _extend(lanes, tokens[: end - 12], batch_tokens=4)
    lanes.decode(TALK, tokens[end - 12 : end])
    return lanes.logits(TALK).copy(), len(lanes.tokens[TALK])


@pytest.mark.parametrize("left", [0, 3, 4])
def test_near_the_end_of_the_budget_nothing_fails(apart: Run, left: int) -> None:
    logits, held = apart(_up_to_the_end, left)
    assert held == BUDGET - left
    assert_same(logits, apart(_by_fours, BUDGET - left))


def _other_lane_full() -> Logits:
    """Logits of a full lane after its neighbour was filled to the end as well, by a last batch of 12."""
    lanes, tokens = _fresh()
    assert len(tokens) == BUDGET
    _extend(lanes, tokens, batch_tokens=4)
    for end in (BUDGET - 12, BUDGET):
        for _ in lanes.extend(OTHER, tokens[:end], batch_tokens=16):
            pass
    return lanes.logits(TALK).copy()


def test_what_fills_a_batch_up_takes_no_room_from_the_other_lane(apart: Run) -> None:
    assert_same(apart(_other_lane_full), apart(_by_fours, BUDGET))


def _watched(behind: int, held: int, new: int) -> tuple[Logits, Logits]:
    """Logits watched behind `behind` tokens and those at the end, where `new` tokens are asked for and the last
    evaluation ended at `held`."""
    lanes, tokens = _fresh()
    _extend(lanes, tokens[:BEGUN], batch_tokens=4)
    _extend(lanes, tokens[:held])
    _extend(lanes, tokens[:new], watch=behind)
    return lanes.watched(TALK).copy(), lanes.logits(TALK).copy()


@pytest.mark.parametrize(
    ("behind", "held", "new"),
    [
        pytest.param(BEGUN + 5, BEGUN, BEGUN + 12, id="within a batch that is filled up"),
        pytest.param(BEGUN + 12, BEGUN, BEGUN + 12, id="at the last token of one"),
        pytest.param(BEGUN + 12, BEGUN + 12, BEGUN + 24, id="where one has just ended"),
        pytest.param(BEGUN + 12, BEGUN + 12, BEGUN + 12, id="where one has just ended, and nothing is new"),
    ],
)
def test_what_is_watched_is_what_stood_there(apart: Run, behind: int, held: int, new: int) -> None:
    watched, end = apart(_watched, behind, held, new)
    assert_same(watched, apart(_by_fours, behind))
    assert_same(end, apart(_by_fours, new))
