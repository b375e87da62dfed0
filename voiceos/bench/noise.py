"""`python -m voiceos.bench.noise`: what noise, music and talk of others do to understanding, and whether they alone are
taken for a turn.

Human recordings (optional shared test data) are mixed with each kind at several ratios and go through the program's own
gate, recogniser, end-of-turn model and judge, frame by frame as from a microphone; a turn ends when the policy says so,
as it would where no language model reads along. Then ten minutes of each kind alone: recordings at three levels, each
begun at a random place. Same seed, same mixtures. `--suppressor` measures what noise suppression would change, before
the whole chain or before one part of it.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import sys
from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np

from voiceos import events as ev
from voiceos.app import Engines, gate, policy, stt_language
from voiceos.audio import files
from voiceos.audio.frames import FRAME_S, RATE_HZ, Samples
from voiceos.bench.mixing import looped, mixed
from voiceos.bench.noise_report import Alone, Understood, disturbed, table, understood
from voiceos.bench.recordings import Recording, recordings, speech_dir
from voiceos.bench.suppressors import SUPPRESSORS, Suppressor
from voiceos.config import Settings
from voiceos.engines.silero import Silero
from voiceos.errors import VoiceosError
from voiceos.listening.backchannels import Backchannels
from voiceos.listening.ears import Ears
from voiceos.listening.ports import VoiceActivity
from voiceos.thinking.intents import SentenceMatcher
from voiceos.turn_taking.policy import Policy

KINDS: Mapping[str, tuple[str, ...]] = {
    "noise": (
        *("dishes", "exercise_bike", "office_ambience", "sb_noise1", "sb_noise5", "sb_diffuse"),
        *("mycroft_bg_noise2", "mycroft_bg_noise8"),
    ),
    "music": ("music_strings", "music_vibe_ace"),
    "talkers": tuple(
        f"bgspeech_{name}"
        for name in ("4297_13006_0000", "4397_15666_0000", "5789_57158_0000", "6529_62554_0000", "8088_284756_0000")
    ),
}
"""Recordings of `noise` by what they are."""

RATIOS_DB = (20, 10, 5)
LEAD_S = 1.0
"""Of noise before the first word."""
TAIL_S = 3.0
"""Behind the last: longer than any turn waits."""

ALONE_DBFS = (-40.0, -30.0, -20.0)
PIECE_S = 20.0


class Before(StrEnum):
    """What hears the suppressed sound; the rest of the chain hears all of it."""

    ALL = "all"
    GATE = "gate"
    """Voice activity alone."""
    REST = "rest"
    """All but voice activity: the recogniser and whoever judges the end of the turn."""


class Beside:
    """Voice activity, judged by another sound than the gate keeps: by its frames in order."""

    def __init__(self, samples: Samples) -> None:
        self._silero = Silero()
        self._frames = (frame.samples for frame in files.frames(samples))

    def probability(self, samples: Samples) -> float:
        return self._silero.probability(next(self._frames))

    def reset(self) -> None:
        self._silero.reset()


@dataclass(frozen=True, slots=True)
class Chain:
    """The program's listening, fresh for each sound, with or without a suppressor before it."""

    settings: Settings
    engines: Engines
    suppress: Suppressor | None = None
    before: Before = Before.ALL

    async def hear(self, samples: Samples) -> list[ev.Heard | None]:
        vad = None
        if self.suppress is not None:
            clean = self.suppress(samples)
            if self.before is not Before.ALL:
                vad = Beside(clean if self.before is Before.GATE else samples)
            samples = samples if self.before is Before.GATE else clean
        ears = build_ears(self.settings, self.engines, vad)
        return [heard.what async for heard in listen(samples, ears, policy(self.settings))]


@dataclass(frozen=True, slots=True)
class Heard:
    """One utterance that the gate opened for."""

    what: ev.Heard | None
    """None: too short for a turn."""


async def listen(samples: Samples, ears: Ears, rules: Policy) -> AsyncIterator[Heard]:
    """What the program makes of a sound, utterance by utterance."""
    until: float | None = None

    async def ended() -> Heard:
        utterance, voiced_s = ears.gate.utterance(), ears.gate.voiced_s
        ears.gate.discard()
        return Heard(await ears.understand(utterance, voiced_s) if voiced_s >= rules.min_speech_s else None)

    for frame in files.frames(samples):
        over = False
        ears.keep(frame)
        for event in ears.feed(frame.at + FRAME_S):
            over = over or isinstance(event, ev.UtteranceFull)
            until = None
            if isinstance(event, ev.SpeechPaused):
                sound = await ears.doneness(ears.gate.utterance()) if ears.judges_endings else None
                until = event.silent_since + rules.wait_s(sound, None, expects_words=False)
        if over or (until is not None and frame.at + FRAME_S >= until):
            until = None
            yield await ended()
    if ears.gate.open:
        yield await ended()


def mixtures(
    said: Sequence[Recording],
    noises: Mapping[str, Sequence[Samples]],
    seed: int,
    ratios_db: Sequence[int] = RATIOS_DB,
) -> Iterator[tuple[str, int | None, Recording, Samples]]:
    """Each recording as it is, and over each kind at each ratio."""
    for number, one in enumerate(said):
        speech = one.samples()
        silence = [np.zeros(round(seconds * RATE_HZ), np.float32) for seconds in (LEAD_S, TAIL_S)]
        yield "as recorded", None, one, np.concatenate([silence[0], speech, silence[1]])
        for kind, snr_db in itertools.product(noises, ratios_db):
            # One recording meets the same stretch of the same noise at every ratio.
            chance = np.random.default_rng([seed, number])
            noise = noises[kind][int(chance.integers(len(noises[kind])))]
            start = int(chance.integers(len(noise)))
            yield kind, snr_db, one, mixed(speech, noise, snr_db, lead_s=LEAD_S, tail_s=TAIL_S, start=start)


def alone(noises: Sequence[Samples], minutes: float, seed: int) -> Samples:
    """The recordings in turns, each at a random level of three and from a random place on, for so many minutes."""
    chance = np.random.default_rng(seed)
    parts = []
    for number in range(round(minutes * 60 / PIECE_S)):
        noise = noises[number % len(noises)]
        part = looped(noise, round(PIECE_S * RATE_HZ), int(chance.integers(len(noise))))
        level = 10 ** (chance.choice(ALONE_DBFS) / 20)
        part = part * np.float32(level / (np.sqrt(np.square(part).mean()) or 1.0))
        parts.append(np.clip(part, -1, 1))
    return np.concatenate(parts) if parts else np.zeros(0, np.float32)


def load(folder: Path) -> dict[str, list[Samples]]:
    """Sounds by kind; kinds of which nothing is there are left out."""
    there = {
        kind: [files.read(folder / f"{name}.flac") for name in names if (folder / f"{name}.flac").is_file()]
        for kind, names in KINDS.items()
    }
    return {kind: sounds for kind, sounds in there.items() if sounds}


def build_ears(settings: Settings, engines: Engines, vad: VoiceActivity | None = None) -> Ears:
    """Fresh ones, that have heard nothing yet."""
    language = settings.assistant.language
    return Ears(
        gate=gate(settings, vad),
        stt=engines.stt,
        end_of_turn=engines.end_of_turn,
        judge=engines.judge(),
        matcher=SentenceMatcher(language, settings.assistant.name),
        name=settings.assistant.name,
        own_words=lambda since: "",
        backchannels=Backchannels(language),
        language=stt_language(settings),
    )


async def measure(
    limit: int | None,
    minutes: float,
    seed: int,
    kinds: Collection[str] = tuple(KINDS),
    ratios_db: Sequence[int] = RATIOS_DB,
    suppress: Suppressor | None = None,
    before: Before = Before.ALL,
) -> tuple[list[Understood], list[Alone]]:
    """All rows of `kinds`. Raises ConfigError where there are no recordings, VoiceosError where there are no models."""
    said = [
        one
        for folder in ("english", "commands")
        for one in recordings(speech_dir() / folder, limit)
        if one.text and not one.hard
    ]
    noises = {kind: sounds for kind, sounds in load(speech_dir() / "noise").items() if kind in kinds}
    settings = Settings()
    results: dict[tuple[str, int | None], list[tuple[str, list[ev.Heard | None]]]] = {}
    rows: list[Alone] = []
    async with Engines(settings, {"stt"}) as engines:
        for problem in await engines.wait_ready():
            raise problem
        chain = Chain(settings, engines, suppress, before)
        for number, (kind, snr_db, one, sound) in enumerate(mixtures(said, noises, seed, ratios_db)):
            results.setdefault((kind, snr_db), []).append((one.text or "", await chain.hear(sound)))
            print(f"\r{number + 1} mixtures", end="", file=sys.stderr, flush=True)
        print(file=sys.stderr)
        if minutes:
            for kind, sounds in noises.items():
                rows.append(disturbed(kind, minutes, await chain.hear(alone(sounds, minutes, seed))))
    return [understood(*key, found) for key, found in results.items()], rows


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m voiceos.bench.noise", description=__doc__)
    parser.add_argument("--limit", type=int, default=20, help="recordings of each folder, spread evenly")
    parser.add_argument("--minutes", type=float, default=10.0, help="of each kind alone")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kind", action="append", choices=list(KINDS), help="of these alone")
    parser.add_argument("--ratio", action="append", type=int, choices=RATIOS_DB, help="at these alone, dB")
    parser.add_argument("--suppressor", choices=list(SUPPRESSORS), help="suppress noise first")
    parser.add_argument("--before", type=Before, default=Before.ALL, choices=list(Before), help="what hears it so")
    parser.add_argument("--json", type=Path, help="write the figures there")
    options = parser.parse_args()
    try:
        suppress = SUPPRESSORS[options.suppressor]() if options.suppressor else None
        what = options.kind or tuple(KINDS), options.ratio or RATIOS_DB
        speech, rows = asyncio.run(
            measure(options.limit, options.minutes, options.seed, *what, suppress, options.before)
        )
    except VoiceosError as error:
        print(f"{error}: {error.hint}" if error.hint else error, file=sys.stderr)
        return error.exit_code
    print(table(speech, rows))
    if options.json:
        said = {"speech": [asdict(one) for one in speech], "alone": [asdict(row) for row in rows]}
        options.json.write_text(json.dumps(said, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
