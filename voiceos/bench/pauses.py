"""How often a pause inside a turn is taken for its end, and how long finished turns wait:
`python -m voiceos.bench.pauses`.

Real questions, commands and sentences (optional shared test data) are cut at borders between their words, where people
pause; the whole recording is the finished turn. What the engines say of each (the recogniser's words, how finished they
sound, how finished they read) is the same in the program. The fusion is fitted to half of the speakers and all figures
are of the other half.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import math
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voiceos.app import Engines
from voiceos.audio.frames import FRAME_SAMPLES, RATE_HZ, Samples
from voiceos.bench.end_of_turn import area_under_curve
from voiceos.bench.recordings import Recording, model, recordings, speech_dir
from voiceos.config import Settings
from voiceos.errors import ConfigError
from voiceos.events import EndpointJudge
from voiceos.turn_taking.policy import FUSION, Policy, logit

PAUSES_S = (0.3, 1.5)
"""Inner pauses are this long, spread evenly: the range in which people who go on mostly fall."""

BORDERS = 2
"""Inner pauses of one recording, at most."""

JUDGES: tuple[frozenset[EndpointJudge], ...] = (
    frozenset({"sound"}),
    frozenset({"words"}),
    frozenset({"sound", "words"}),
)
THRESHOLDS = (0.5, 0.7, 0.8, 0.9, 0.95)
UNFINISHED_S = (1.5, 1.75, 2.0, 2.5)

NOW = datetime(2026, 3, 2, 12, 0)


@dataclass(frozen=True, slots=True)
class Ending:
    """What the engines made of a turn up to a pause."""

    speaker: str
    finished: bool
    sound: float
    words: float


def borders(whisper: Any, samples: Samples) -> list[float]:
    """Seconds at which one word ends and the next has not begun, the first and the last left out."""
    segments, _ = whisper.transcribe(samples, language="en", beam_size=1, word_timestamps=True)
    words = [word for segment in segments for word in segment.words or ()]
    return [word.end for word in words[1:-1]]


def quietest(samples: Samples, near_s: float) -> int:
    """The sample in the middle of the quietest 20 ms within 80 ms of a moment: the aligner is no surer than that."""
    size = RATE_HZ // 50
    starts = range(max(0, round((near_s - 0.08) * RATE_HZ)), round((near_s + 0.08) * RATE_HZ), size // 4)
    loud = {
        start: float(np.square(samples[start : start + size]).mean()) for start in starts if start + size < len(samples)
    }
    return min(loud, key=loud.__getitem__) + size // 2 if loud else round(near_s * RATE_HZ)


def cut(said: Sequence[Recording], seed: int) -> Iterator[tuple[Recording, bool, Samples]]:
    """Each recording whole, and up to a few of its inner borders; all with the silence that the program sees."""
    from faster_whisper import WhisperModel

    whisper = WhisperModel(str(model("faster-whisper-base")), device="cpu", compute_type="int8", local_files_only=True)
    chance = random.Random(seed)  # noqa: S311 - where to cut, no secrets
    silence = np.zeros(FRAME_SAMPLES, np.float32)
    for one in said:
        samples = one.samples()
        yield one, True, np.concatenate([samples, silence])
        found = borders(whisper, samples)
        for at in sorted(chance.sample(found, min(BORDERS, len(found)))):
            yield one, False, np.concatenate([samples[: quietest(samples, at)], silence])


async def collect(limit: int | None, seed: int) -> list[Ending]:
    """Ask the engines of the starter set about every ending. Raises ConfigError where there are no recordings."""
    said = [
        one
        for folder in ("english", "commands")
        for one in recordings(speech_dir() / folder, limit)
        if one.text and not one.hard
    ]
    endings: list[Ending] = []
    async with Engines(Settings(), {"stt", "llm"}) as engines:
        await engines.wait_ready()
        thinker, sound = engines.thinker(), engines.end_of_turn
        assert sound is not None
        await thinker.warm_up()
        for one, finished, samples in cut(said, seed):
            decoding = await engines.stt.transcribe(samples[-28 * RATE_HZ :], language="en")
            if not decoding.text:
                continue
            judged: list[float] = []
            pieces = thinker.reply(decoding.text, NOW, on_judged=judged.append)
            async with contextlib.aclosing(pieces):  # type: ignore[type-var]
                async for _ in pieces:
                    break
            if not judged:
                continue
            endings.append(Ending(one.speaker, finished, await sound.probability(samples), judged[0]))
            print(f"\r{len(endings)} endings", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return endings


def halves(endings: Sequence[Ending]) -> tuple[list[Ending], list[Ending]]:
    """To fit with and to report on; no speaker is in both."""
    speakers = sorted({one.speaker for one in endings})
    mine = set(speakers[::2])
    return [one for one in endings if one.speaker in mine], [one for one in endings if one.speaker not in mine]


def features(endings: Sequence[Ending], *, sound: bool, words: bool) -> NDArray[np.float64]:
    """Shape (n, 3): one, log odds of the sound, log odds of the words; 0 for a judge that is not asked."""
    return np.array([[1.0, logit(one.sound) if sound else 0.0, logit(one.words) if words else 0.0] for one in endings])


def fit(endings: Sequence[Ending], *, sound: bool, words: bool, ridge: float = 0.01) -> NDArray[np.float64]:
    """Weights of a logistic regression in which finished turns and pauses count alike (Newton's method)."""
    x = features(endings, sound=sound, words=words)
    y = np.array([one.finished for one in endings], dtype=np.float64)
    share = np.where(y == 1, 0.5 / y.mean(), 0.5 / (1 - y.mean()))
    weights = np.zeros(3)
    for _ in range(50):
        p = 1 / (1 + np.exp(-x @ weights))
        slope = x.T @ (share * (y - p)) - ridge * weights
        curve = (x * (share * p * (1 - p))[:, None]).T @ x + ridge * np.eye(3)
        weights += np.linalg.solve(curve, slope)
    return weights


def interval(share: float, count: int) -> tuple[float, float]:
    """95 % interval of a share (Wilson, 1927)."""
    z = 1.96
    middle = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z / (1 + z * z / count) * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    return middle - half, middle + half


@dataclass(frozen=True, slots=True)
class Point:
    """One policy on the curve of latency against cut-ins."""

    completion_threshold: float
    unfinished_silence_s: float
    cut_ins: float
    """Share of inner pauses in which the answer begins to sound."""
    wait_p50_s: float
    """From the end of a finished turn to the answer."""
    wait_p90_s: float
    wait_mean_s: float


def point(policy: Policy, endings: Sequence[Ending], work_s: float) -> Point:
    """What a policy comes to, where an answer is ready `work_s` after the last word."""
    shortest, longest = PAUSES_S
    spoilt, waited = [], []
    for one in endings:
        sound, words = (getattr(one, judge) if judge in policy.judges else None for judge in ("sound", "words"))
        wait_s = max(work_s, policy.wait_s(sound, words, expects_words=True))
        if one.finished:
            waited.append(wait_s)
        else:
            spoilt.append(min(1.0, max(0.0, (longest - wait_s) / (longest - shortest))))
    return Point(
        policy.completion_threshold,
        policy.unfinished_silence_s,
        float(np.mean(spoilt)),
        float(np.median(waited)),
        float(np.quantile(waited, 0.9)),
        float(np.mean(waited)),
    )


def report(endings: Sequence[Ending], work_s: float) -> None:
    """Print the fit, and on the other half the curve of each judge with the weights that the program has."""
    tuning, rest = halves(endings)
    whole, broken = [one for one in rest if one.finished], [one for one in rest if not one.finished]
    print(f"fitted to {len(tuning)} endings, reported on {len(whole)} finished turns and {len(broken)} inner pauses")
    for judges in JUDGES:
        asked = {"sound": "sound" in judges, "words": "words" in judges}
        weights = fit(tuning, **asked)
        area = area_under_curve(*(list(features(part, **asked) @ weights) for part in (whole, broken)))
        fitted = ", ".join(f"{weight:.2f}" for weight in weights)
        used = ", ".join(f"{weight:.2f}" for weight in FUSION[asked["sound"], asked["words"]])
        print(f"\n{' + '.join(sorted(judges))}: fitted {fitted}; used {used}; area under the curve {area:.2f}")
        print("threshold  unfinished   cut-ins (95 %)        wait p50     p90    mean")
        for longest in UNFINISHED_S:
            for threshold in THRESHOLDS:
                policy = Policy(judges=judges, completion_threshold=threshold, unfinished_silence_s=longest)
                one = point(policy, rest, work_s)
                low, high = interval(one.cut_ins, len(broken))
                shares = f"{one.cut_ins:10.1%} ({low:.1%} to {high:.1%})"
                waits = f"{one.wait_p50_s:10.2f}{one.wait_p90_s:8.2f}{one.wait_mean_s:8.2f}"
                print(f"{threshold:9.2f}{longest:12.2f}{shares}{waits}")


def add_options(parser: argparse.ArgumentParser) -> None:
    """What `obtain` goes by, and when an answer is ready."""
    parser.add_argument("--limit", type=int, help="recordings of each folder, spread evenly; all by default")
    parser.add_argument("--seed", type=int, default=1, help="of the places to cut at")
    parser.add_argument(
        "--work-ms", type=int, default=760, help="until an answer is ready; see `voiceos bench voice-to-voice`"
    )
    parser.add_argument("--endings", type=Path, help="keep what the engines said there, or read it where it is there")


def obtain(options: argparse.Namespace) -> list[Ending]:
    """What the engines say, or said. Raises ConfigError where there are no recordings."""
    if options.endings is not None and options.endings.exists():
        return [Ending(**row) for row in json.loads(options.endings.read_text())]
    endings = asyncio.run(collect(options.limit, options.seed))
    if options.endings is not None:
        options.endings.write_text(json.dumps([asdict(one) for one in endings]))
    return endings


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m voiceos.bench.pauses", description=__doc__)
    add_options(parser)
    options = parser.parse_args()
    try:
        endings = obtain(options)
    except ConfigError as error:
        print(f"{error}: {error.hint}", file=sys.stderr)
        return error.exit_code
    report(endings, options.work_ms / 1000)
    return 0


if __name__ == "__main__":
    sys.exit(main())
