"""`python -m voiceos.bench.second_looks`: is it worth looking again at what the recogniser was not sure of?

Human recordings, as they are and in noise, are read greedily; those that are not surely read also by a beam and in the
full 30 s window, and those that were read without an end anew with a penalty on repetition, and in the full window.
Believed is what the user would not be asked to say again; right is a third of the words wrong at most. What may be no
speech, and what repeats itself but ends, is left out: that is what the full window is there for. Same seed, same
mixtures.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
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
    """Of the greedy reading; `ENDLESS` for one without an end."""
    greedy: Look
    second: Look
    """The beam's, or after one without an end the one with a penalty."""
    full: Look


ENDLESS = float("inf")


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

        def look(
            read: Callable[[], tuple[Decoding, bool]],
            spoken_s: float = spoken_s,
            reference: list[str] = reference,
        ) -> tuple[Decoding, bool, Look]:
            begin = time.perf_counter()
            decoding, endless = read()
            took_s = time.perf_counter() - begin
            believed = decoding.average_log_probability >= UNCLEAR_LOG_PROBABILITY
            believed &= not doubtful(decoding, spoken_s)
            wrong = Levenshtein.distance(reference, spoken_words(decoding.text).split()) / len(reference)
            return decoding, endless, Look(believed, believed and wrong <= RIGHT, took_s)

        def whole(samples: Samples = samples) -> tuple[Decoding, bool]:
            return engine.decode(samples, "en", full_window=True), False

        encoded = engine.encode(samples, cut_window_frames(len(samples)), LEAD_FRAMES)
        read = partial(engine.read, encoded, "en", spoken_s, second_try=False)
        greedy, endless, first = look(partial(read, beam_size=1))
        if endless and doubtful(greedy, spoken_s):
            _, _, second = look(partial(read, beam_size=1, anew=True))
            yield Case(ENDLESS, first, second, look(whole)[2])
        elif greedy.average_log_probability < SURE_LOG_PROBABILITY and not doubtful(greedy, spoken_s):
            _, _, second = look(partial(read, beam_size=beam_size))
            yield Case(greedy.average_log_probability, first, second, look(whole)[2])


def report(name: str, cases: Sequence[Case]) -> None:
    """One line of the table."""
    if not cases:
        return
    looks = [[one.greedy for one in cases], [one.second for one in cases], [one.full for one in cases]]
    counts = "".join(f"{sum(x.believed for x in one):9} {sum(x.right for x in one):5}" for one in looks)
    second_ms, full_ms = (1000 * statistics.median(x.took_s for x in one) for one in looks[1:])
    print(f"{name:16}{len(cases):5}{counts}{second_ms:8.0f}{full_ms:6.0f}")


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
    print(f"{'greedy log':16}{'':>5}{'greedy:':>15}{'another:':>14}{'full window:':>14}{'ms':>7}")
    columns = f"{'believed':>9} right" * 3
    print(f"{'probability':16}{'of':>5}{columns}{'another':>8}{'full':>6}")
    for above, below in pairwise(BORDERS):
        report(f"{below:.2f} to {above:.2f}", [case for case in cases if below <= case.log_probability < above])
    report("without an end", [case for case in cases if case.log_probability == ENDLESS])
    return 0


if __name__ == "__main__":
    sys.exit(main())
