"""`python -m voiceos.bench.talkers`: when a turn is known to be over while somebody else talks on, and what telling
the voices apart costs soft words.

Recordings of people (optional shared test data) go through the gate frame by frame, alone and with somebody else's talk
mixed in before, under and behind them. Of each the gate's first pause is taken that stands for as long as an answer
takes to sound; the recogniser reads what the gate holds then. Alone, that shows what is lost of soft endings and words;
mixed, how late the end is known, and what of the others' words gets in. One row for each limit in dB and seconds.
"""

from __future__ import annotations

import argparse
import itertools
import math
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from rapidfuzz.distance import Levenshtein

from voiceos.app import chosen_model
from voiceos.audio import files
from voiceos.audio.frames import FRAME_S, RATE_HZ, Frame, Samples
from voiceos.bench import mixing
from voiceos.bench.noise import KINDS
from voiceos.bench.recordings import recordings, speech_dir, spoken_words
from voiceos.bench.sound import percentile
from voiceos.catalogue import Kind, Store
from voiceos.config import Settings
from voiceos.engines.cores import cores
from voiceos.engines.faster_whisper import FasterWhisper
from voiceos.engines.silero import Silero
from voiceos.errors import VoiceosError
from voiceos.listening.gate import SpeechGate, SpeechPaused, SpeechResumed
from voiceos.listening.nearness import NEAR_DB, WORD_S, Nearness

OFF = (math.inf, WORD_S)
LIMITS = (OFF, *itertools.product((8.0, 10.0, 12.0, 14.0), (0.256, 0.384, 0.512)))
RATIOS_DB = (20.0, 15.0, 10.0)
LEAD_S, TAIL_S = 1.0, 3.0
STANDS_S = 0.8
"""A pause in which nobody goes on for so long has been answered."""
LONGEST_S = 10.0
PEAK = 0.5


class Written:
    """A detector whose probabilities were worked out before: they depend on the sound alone."""

    def __init__(self, samples: Samples) -> None:
        detector = Silero()
        self._probabilities = [detector.probability(frame.samples) for frame in files.frames(samples)]
        self.rewind()

    def rewind(self) -> None:
        self._coming = iter(self._probabilities)

    def probability(self, samples: Samples) -> float:
        return next(self._coming)

    def reset(self) -> None:
        pass


@dataclass(frozen=True, slots=True)
class Case:
    text: str
    ratio_db: float | None
    """None: alone."""
    samples: Samples
    end_s: float
    """Of the user's last word."""


@dataclass(frozen=True, slots=True)
class Ended:
    utterance: Samples
    after_s: float
    """From the end of the last word until the pause that stands was known."""
    in_vain: int
    """Pauses before that, of which nothing came but work."""


def cases(limit: int | None) -> Iterator[Case]:
    """Each recording alone and at each ratio. Raises ConfigError where there are none."""
    folder = speech_dir()
    said = [one for kind in ("commands", "english") for one in recordings(folder / kind, limit) if one.text]
    others = [files.read(folder / "noise" / f"{name}.flac") for name in KINDS["talkers"]]
    room = np.random.default_rng(1)
    for number, one in enumerate(said):
        speech = one.samples()
        if one.hard or len(speech) > LONGEST_S * RATE_HZ:
            continue
        speech = mixing.trimmed(speech, peak=PEAK)
        end_s = LEAD_S + len(speech) / RATE_HZ - mixing.TRAILING_S
        length = len(speech) + round((LEAD_S + TAIL_S) * RATE_HZ)
        alone = room.normal(0, 1e-4, length).astype(np.float32)
        alone[round(LEAD_S * RATE_HZ) :][: len(speech)] += speech
        yield Case(one.text or "", None, alone, end_s)
        other = others[number % len(others)]
        start = int(np.random.default_rng(number).integers(len(other)))
        for ratio_db in RATIOS_DB:
            sound = mixing.mixed(speech, other, ratio_db, lead_s=LEAD_S, tail_s=TAIL_S, start=start)
            yield Case(one.text or "", ratio_db, sound, end_s)


def listen(case: Case, detector: Written, nearness: Nearness) -> Ended | None:
    """The first pause that stands at or behind the end, or else the last one; None where the gate never opened."""
    detector.rewind()
    gate = SpeechGate(detector, pause_s=FRAME_S, fade_s=0.016, nearness=nearness)
    pause: tuple[float, Samples] | None = None
    pauses = 0
    for frame in files.frames(case.samples):
        now = frame.at + FRAME_S
        for event in gate.feed(Frame(frame.at, frame.samples)):
            if isinstance(event, SpeechPaused):
                pause, pauses = (now, gate.utterance()), pauses + 1
            elif isinstance(event, SpeechResumed):
                pause = None
        if pause is not None and now - pause[0] >= STANDS_S and now > case.end_s:
            break
    if not gate.open:
        return None
    at, utterance = pause or (len(case.samples) / RATE_HZ, gate.utterance())
    return Ended(utterance, at - case.end_s, pauses - 1)


def row(found: Sequence[tuple[Case, Ended, str]]) -> str:
    """Figures of one limit at one ratio."""
    words = wrong = last = first = 0
    for case, _, text in found:
        said, heard = spoken_words(case.text).split(), spoken_words(text).split()
        words += len(said)
        wrong += Levenshtein.distance(said, heard)
        last += said[-1:] != heard[-1:]
        first += said[:1] != heard[:1]
    after_ms = [ended.after_s * 1000 for _, ended, _ in found]
    vain = sum(ended.in_vain for _, ended, _ in found) / len(found)
    in_time = sum(ms <= 600 for ms in after_ms) / len(found)
    return (
        f"{percentile(after_ms, 50):7.0f}{percentile(after_ms, 90):7.0f}{in_time * 100:7.0f} %{vain:8.2f}"
        f"{wrong / words * 100:8.1f} %{first:6}{last:6}  of {len(found)}"
    )


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m voiceos.bench.talkers", description=__doc__)
    parser.add_argument("--limit", type=int, default=20, help="recordings of each folder, spread evenly")
    parser.add_argument("--chosen", action="store_true", help="only without telling voices apart, and as it is")
    options = parser.parse_args()
    try:
        wanted = chosen_model(Kind.STT, Settings())
        assert wanted is not None
        engine = FasterWhisper(str(Store().path(wanted)), threads=cores(), beam_size=Settings().stt.beam_size)
        all_cases = [(case, Written(case.samples)) for case in cases(options.limit)]
    except VoiceosError as error:
        print(f"{error}: {error.hint}", file=sys.stderr)
        return error.exit_code
    read: dict[bytes, str] = {}
    print("  dB    s   talker dB   known after: p50 p90  ≤ 600 ms  in vain  words wrong  first, last word wrong")
    for near_db, word_s in (OFF, (NEAR_DB, WORD_S)) if options.chosen else LIMITS:
        found: dict[float | None, list[tuple[Case, Ended, str]]] = {}
        for case, detector in all_cases:
            nearness = Nearness(near_db, word_s, math.inf) if near_db == math.inf else Nearness(near_db, word_s)
            ended = listen(case, detector, nearness)
            if ended is None:
                continue
            key = ended.utterance.tobytes()
            if key not in read:
                read[key] = engine.decode(ended.utterance, "en").text
            found.setdefault(case.ratio_db, []).append((case, ended, read[key]))
        for ratio_db, part in found.items():
            talker = "alone" if ratio_db is None else f"{-ratio_db:g}"
            print(f"{near_db:4.0f}{word_s:6.2f}{talker:>11}      {row(part)}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
