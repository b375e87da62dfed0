"""`python -m voiceos.bench.voice_to_voice`: how long the answer takes, measured from outside.

The real program over the virtual sound card, its voice and the user's on one recording of one clock. Latency is from
the last 5 ms of the user's speech above −40 dBFS to the first 5 ms of the answer above −46 dBFS. The way through
PortAudio, ALSA and PulseAudio is included. Prints a table; writes JSON and a PNG of the waterfalls where asked.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import tempfile
from pathlib import Path

import soxr

from voiceos.app import Engines
from voiceos.audio import files
from voiceos.audio.frames import RATE_HZ, Samples
from voiceos.bench import waterfall
from voiceos.bench.session import Exchange, Session
from voiceos.bench.sound import percentile
from voiceos.bench.virtual_card import VirtualCard
from voiceos.catalogue import catalog
from voiceos.config import Settings

STARTER = """\
version = 1
[assistant]
openers = false
[stt]
model = "{stt}"
[llm]
model = "{llm}"
[tts]
voice = "{tts}"
[end_of_turn]
model = "{turn}"
[audio]
earcons = false
"""

QUESTIONS = (
    "What is the capital of Italy?",
    "How many days are there in a week?",
    "Can you tell me a short joke?",
    "I had a long day at work today.",
    "What should I cook for dinner tonight?",
    "Who wrote Romeo and Juliet?",
    "What is the largest planet in the solar system?",
    "Do you like music?",
    "How do plants make their food?",
    "What is a good name for a cat?",
    "Why is the sky blue?",
    "I'm thinking about learning the piano.",
    "What does a carpenter do?",
    "How far away is the moon?",
    "Give me one tip for sleeping better.",
)
"""Spoken by the voice of the starter set, a little higher. Human recordings join where they are to be had."""

HUMAN = ("commands/google_brooklyn.flac", "commands/dialogflow_book_a_room.flac", "commands/ms_kws_weather.flac")


def starter_settings(extra: str = "") -> str:
    """A config.toml that pins the starter set, whatever this machine's user prefers; without openers, the first sound
    is the first word of the answer."""
    names = {model.kind.value: model.name for model in reversed(catalog().starter)}
    return STARTER.format(**names) + extra


def human_recordings() -> list[tuple[str, Samples]]:
    """Questions of real people, optional shared test data; empty where VOICEOS_SPEECH does not lead to any."""
    root = Path(os.environ.get("VOICEOS_SPEECH", "../shared/speech"))
    return [(name, files.read(root / name)) for name in HUMAN if (root / name).is_file()]


async def spoken(texts: tuple[str, ...], settings: Settings) -> list[tuple[str, Samples]]:
    """Sentences spoken by the voice, 12 % higher, 16 kHz."""
    async with Engines(settings, {"tts"}) as engines:
        made = []
        for text in texts:
            speech = await engines.tts.synthesize(text, speed=1.0)
            made.append((text, soxr.resample(speech.samples, speech.rate_hz * 1.12, RATE_HZ)))
    return made


async def measure(turns: int) -> tuple[list[tuple[str, Exchange]], list[dict[str, int]], dict[str, float]]:
    """Ask `turns` questions; what was asked and how it went, the program's own waterfalls, and its cost."""
    utterances = human_recordings() + await spoken(QUESTIONS, Settings())
    done: list[tuple[str, Exchange]] = []
    with VirtualCard() as card, tempfile.TemporaryDirectory() as home:
        settings = starter_settings()
        async with Session(card, settings, Path(home), arguments=["--no-greeting", "--trace-json"]) as session:
            for number in range(turns):
                name, samples = utterances[number % len(utterances)]
                exchange = await session.ask(samples, RATE_HZ)
                done.append((name, exchange))
                latency = f"{exchange.latency_s * 1000:6.0f} ms" if exchange.latency_s is not None else "no answer"
                print(f"{number + 1:3}  {latency}  {name}", flush=True)
            memory = session.memory_bytes()
            waterfalls = [json.loads(line.split("trace ", 1)[1]) for line in session.lines if "trace {" in line]
    return done, waterfalls, {"memory_gb": memory / 1e9}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=50)
    parser.add_argument("--json", type=Path, help="write the figures there")
    arguments = parser.parse_args()
    done, waterfalls, cost = asyncio.run(measure(arguments.turns))
    latencies = [one.latency_s * 1000 for _, one in done if one.latency_s is not None]
    figures = {
        "turns": len(done),
        "answered": len(latencies),
        "cold_ms": latencies[0] if latencies else float("nan"),
        **{f"p{q}_ms": percentile(latencies, q) for q in (50, 90, 95)},
        **cost,
    }
    print("\n".join(f"{name:12} {value:10.1f}" for name, value in figures.items()))
    print(waterfall.medians(waterfalls))
    if arguments.json:
        arguments.json.write_text(json.dumps({"figures": figures, "waterfalls": waterfalls}, indent=1))


if __name__ == "__main__":
    main()
