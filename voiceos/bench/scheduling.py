"""Whether memory locking, batch sizes and priorities make the language model any faster here:

    python -m voiceos.bench.scheduling MODEL.gguf [--rounds N]

All are measured in turns within one run, so that a busy machine disturbs them alike. A neighbour, where there is one,
is a program that does nothing but sums.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from voiceos.engines.cores import cores

NEW_TOKENS = 12
LONG_TOKENS = 64
WRITTEN = 8
KEPT_TOKENS = 200
NICE = (0, 10)
BATCHES = (32, 64, 512)
BUSY = "while True: pass"

Work = Callable[[], Mapping[str, float]]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m voiceos.bench.scheduling", description=__doc__)
    parser.add_argument("model", type=Path, help="a GGUF file")
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    os.environ.setdefault("GOMP_SPINCOUNT", "1000")  # as in the program
    from llama_cpp import llama_cpp as c

    from voiceos.engines import llama_lanes

    llama_lanes.silence()
    c.llama_backend_init()
    modes = {
        "weights in memory": c.LLAMA_LOAD_MODE_NONE,
        "weights mapped": c.LLAMA_LOAD_MODE_MMAP,
        "weights in memory, locked": c.LLAMA_LOAD_MODE_MLOCK,
    }
    models = {name: _load(c, options.model, mode) for name, mode in modes.items()}
    usual = next(iter(modes))
    lanes = {
        (name, size): llama_lanes.Lanes(model, (1024,), threads=cores(), batch_tokens=size)
        for name, model in models.items()
        for size in (BATCHES if name == usual else BATCHES[:1])
    }
    print(f"{options.model.name}, {cores()} threads, median of {options.rounds} in ms")
    works = {f"{name}, batches of {size}": _work(one, size) for (name, size), one in lanes.items()}
    report("alone", works, options.rounds)
    first: dict[str, Work] = {"as in the program": next(iter(works.values()))}
    for nice in NICE:
        with neighbour(nice):
            report(f"beside one busy neighbour of nice {nice}", first, options.rounds)
    return 0


def _load(c: Any, path: Path, mode: int) -> Any:
    params = c.llama_model_default_params()
    params.load_mode = mode
    return c.llama_model_load_from_file(os.fsencode(path), params)


def _work(lanes: Any, batch_tokens: int) -> Work:
    """What a turn asks: a few tokens behind a kept prompt, a long utterance, and the first phrase."""
    prompt = [100 + n % 1000 for n in range(KEPT_TOKENS + LONG_TOKENS)]

    def extended(count: int) -> None:
        for _ in lanes.extend(0, prompt[:count], batch_tokens=batch_tokens):
            pass

    def work() -> Mapping[str, float]:
        costs_s = {}
        for new in (NEW_TOKENS, LONG_TOKENS):
            extended(KEPT_TOKENS)
            begun = time.perf_counter()
            extended(KEPT_TOKENS + new)
            costs_s[f"{new} tokens read"] = time.perf_counter() - begun
        begun = time.perf_counter()
        for _ in range(WRITTEN):
            lanes.decode(0, [100])
        costs_s[f"{WRITTEN} written"] = time.perf_counter() - begun
        return costs_s

    return work


@contextlib.contextmanager
def neighbour(nice: int) -> Iterator[None]:
    """A busy program of that niceness."""
    busy = subprocess.Popen([sys.executable, "-c", f"import os; os.nice({nice})\n{BUSY}"])
    try:
        yield
    finally:
        busy.kill()
        busy.wait()


def report(title: str, works: Mapping[str, Work], rounds: int) -> None:
    """Print a row for each, all having been run in turns."""
    costs_s: dict[str, list[Mapping[str, float]]] = {name: [] for name in works}
    for number in range(rounds + 1):
        for name, work in works.items():
            cost_s = work()
            if number:  # the first allocates
                costs_s[name].append(cost_s)
    print(f"\n{title}")
    for name, all_s in costs_s.items():
        medians = {what: statistics.median(one[what] for one in all_s) * 1000 for what in all_s[0]}
        print(f"{name:45}" + "".join(f"{what:>18} {ms:6.0f}" for what, ms in medians.items()))


if __name__ == "__main__":
    sys.exit(main())
