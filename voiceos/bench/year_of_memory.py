"""Whether answers come later once it remembers a year: `python -m voiceos.bench.year_of_memory`.

The real program over the virtual sound card is asked the same questions with an empty memory and with that of a year of
everyday talk (`voiceos.bench.recall`), in turns: empty, year, year, empty. The questions are about nothing that was
told, as most are; the words are the likeliest. Prints voice-to-voice latency of both, as `voice_to_voice` measures it,
the median difference between a question's answers, and the median waterfalls.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import sqlite3
import statistics
import sys
import tempfile
from pathlib import Path

import platformdirs

from voiceos import stored
from voiceos.audio.frames import RATE_HZ, Samples
from voiceos.bench import waterfall
from voiceos.bench.recall import MODEL, embed_all, store_for
from voiceos.bench.recordings import model
from voiceos.bench.session import Session
from voiceos.bench.sound import percentile
from voiceos.bench.virtual_card import VirtualCard
from voiceos.bench.voice_to_voice import QUESTIONS, spoken, starter_settings
from voiceos.config import Settings
from voiceos.engines.minilm import MiniLM
from voiceos.errors import VoiceosError
from voiceos.memory import Store

TURNS = 20_000
"""Told in the year: 55 a day."""
ORDER = ("empty", "year", "year", "empty")
"""So that what drifts meanwhile is in both."""
OVERRIDES = {"llm.temperature": "0", "memory.learn": "false"}
"""The likeliest words, so that a question's answers are alike; and nothing is done between two questions that a trial
of seconds would have in the way and a day does not."""

Asked = dict[str, list[float]]
"""Latencies of each question, ms."""


def year(folder: Path) -> Path:
    """A database with all its vectors. Raises VoiceosError."""
    path = store_for(TURNS, 1, folder)
    with Store(path) as store:
        embed_all(store, MiniLM(model(MODEL)))
    return path


async def ask(home: Path, utterances: list[tuple[str, Samples]]) -> tuple[Asked, list[dict[str, int]]]:
    """Each question once, by a program that begins; also its waterfalls."""
    asked: Asked = {}
    with VirtualCard() as card:
        arguments = ["--no-greeting", "--trace-json"]
        async with Session(card, starter_settings(), home, arguments=arguments, overrides=OVERRIDES) as session:
            for text, samples in utterances:
                latency_s = (await session.ask(samples, RATE_HZ)).latency_s
                if latency_s is not None:
                    asked.setdefault(text, []).append(latency_s * 1000)
            traces = [json.loads(line.split("trace ", 1)[1]) for line in session.lines if "trace {" in line]
    return asked, traces


async def measure(memory: Path, questions: int) -> None:
    utterances = await spoken(QUESTIONS[:questions], Settings())
    told: dict[str, Asked] = {"empty": {}, "year": {}}
    traces: dict[str, list[dict[str, int]]] = {"empty": [], "year": []}
    for name in ORDER:
        with tempfile.TemporaryDirectory() as folder:
            if name == "year":
                state = Path(folder) / "state" / "voiceos"
                state.mkdir(parents=True, mode=0o700)
                with (
                    contextlib.closing(sqlite3.connect(memory)) as source,
                    contextlib.closing(sqlite3.connect(state / stored.MEMORY.name)) as copy,
                ):
                    source.backup(copy)
            asked, waterfalls = await ask(Path(folder), utterances)
        for text, latencies in asked.items():
            told[name].setdefault(text, []).extend(latencies)
        traces[name] += waterfalls
        print(f"… {name}: {len(asked)} of {len(utterances)} answered", file=sys.stderr, flush=True)
    for name, asked in told.items():
        values = [one for latencies in asked.values() for one in latencies]
        figures = ", ".join(f"p{q} {percentile(values, q):.0f} ms" for q in (50, 90, 95))
        print(f"{name:6} {len(values):3} answers  {figures}")
    later = [
        statistics.mean(told["year"][text]) - statistics.mean(told["empty"][text])
        for text in told["empty"]
        if text in told["year"]
    ]
    print(f"later with the year by, median over {len(later)} questions: {percentile(later, 50):.0f} ms")
    for name, waterfalls in traces.items():
        print(f"{name}: {waterfall.medians(waterfalls)}")


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m voiceos.bench.year_of_memory", description=__doc__.partition("\n")[0]
    )
    parser.add_argument("--questions", type=int, default=len(QUESTIONS), help="how many of them, each asked four times")
    options = parser.parse_args()
    try:
        memory = year(platformdirs.user_cache_path("voiceos") / "bench")
        asyncio.run(measure(memory, options.questions))
    except VoiceosError as error:
        print(f"{error}: {error.hint}", file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
