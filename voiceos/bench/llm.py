"""What the language model costs here: first token with the prefix kept and without, speed, evaluation by batch size.

    python -m voiceos.bench.llm MODEL.gguf [--threads N] [--rounds N]

Both sides of a ratio are measured in turns within one run, so that a busy machine disturbs both.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Generator
from typing import Any

from voiceos.engines.llama_cpp import LlamaCpp
from voiceos.thinking.ports import Lane, Message, Sampling
from voiceos.thinking.prompt import Persona

BATCH_SIZES = (1, 2, 4, 8, 10, 12, 14, 16, 32)
QUESTIONS = (
    "What is the capital of Australia?",
    "How long does it take to boil an egg?",
    "Could you tell me why the sky is blue?",
    "What should I cook for dinner tonight?",
)

ANSWER = "That is a good question, and there is more than one answer to it, as far as I can tell."


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("model", help="a GGUF file")
    parser.add_argument("--threads", type=int, default=0, help="0: as many as there are cores")
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--history", type=int, default=0, help="turns that have been spoken before")
    arguments = parser.parse_args()
    started = time.perf_counter()
    engine = LlamaCpp(arguments.model, threads=arguments.threads)
    print(f"{engine.info().name}: loaded in {time.perf_counter() - started:.1f} s")
    _first_token(engine, arguments.rounds, arguments.history)
    _batches(engine, arguments.rounds)


def _first_token(engine: LlamaCpp, rounds: int, history: int) -> None:
    system = [Message("system", Persona.load("en", "Ada").system)]
    for turn in range(history):
        system += [Message("user", QUESTIONS[turn % len(QUESTIONS)]), Message("assistant", ANSWER)]
    opened = engine.render(system, open_role="user")
    kept_s, fresh_s, rates = [], [], []
    for turn in range(rounds):
        question = QUESTIONS[turn % len(QUESTIONS)]
        prompt = engine.render([*system, Message("user", question)], open_role="assistant")
        sampling = Sampling(max_tokens=40, seed=turn)
        _run(engine.extend(Lane.CONVERSATION, []))
        begun = time.perf_counter()
        _run(engine.extend(Lane.CONVERSATION, prompt))
        _first(engine, sampling)
        fresh_s.append(time.perf_counter() - begun)
        _run(engine.extend(Lane.CONVERSATION, opened))
        begun = time.perf_counter()
        new = _run(engine.extend(Lane.CONVERSATION, prompt))
        pieces = engine.generate(Lane.CONVERSATION, sampling, None)
        next(pieces)
        kept_s.append(time.perf_counter() - begun)
        begun = time.perf_counter()
        count = 1 + sum(1 for _ in pieces)  # the token that ended the answer cost as much
        rates.append(count / (time.perf_counter() - begun))
        print(f"  prompt {len(prompt)} tokens, {new} new: first token {kept_s[-1]:.2f} s, not kept {fresh_s[-1]:.2f} s")
    ratios = [kept / fresh for kept, fresh in zip(kept_s, fresh_s, strict=True)]
    print(f"first token: kept {statistics.median(kept_s):.2f} s, not kept {statistics.median(fresh_s):.2f} s")
    print(f"ratio kept / not kept: {statistics.median(ratios):.2f} (median of {rounds})")
    print(f"tokens per second: {statistics.median(rates):.1f}")


def _batches(engine: LlamaCpp, rounds: int) -> None:
    tokens = engine.render([Message("user", "one two three four five six seven eight nine ten " * 8)], open_role=None)
    for size in BATCH_SIZES:
        costs_s = []
        for _ in range(rounds):
            _run(engine.extend(Lane.CONVERSATION, tokens[:32]))
            begun = time.perf_counter()
            _run(engine.extend(Lane.CONVERSATION, tokens[: 32 + size]))
            costs_s.append(time.perf_counter() - begun)
        median_s = statistics.median(costs_s)
        print(f"evaluating {size:2} tokens: {median_s * 1000:5.0f} ms, {median_s / size * 1000:4.1f} ms each")


def _first(engine: LlamaCpp, sampling: Sampling) -> None:
    pieces = engine.generate(Lane.CONVERSATION, sampling, None)
    next(pieces)
    pieces.close()


def _run(steps: Generator[Any, None, int]) -> int:
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return int(end.value)


if __name__ == "__main__":
    main()
