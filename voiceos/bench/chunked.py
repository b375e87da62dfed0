"""`python -m voiceos.bench.chunked`: what saying a phrase in parts gains, and whether it costs anything.

For the voice of the starter set, on two threads and on one: the time to the first part and to the whole phrase, against
the phrase made at once; how far the parts, joined, differ from it; and what fewer frames of margin would leave of a
difference. With `--picture`, spectrograms of both and of their difference.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from voiceos.app import chosen_model
from voiceos.audio.frames import Samples
from voiceos.bench.waterfall import plotting
from voiceos.catalogue.catalog import Kind
from voiceos.catalogue.store import Store
from voiceos.config import Settings
from voiceos.engines.onnx_split import cut
from voiceos.engines.piper import Piper
from voiceos.engines.vits import DURATIONS, MARGIN_FRAMES, SEAM
from voiceos.errors import VoiceosError
from voiceos.speaking.ports import Speech, joined

PHRASES = (
    "Yes, of course.",
    "The tide comes in",
    "That is quite right.",
    "The capital of Italy is Rome.",
    "It is a quarter past seven, and the sun is shining.",
    "You could cook some rice with vegetables, as that takes half an hour and needs little work.",
)
"""The first four as answers begin."""

MARGINS = (0, 2, 4, 6, 8, 10, 12, 14)


@dataclass(frozen=True, slots=True)
class Row:
    """One phrase on so many threads; times are medians."""

    text: str
    sound_s: float
    whole_ms: float
    """Made at once, and so its first sound."""
    first_ms: float
    """Its first part."""
    first_s: float
    """What that part sounds."""
    all_ms: float
    """Its last part."""
    slack_ms: float
    """By how much the part that came closest to being late came before it was needed, were the first heard at once."""


def level_db(difference: Samples, reference: Samples) -> float:
    """Power of a difference over that of what it is to, dB."""
    power, of = (float(np.square(one, dtype=np.float64).mean()) for one in (difference, reference))
    return float(10 * np.log10(power / of + 1e-30))


def parts_of(piper: Piper, text: str) -> tuple[list[Speech], list[float]]:
    """The phrase in parts, and when each was there, ms."""
    begun = time.perf_counter()
    parts, moments = [], []
    for part in piper.speak(text, 1.0):
        moments.append((time.perf_counter() - begun) * 1000)
        parts.append(part)
    return parts, moments


def slack(parts: Sequence[Speech], moments: Sequence[float]) -> float:
    """Smallest time that a later part had left, ms; infinite for one part."""
    sounds_until = moments[0] + np.cumsum([len(part.samples) / part.rate_hz * 1000 for part in parts])
    return min((until - moment for until, moment in zip(sounds_until, moments[1:], strict=False)), default=float("inf"))


def measure(piper: Piper, text: str, rounds: int) -> Row:
    """Whole and in parts by turns, so that neither has the quieter machine."""
    wholes, firsts, alls, slacks = [], [], [], []
    parts: list[Speech] = []
    for _ in range(rounds):
        begun = time.perf_counter()
        piper.synthesize(text, 1.0)
        wholes.append((time.perf_counter() - begun) * 1000)
        parts, moments = parts_of(piper, text)
        firsts.append(moments[0])
        alls.append(moments[-1])
        slacks.append(slack(parts, moments))
    sound_s = sum(len(part.samples) for part in parts) / piper.rate_hz
    middles = [statistics.median(one) for one in (wholes, firsts, alls)]
    return Row(text, sound_s, middles[0], middles[1], len(parts[0].samples) / piper.rate_hz, middles[2], min(slacks))


def table(rows: Sequence[Row]) -> str:
    lines = [
        f"{'phrase':34}{'sounds':>8}{'at once':>10}{'first part':>12}{'of':>9}{'last part':>11}{'least slack':>13}"
    ]
    for row in rows:
        text = row.text if len(row.text) < 33 else f"{row.text[:30]}…"
        lines.append(
            f"{text:34}{row.sound_s:6.2f} s{row.whole_ms:7.1f} ms{row.first_ms:9.1f} ms{row.first_s:7.2f} s"
            f"{row.all_ms:8.1f} ms{row.slack_ms:10.0f} ms"
        )
    return "\n".join(lines)


def margins(piper: Piper) -> str:
    """What each margin leaves of a difference, worst of all phrases; each is cut in its middle."""
    lines = [f"{'margin':8}{'difference of the joined':>26}{'largest step':>14}"]
    sentences = [one for text in PHRASES for one in piper.read(text, 1.0).sentences]
    for margin in MARGINS:
        found, steps = [], []
        for one in sentences:
            whole, middle = piper.vits.sound(one, 0, one.frames), one.frames // 2
            halves = [piper.vits.sound(one, 0, middle, margin), piper.vits.sound(one, middle, one.frames, margin)]
            difference = np.concatenate(halves) - whole
            found.append(level_db(difference, whole))
            steps.append(float(np.abs(difference).max()))
        lines.append(f"{margin:6}  {max(found):23.1f} dB{max(steps):14.6f}")
    return "\n".join(lines)


def both(piper: Piper, text: str) -> tuple[Speech, list[Speech]]:
    """One reading of the text, at once and in parts."""
    reading = piper.read(text, 1.0)
    return joined(piper.say(reading, whole=True), 0), list(piper.say(reading, whole=False))


def equality(piper: Piper) -> str:
    """How far the parts, joined, differ from the whole, as played."""
    lines = [f"{'phrase':34}{'parts':>6}{'difference':>15}{'same words':>12}"]
    for text in PHRASES:
        whole, parts = both(piper, text)
        one = joined(parts, 0)
        far = level_db(one.samples - whole.samples, whole.samples) if len(one.samples) == len(whole.samples) else np.inf
        name = text if len(text) < 33 else f"{text[:30]}…"
        lines.append(f"{name:34}{len(parts):6}{far:12.1f} dB{'yes' if one.words == whole.words else 'no':>12}")
    return "\n".join(lines)


def draw(path: Path, whole: Speech, parts: Sequence[Speech]) -> None:
    """Spectrograms of the whole, of the parts joined, and of their difference. Raises EngineMissing."""
    _, figure_class = plotting()
    figure = figure_class(figsize=(11, 8), layout="constrained")
    one = joined(parts, 0)
    seams = np.cumsum([len(part.samples) for part in parts[:-1]]) / whole.rate_hz
    pictures = (("at once", whole.samples), ("in parts", one.samples), ("difference", one.samples - whole.samples))
    for axes, (name, samples) in zip(figure.subplots(3, 1, sharex=True), pictures, strict=True):
        floor = np.random.default_rng(1).normal(0, 1e-9, len(samples))  # a logarithm knows no level of nothing
        axes.specgram(samples + floor, NFFT=512, noverlap=384, Fs=whole.rate_hz, vmin=-160, vmax=-30)
        axes.set(title=name, ylabel="Hz")
        for seam in seams:
            axes.axvline(seam, color="white", linewidth=0.6, linestyle=":")
    figure.savefig(path, dpi=110)


def splitting(voice: Path) -> float:
    """Milliseconds that cutting the file in two takes."""
    model = voice.read_bytes()
    begun = time.perf_counter()
    cut(model, SEAM, [DURATIONS])
    return (time.perf_counter() - begun) * 1000


def run(rounds: int, picture: Path | None) -> None:
    """Measure and print. Raises VoiceosError where the voice is missing."""
    model = chosen_model(Kind.TTS, Settings())
    assert model is not None
    voice = Store().path(model)
    print(f"cut in two in {splitting(voice):.0f} ms; margin {MARGIN_FRAMES} frames of 11.6 ms; median of {rounds}")
    for threads in (2, 1):
        piper = Piper(str(voice), threads=threads)
        print(f"\nthreads: {threads}")
        print(table([measure(piper, text, rounds) for text in PHRASES]))
    piper = Piper(str(voice), threads=2)
    print(f"\n{equality(piper)}\n\n{margins(piper)}")
    if picture is not None:
        draw(picture, *both(piper, PHRASES[-1]))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m voiceos.bench.chunked", description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--picture", type=Path, help="draw the longest phrase there (PNG)")
    options = parser.parse_args()
    try:
        run(options.rounds, options.picture)
    except VoiceosError as error:
        print(f"{error}: {error.hint}" if error.hint else error, file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
