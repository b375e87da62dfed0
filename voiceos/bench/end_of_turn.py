"""How well the end-of-turn model tells finished turns from cut ones: `python -m voiceos.bench.end_of_turn`.

The figure is the area under the ROC curve: the chance that a finished turn is judged more finished than a cut one; 0.5
is guessing.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import sys
import time
from pathlib import Path

import numpy as np

from voiceos.audio.frames import RATE_HZ, Samples
from voiceos.bench.recordings import Recording, model, recordings, speech_dir
from voiceos.engines.smart_turn import SmartTurn
from voiceos.errors import ConfigError
from voiceos.listening.ports import EndOfTurn

PAUSE_S = 0.2
"""Silence kept behind the last word, as when the model is asked early in a pause."""


async def judged(end_of_turn: EndOfTurn, turns: list[Samples]) -> list[float]:
    return [await end_of_turn.probability(turn) for turn in turns]


def finished(turn: Recording) -> Samples:
    """The recording up to 0.2 s behind its last word."""
    samples = turn.samples()
    return samples if turn.speech_end_s is None else samples[: round((turn.speech_end_s + PAUSE_S) * RATE_HZ)]


def broken_off(turn: Recording) -> Samples:
    """The first 60 % of the recording, and 0.2 s of silence."""
    samples = finished(turn)
    return np.concatenate([samples[: len(samples) * 6 // 10], np.zeros(round(PAUSE_S * RATE_HZ), np.float32)])


def area_under_curve(whole: list[float], cut: list[float]) -> float:
    """Share of pairs in which the finished one is above the cut one; ties count half. Needs one of each."""
    differences = np.subtract.outer(whole, cut)
    return float((differences > 0).mean() + (differences == 0).mean() / 2)


async def measure(file: Path) -> dict[str, float]:
    """All figures of the model in `file`. Raises ConfigError where there are no recordings."""
    turns = recordings(speech_dir() / "turns")
    commands = [c for c in recordings(speech_dir() / "commands") if c.text]
    sets = {
        "cut in a pause (mostly strong accents)": (
            [finished(t) for t in turns if t.label == "complete"],
            [finished(t) for t in turns if t.label == "incomplete"],
        ),
        "commands cut at 60 %": ([finished(c) for c in commands], [broken_off(c) for c in commands]),
    }
    figures: dict[str, float] = {}
    async with SmartTurn(str(file)) as end_of_turn:
        for name, (whole, cut) in sets.items():
            figures[f"{name}: area under the curve"] = area_under_curve(
                await judged(end_of_turn, whole), await judged(end_of_turn, cut)
            )
            figures[f"{name}: finished turns"] = len(whole)
            figures[f"{name}: cut turns"] = len(cut)
        times: list[float] = []
        for turn in turns:
            samples = turn.samples()
            begin = time.perf_counter()
            await end_of_turn.probability(samples)
            times.append(time.perf_counter() - begin)
        figures["median seconds per judgement"] = statistics.median(times)
    return figures


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m voiceos.bench.end_of_turn", description=__doc__)
    starter = model("smart-turn-v3.2-cpu", "smart-turn-v3.2-cpu.onnx")
    parser.add_argument("--model", type=Path, default=starter, help="ONNX file of another version")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()
    try:
        figures = asyncio.run(measure(options.model))
    except ConfigError as error:
        print(f"{error}: {error.hint}", file=sys.stderr)
        return error.exit_code
    if options.json:
        print(json.dumps(figures, indent=2))
    else:
        for name, value in figures.items():
            print(f"{name:64}{value:8.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
