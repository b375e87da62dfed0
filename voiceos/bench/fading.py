"""`python -m voiceos.bench.fading`: how soon the words are known where work begins with the fading of the voice.

Recordings of real people go through the gate frame by frame; what the recogniser makes of its pauses is worked out on
paper: one piece of work at a time, which can be broken off between encoding and decoding only. Prints, with and without
fading, when the words are known after the last 5 ms of speech above −40 dBFS, and how often work was begun in vain.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator

import numpy as np

from voiceos.audio.frames import FRAME_S, FRAME_SAMPLES, RATE_HZ, Frame, Samples
from voiceos.bench.recordings import recordings, speech_dir
from voiceos.bench.sound import USER_LEVEL, WINDOW_S, loud, percentile
from voiceos.engines.silero import Silero
from voiceos.errors import ConfigError
from voiceos.listening.gate import SpeechGate, SpeechPaused

FADES_S = (0.0, 0.016, 0.032, 0.048, 0.064, 0.096)
ENCODING_S, DECODING_S = 0.07, 0.11
"""What a short utterance takes on two cores (`voiceos bench engines`)."""
PEAK = 0.5
LONGEST_S = 8.0


def pauses(samples: Samples, fade_s: float) -> Iterator[float]:
    """When a pause is known, seconds since the first sample."""
    gate = SpeechGate(Silero(), pause_s=FRAME_S, fade_s=fade_s)
    for start in range(0, len(samples) - FRAME_SAMPLES + 1, FRAME_SAMPLES):
        at = start / RATE_HZ
        for event in gate.feed(Frame(at, samples[start : start + FRAME_SAMPLES])):
            if isinstance(event, SpeechPaused):
                yield at + FRAME_S


def words_known(starts: list[float]) -> float:
    """When the last piece of work is done: each breaks off the one before, once it can be."""
    free = decoding = 0.0
    for begun in starts:
        encoding = max(begun, free if free <= begun or begun >= decoding else decoding)
        decoding = encoding + ENCODING_S
        free = decoding + DECODING_S
    return free


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m voiceos.bench.fading", description=__doc__)
    parser.add_argument("--limit", type=int, help="recordings of each folder, spread evenly; all by default")
    options = parser.parse_args()
    try:
        found = [one for kind in ("commands", "english") for one in recordings(speech_dir() / kind, options.limit)]
    except ConfigError as error:
        print(f"{error}: {error.hint}", file=sys.stderr)
        return error.exit_code
    sounds = []
    for one in found:
        samples = one.samples()
        if one.text and len(samples) <= LONGEST_S * RATE_HZ:
            silence = np.random.default_rng(1).normal(0, 1e-4, RATE_HZ).astype(np.float32)
            sounds.append(np.concatenate([samples * np.float32(PEAK / np.abs(samples).max()), silence]))
    print(f"{len(sounds)} recordings\nfade ms   words known after ms: p50   p90   in vain, a second of sound")
    for fade_s in FADES_S:
        known, vain, length_s = [], 0, 0.0
        for samples in sounds:
            end_s = (np.flatnonzero(loud(samples, RATE_HZ, USER_LEVEL))[-1] + 1) * WINDOW_S
            if starts := list(pauses(samples, fade_s)):
                known.append((words_known(starts) - end_s) * 1000)
                vain += len(starts) - 1
                length_s += end_s
        row = f"{percentile(known, 50):29.0f}{percentile(known, 90):6.0f}{vain / length_s:12.2f}"
        print(f"{fade_s * 1000:7.0f}{row}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
