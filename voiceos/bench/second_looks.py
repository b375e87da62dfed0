"""`python -m voiceos.bench.second_looks`: is it worth looking again at what the recogniser was not sure of?

Human recordings, as they are and in noise, are read greedily; those that are not surely read also by a beam and in the
full 30 s window. Believed is what the user would not be asked to say again; right is a third of the words wrong at
most. Loops, and what may be no speech, which the full window is there for, are left out. Same seed, same mixtures.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from rapidfuzz.distance import Levenshtein

from voiceos.audio.frames import RATE_HZ, Samples
from voiceos.bench.mixing import mixed
from voiceos.bench.noise import KINDS
from voiceos.bench.recordings import model, recordings, speech_dir, spoken_words
from voiceos.engines.faster_whisper import (
    LEAD_FRAMES,
    SURE_LOG_PROBABILITY,
    WINDOW_FRAMES,
    FasterWhisper,
    cut_window_frames,
    doubtful,
)
from voiceos.errors import ConfigError
from voiceos.listening.hearing import UNCLEAR_LOG_PROBABILITY
from voiceos.listening.ports import Decoding

FOLDERS = ("commands", "english", "turns")
RATIOS_DB = (8, 2)
"""Speech over noise; also as recorded."""
LONGEST_S = 25.0
BORDERS = (SURE_LOG_PROBABILITY, -0.6, UNCLEAR_LOG_PROBABILITY, -1.0, -1.2, float("-inf"))
"""Of the mean log probability of the greedy reading."""
RIGHT = 1 / 3


@dataclass(frozen=True, slots=True)
class Look:
    believed: bool
    right: bool
    took_s: float


@dataclass(frozen=True, slots=True)
class Case:
    log_probability: float
    """Of the greedy reading."""
    greedy: Look
    beam: Look
    full: Look


def utterances() -> Iterator[tuple[str, Samples]]:
    """What is said, and its sound."""
    random = np.random.default_rng(1)
    noises = [one.samples() for one in recordings(speech_dir() / "noise") if one.path.stem in KINDS["noise"]]
    for recording in (one for folder in FOLDERS for one in recordings(speech_dir() / folder)):
        samples = recording.samples()
        if not recording.text or len(samples) > LONGEST_S * RATE_HZ:
            continue
        yield recording.text, samples
        for ratio_db in RATIOS_DB:
            noise = noises[random.integers(len(noises))]
            start = int(random.integers(len(noise)))
            yield recording.text, mixed(samples, noise, ratio_db, lead_s=0.0, tail_s=0.0, start=start)


def examine(engine: FasterWhisper, beam_size: int) -> Iterator[Case]:
    """Those of which the greedy reading is not sure."""
    for text, samples in utterances():
        spoken_s = len(samples) / RATE_HZ
        reference = spoken_words(text).split()

        def look(read: Callable[[], Decoding]) -> tuple[Decoding, Look]:
            begin = time.perf_counter()
            decoding = read()
            took_s = time.perf_counter() - begin
            believed = decoding.average_log_probability >= UNCLEAR_LOG_PROBABILITY
            believed &= not doubtful(decoding, spoken_s)  # noqa: B023
            wrong = Levenshtein.distance(reference, spoken_words(decoding.text).split()) / len(reference)  # noqa: B023
            return decoding, Look(believed, believed and wrong <= RIGHT, took_s)

        encoded = engine.encode(samples, cut_window_frames(len(samples)), LEAD_FRAMES)
        greedy, first = look(lambda: engine.read(encoded, "en", spoken_s, beam_size=1, second_try=False))  # noqa: B023
        if greedy.average_log_probability >= SURE_LOG_PROBABILITY or doubtful(greedy, spoken_s):
            continue
        _, beam = look(lambda: engine.read(encoded, "en", spoken_s, beam_size=beam_size, second_try=False))  # noqa: B023

        def whole() -> Decoding:
            encoded = engine.encode(samples, WINDOW_FRAMES, 0)  # noqa: B023
            return engine.read(encoded, "en", spoken_s, beam_size=beam_size, second_try=True)  # noqa: B023

        yield Case(greedy.average_log_probability, first, beam, look(whole)[1])


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m voiceos.bench.second_looks", description=__doc__)
    parser.add_argument("--model", default="faster-whisper-base")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--beam-size", type=int, default=3)
    options = parser.parse_args()
    engine = FasterWhisper(str(model(options.model)), threads=options.threads, beam_size=options.beam_size)
    try:
        cases = list(examine(engine, options.beam_size))
    except ConfigError as error:
        print(f"{error}: {error.hint}", file=sys.stderr)
        return error.exit_code
    print(f"{'greedy log':16}{'':>5}{'greedy:':>15}{'beam:':>14}{'full window:':>14}{'ms':>7}")
    columns = f"{'believed':>9} right" * 3
    print(f"{'probability':16}{'of':>5}{columns}{'beam':>6}{'full':>6}")
    for above, below in pairwise(BORDERS):
        band = [case for case in cases if below <= case.log_probability < above]
        if not band:
            continue
        looks = [[one.greedy for one in band], [one.beam for one in band], [one.full for one in band]]
        counts = "".join(f"{sum(x.believed for x in one):9} {sum(x.right for x in one):5}" for one in looks)
        beam_ms, full_ms = (1000 * statistics.median(x.took_s for x in one) for one in looks[1:])
        print(f"{f'{below:.2f} to {above:.2f}':16}{len(band):5}{counts}{beam_ms:6.0f}{full_ms:6.0f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
