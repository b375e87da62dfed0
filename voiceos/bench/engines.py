"""`python -m voiceos.bench.engines`: each engine of the starter set alone, on fixed inputs, in its own process as in
the program.

The recogniser on 2.5, 5 and 10 s of speech (the voice's own); the language model on so many tokens more behind the
persona, and how fast it writes; the voice on phrases of 2 to 16 words; the end-of-turn model on 3 s; the voice activity
detector on one frame. Engines are loaded and measured one after the other, so that none disturbs another.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import statistics
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import soxr

from voiceos.app import Engines, Stage
from voiceos.audio.frames import FRAME_SAMPLES, RATE_HZ, Samples
from voiceos.bench.conversation_sounds import PITCH
from voiceos.bench.conversation_turns import LONG
from voiceos.bench.sound import percentile
from voiceos.config import Settings
from voiceos.engines.silero import Silero
from voiceos.errors import VoiceosError
from voiceos.thinking.ports import Lane, Message, Sampling
from voiceos.thinking.prompt import Persona

SPEECH_S = (2.5, 5.0, 10.0)
TOKENS = (1, 4, 8, 16, 32)
WRITTEN_TOKENS = 40
PHRASES = {
    2: "Good morning.",
    4: "That is quite right.",
    8: "The capital of Italy is the old Rome.",
    16: "You could cook some rice with vegetables, as that takes half an hour and needs little work.",
}
"""By their number of words."""
FRAMES = 100
"""One frame is too short to be timed alone."""


@dataclass(frozen=True, slots=True)
class Row:
    """One engine on one input."""

    engine: str
    input: str
    unit: str
    """ms, or tokens/s."""
    median: float
    p25: float
    p75: float
    rounds: int


def row(engine: str, what: str, values: Sequence[float], unit: str = "ms") -> Row:
    """Median and quartiles of at least one value."""
    p25, p75 = (percentile(list(values), q) for q in (25, 75))
    return Row(engine, what, unit, statistics.median(values), p25, p75, len(values))


async def timed(rounds: int, call: Callable[[], Awaitable[object]]) -> list[float]:
    """Milliseconds of each call; one more goes before them and does not count."""
    costs = []
    for number in range(rounds + 1):
        begun = time.perf_counter()
        await call()
        if number:
            costs.append((time.perf_counter() - begun) * 1000)
    return costs


@contextlib.asynccontextmanager
async def alone(stage: Stage) -> AsyncIterator[Engines]:
    """One engine, loaded. Raises what keeps it from loading."""
    async with Engines(Settings(), {stage}) as engines:
        for problem in await engines.wait_ready():
            raise problem
        yield engines


async def voice(rounds: int) -> tuple[list[Row], Samples]:
    """The voice, and 16 kHz speech of it for the others."""
    async with alone("tts") as engines:
        tts = engines.tts
        rows = []
        for words, text in PHRASES.items():
            costs = await timed(rounds, lambda text=text: tts.synthesize(text, speed=1.0))  # type: ignore[misc]
            rows.append(row("voice", f"{words} words", costs))
        spoken = [await tts.synthesize(text, speed=1.0) for text in LONG]
    said = [soxr.resample(one.samples, one.rate_hz * PITCH, RATE_HZ) for one in spoken]
    return rows, np.concatenate(said)


async def recogniser(rounds: int, speech: Samples) -> list[Row]:
    """And the end-of-turn model, which is loaded with it."""
    rows = []
    async with alone("stt") as engines:
        for seconds in SPEECH_S:
            part = speech[: round(seconds * RATE_HZ)]
            costs = await timed(rounds, lambda part=part: engines.stt.transcribe(part, language="en"))  # type: ignore[misc]
            rows.append(row("recogniser", f"{seconds} s of speech", costs))
        judge = engines.end_of_turn
        if judge is not None:
            last = speech[: 3 * RATE_HZ]
            rows.append(row("end of turn", "3 s of speech", await timed(rounds, lambda: judge.probability(last))))
    return rows


async def language_model(rounds: int) -> list[Row]:
    async with alone("llm") as engines:
        llm, lane = engines.llm, Lane.CONVERSATION
        persona = Message("system", Persona.load("en", "Ada").system)
        question = Message("user", " ".join(LONG))
        whole = await llm.render([persona, question], open_role="assistant")
        known = len(await llm.render([persona], open_role="user"))
        rows = []
        for count in TOKENS:
            costs = []
            for _ in range(rounds):
                await llm.extend(lane, whole[:known])
                begun = time.perf_counter()
                await llm.extend(lane, whole[: known + count])
                costs.append((time.perf_counter() - begun) * 1000)
            rows.append(row("language model", f"{count} tokens read", costs))
        rates = []
        for seed in range(rounds):
            await llm.extend(lane, whole)
            pieces = llm.generate(lane, sampling=Sampling(max_tokens=WRITTEN_TOKENS, seed=seed))
            await anext(pieces)
            begun = time.perf_counter()
            count = 1 + sum([1 async for _ in pieces])  # the token that ended the answer cost as much
            rates.append(count / (time.perf_counter() - begun))
        rows.append(row("language model", "writes", rates, "tokens/s"))
    return rows


async def activity(rounds: int, speech: Samples) -> Row:
    detector = Silero()
    frames = [speech[n * FRAME_SAMPLES : (n + 1) * FRAME_SAMPLES] for n in range(FRAMES)]

    async def judge() -> None:
        for frame in frames:
            detector.probability(frame)

    return row("voice activity", "one frame, 32 ms", [ms / FRAMES for ms in await timed(rounds, judge)])


async def measure(rounds: int) -> list[Row]:
    """All rows. Raises VoiceosError where an engine or its model is missing."""
    rows, speech = await voice(rounds)
    return [*await recogniser(rounds, speech), *await language_model(rounds), *rows, await activity(rounds, speech)]


def table(rows: Sequence[Row]) -> str:
    lines = [f"{'engine':16}{'input':18}{'median':>9}{'quartiles':>20}"]
    for one in rows:
        digits = 2 if one.median < 10 else 0 if one.median >= 100 else 1
        spread = f"{one.p25:.{digits}f} to {one.p75:.{digits}f}"
        lines.append(f"{one.engine:16}{one.input:18}{one.median:9.{digits}f}{spread:>20} {one.unit}")
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m voiceos.bench.engines", description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--json", type=Path, help="write the figures there")
    options = parser.parse_args()
    try:
        rows = asyncio.run(measure(options.rounds))
    except VoiceosError as error:
        print(f"{error}: {error.hint}" if error.hint else error, file=sys.stderr)
        return error.exit_code
    print(f"median of {options.rounds}")
    print(table(rows))
    if options.json:
        options.json.write_text(json.dumps([asdict(one) for one in rows], indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
