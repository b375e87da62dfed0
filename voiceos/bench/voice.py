"""Figures of the voice: `python -m voiceos.bench.voice --voice FILE.onnx`.

Prints how long it takes to load, what phrases cost, how much silence stands before and behind them, and how much their
loudness varies.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from voiceos.engines.piper import Piper
from voiceos.languages import Phrases
from voiceos.speaking.speakable import Speakable

AUDIBLE = 0.005
"""RMS over 5 ms at which the latency of a reply is measured (−46 dBFS)."""
VOICED = 0.02


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m voiceos.bench.voice", description=__doc__)
    parser.add_argument("--voice", type=Path, required=True, help="a piper voice, the .onnx file")
    parser.add_argument("--language", default="en")
    parser.add_argument("--threads", type=int, default=2)
    chosen = parser.parse_args(arguments)

    start = time.perf_counter()
    piper = Piper(str(chosen.voice), threads=chosen.threads)
    print(f"loaded and warm       {time.perf_counter() - start:.2f} s")
    speakable = Speakable(chosen.language)
    phrases = Phrases(chosen.language)
    texts = [text for key in phrases for text in phrases.variants(key) if "{" not in text]
    factors, costs, leads, tails, levels, cleaning = [], [], [], [], [], []
    for text in texts:
        start = time.perf_counter()
        spoken = speakable.feed(text).text
        cleaning.append((time.perf_counter() - start) * 1e3)
        start = time.perf_counter()
        speech = piper.synthesize(spoken, speed=1.0)
        cost = time.perf_counter() - start
        window = round(0.005 * speech.rate_hz)
        power = np.convolve(np.square(speech.samples), np.full(window, 1 / window), "same")
        loud = np.flatnonzero(power > AUDIBLE**2)
        costs.append((len(spoken), cost * 1e3))
        factors.append(cost / (len(speech.samples) / speech.rate_hz))
        leads.append(loud[0] / speech.rate_hz * 1e3)
        tails.append((len(speech.samples) - loud[-1]) / speech.rate_hz * 1e3)
        levels.append(10 * np.log10(power[power > VOICED**2].mean()))
    short = [cost for size, cost in costs if size <= 30]
    print(f"phrases               {len(texts)}")
    print(f"made speakable        median {statistics.median(cleaning):.2f} ms")
    print(f"synthesis <= 30 chars median {statistics.median(short):.0f} ms")
    print(f"real-time factor      median {statistics.median(factors):.3f}, worst {max(factors):.3f}")
    print(f"silence before        median {statistics.median(leads):.0f} ms, worst {max(leads):.0f} ms")
    print(f"silence behind        median {statistics.median(tails):.0f} ms, worst {max(tails):.0f} ms")
    print(
        f"loudness              median {statistics.median(levels):.1f} dBFS, standard deviation "
        f"{statistics.pstdev(levels):.1f} dB, range {max(levels) - min(levels):.1f} dB"
    )


if __name__ == "__main__":
    main()
