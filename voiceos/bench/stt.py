"""How well the recogniser hears in a window cut to the speech, against the full 30 s window; and that it hears no words
where nobody speaks: `python -m voiceos.bench.stt`.

Both windows decode each recording one after the other in one process, so a busy machine slows both alike. Word error
rate: words wrong, missing and added over words said, both texts through `spoken_words()`.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

import numpy as np
from rapidfuzz.distance import Levenshtein

from voiceos.audio.frames import FRAME_S, FRAME_SAMPLES, RATE_HZ, Frame, Samples
from voiceos.bench.recordings import Recording, model, recordings, speech_dir, spoken_words
from voiceos.engines.faster_whisper import FasterWhisper
from voiceos.engines.silero import Silero
from voiceos.errors import ConfigError
from voiceos.events import Nothing, Unclear, Words
from voiceos.listening.gate import SpeechGate, SpeechPaused, UtteranceFull
from voiceos.listening.hearing import Judge

END_SILENCE_S = 0.6
"""Silence after which the noise chain takes an utterance as finished."""


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    recordings: int
    words: int
    cut_wer: float
    full_wer: float
    cut_s: float
    """Median time of a decoding, seconds."""
    full_s: float
    time_ratio: float
    """Time of all decodings, cut over full."""
    median_ratio: float
    """Median over the recordings of cut over full."""
    second_tries: int


@dataclass(frozen=True, slots=True)
class NoiseRow:
    name: str
    utterances: int
    """Stretches that the gate took for speech."""
    words: int
    """Of them, taken for words; must be 0 where nobody speaks."""
    unclear: int
    people: bool
    """People talk in the background."""


def compare(name: str, engine: FasterWhisper, said: Sequence[Recording]) -> Row:
    """Decode each recording in both windows."""
    words = cut_errors = full_errors = second_tries = 0
    times: list[tuple[float, float]] = []
    for recording in said:
        samples = recording.samples()
        begin = time.perf_counter()
        cut = engine.decode(samples, "en")
        middle = time.perf_counter()
        full = engine.decode(samples, "en", full_window=True)
        times.append((middle - begin, time.perf_counter() - middle))
        reference = spoken_words(recording.text or "").split()
        words += len(reference)
        cut_errors += Levenshtein.distance(reference, spoken_words(cut.text).split())
        full_errors += Levenshtein.distance(reference, spoken_words(full.text).split())
        second_tries += cut.second_try
    return Row(
        name,
        len(said),
        words,
        cut_errors / words,
        full_errors / words,
        statistics.median(c for c, _ in times),
        statistics.median(f for _, f in times),
        sum(c for c, _ in times) / sum(f for _, f in times),
        statistics.median(c / f for c, f in times),
        second_tries,
    )


def hear(samples: Samples, engine: FasterWhisper, judge: Judge) -> Iterator[Words | Unclear | Nothing]:
    """Gate, recogniser and judge over a whole recording, an utterance ending at 0.6 s of silence."""
    gate = SpeechGate(Silero())
    silent_since: float | None = None

    def heard() -> Words | Unclear | Nothing:
        utterance, voiced_s = gate.utterance(), gate.voiced_s
        gate.discard()
        return judge.judge(engine.decode(utterance, "en"), voiced_s)

    padded = np.concatenate([samples, np.zeros(RATE_HZ, np.float32)])
    for number in range(len(padded) // FRAME_SAMPLES):
        frame = Frame(number * FRAME_S, padded[number * FRAME_SAMPLES : (number + 1) * FRAME_SAMPLES])
        events = gate.feed(frame)
        for event in events:
            silent_since = event.silent_since if isinstance(event, SpeechPaused) else None
        full = any(isinstance(event, UtteranceFull) for event in events)
        if full or (silent_since is not None and frame.at - silent_since > END_SILENCE_S):
            silent_since = None
            yield heard()
    if gate.open:
        yield heard()


def noises(limit: int | None) -> Iterator[tuple[str, Samples, bool]]:
    """Name, sound, and whether people talk in it: the recordings, digital silence, and white noise."""
    for noise in recordings(speech_dir() / "noise", limit):
        yield noise.path.stem, noise.samples(), noise.path.stem.startswith("bgspeech")
    yield "digital silence", np.zeros(10 * RATE_HZ, np.float32), False
    random = np.random.default_rng(1)
    for level_db in (-60, -40, -20, -6):
        white = random.normal(0, 10 ** (level_db / 20), 10 * RATE_HZ).clip(-1, 1).astype(np.float32)
        yield f"white noise {level_db} dBFS", white, False


def measure(engine: FasterWhisper, limit: int | None) -> tuple[list[Row], list[NoiseRow]]:
    """All rows. Raises ConfigError where there are no recordings."""
    rows: list[Row] = []
    for folder in ("english", "commands"):
        said = [r for r in recordings(speech_dir() / folder, limit) if r.text]
        for name, part in (
            (folder, [r for r in said if not r.hard]),
            (f"{folder}, hard accents", [r for r in said if r.hard]),
        ):
            if part:
                rows.append(compare(name, engine, part))
    noise_rows: list[NoiseRow] = []
    judge = Judge("en")
    for name, samples, people in noises(limit):
        kinds = [type(heard) for heard in hear(samples, engine, judge)]
        noise_rows.append(NoiseRow(name, len(kinds), kinds.count(Words), kinds.count(Unclear), people))
    return rows, noise_rows


def _print_tables(rows: list[Row], noise_rows: list[NoiseRow]) -> None:
    heads = f"{'files':>6}{'words':>7}{'WER cut':>9}{'full':>8}{'s cut':>8}{'full':>7}"
    print(f"{'':24}{heads}{'ratio':>7}{'median':>8}{'2nd':>5}")
    for r in rows:
        print(
            f"{r.name:24}{r.recordings:6}{r.words:7}{r.cut_wer:9.1%}{r.full_wer:8.1%}"
            f"{r.cut_s:8.2f}{r.full_s:7.2f}{r.time_ratio:7.2f}{r.median_ratio:8.2f}{r.second_tries:5}"
        )
    print(f"\n{'nobody speaks':32}{'taken for speech':>17}{'words':>7}{'unclear':>9}")
    for people in (False, True):
        if people:
            print("people in the background")
        for n in (n for n in noise_rows if n.people is people):
            print(f"{n.name:32}{n.utterances:17}{n.words:7}{n.unclear:9}")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m voiceos.bench.stt", description=__doc__)
    parser.add_argument("--model", default="faster-whisper-base")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--beam-size", type=int, default=3)
    parser.add_argument("--limit", type=int, help="recordings of each folder, spread evenly; all by default")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()
    engine = FasterWhisper(str(model(options.model)), threads=options.threads, beam_size=options.beam_size)
    try:
        rows, noise_rows = measure(engine, options.limit)
    except ConfigError as error:
        print(f"{error}: {error.hint}", file=sys.stderr)
        return error.exit_code
    if options.json:
        print(json.dumps({"speech": [asdict(r) for r in rows], "noise": [asdict(n) for n in noise_rows]}, indent=2))
    else:
        _print_tables(rows, noise_rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
