"""`python -m voiceos.bench.conversation`: fast and polite, measured at once.

The real program over the virtual sound card; both voices on one recording of one clock. Turns of many kinds: questions
of real people and synthesised ones, short and long, with a pause inside at the border of two words; and sounds that are
no turn: knocks, noise, music, and "mm-hm" over a reply. Latency is measured as in `voice_to_voice.py`. A cut-in is an
answer that begins before the user is done; a false stop is a reply that a "mm-hm" or a knock ends. Same seed, same
turns. Prints a table; writes JSON where asked, and compares with an earlier one (`--baseline`).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soxr

from voiceos.app import Engines
from voiceos.audio import files
from voiceos.audio.frames import RATE_HZ, Samples
from voiceos.bench import waterfall
from voiceos.bench.barge_in import CUT, DEBUG, STORIES
from voiceos.bench.session import Session
from voiceos.bench.sound import percentile
from voiceos.bench.virtual_card import VirtualCard
from voiceos.bench.voice_to_voice import HUMAN, QUESTIONS, starter_settings
from voiceos.config import Settings

PITCH = 1.12
"""The user's voice is the assistant's, so much higher."""

SHORT = ("Yes.", "No, the other one.", "Maybe later.", "Thank you.", "Good morning.", "That is right.")
LONG = (
    "I went to the market this morning and bought some apples and a loaf of bread, and on the way home I met an old "
    "friend of mine whom I had not seen for years. What should I cook for him tonight?",
    "My sister is coming to visit me next weekend with her two little children, and they have never been to this town "
    "before. What could we do together when it rains the whole day?",
    "I have been thinking about learning an instrument for a very long time, but I never had the patience to practise "
    "every day after work. Do you think that the piano is a good one to begin with?",
)
PAUSED = (
    "What is the best way to cook rice for four people?",
    "Could you tell me something about the history of Italy?",
    "I would like to know how far away the moon is.",
    "Do you think I should take an umbrella with me today?",
    "Tell me the name of a river that flows through London.",
    "How many hours of sleep does a grown up person need?",
)
PAUSES_S = (0.3, 1.5)
BACKCHANNELS = ("Mm-hmm.", "Uh-huh.", "Yeah.")
KNOCKS = ("short_friction0", "short_friction1")
NO_TURN = ("dishes", "office_ambience", "music_strings", "music_vibe_ace")
NOISE_S = 20.0


@dataclass(frozen=True, slots=True)
class Turn:
    """What happens on the user's side."""

    kind: str
    name: str
    samples: Samples
    over_reply: bool = False
    """It sounds over a reply to a question that is asked before."""
    answered: bool = True
    """It wants an answer."""


@dataclass(frozen=True, slots=True)
class Outcome:
    kind: str
    name: str
    answered: bool
    latency_s: float | None
    cut_in: bool
    false_stop: bool | None
    """None where nothing sounded that could have been stopped."""


async def turns(seed: int) -> list[Turn]:
    """All turns, in an order that the seed shuffles."""
    chance = random.Random(seed)  # noqa: S311 - lengths and an order, no secrets
    made: list[Turn] = []
    async with Engines(Settings(), {"tts"}) as engines:

        async def say(text: str) -> tuple[Samples, list[int]]:
            """16 kHz sound, and where each word ends in it."""
            speech = await engines.tts.synthesize(text, speed=1.0)
            rate_hz = speech.rate_hz * PITCH
            ends = [round(word.sample_end * RATE_HZ / rate_hz) for word in speech.words]
            return soxr.resample(speech.samples, rate_hz, RATE_HZ), ends

        for kind, texts in (("question", QUESTIONS), ("short", SHORT), ("long", LONG)):
            made += [Turn(kind, text, (await say(text))[0]) for text in texts]
        for text in PAUSED * 4:
            samples, ends = await say(text)
            pause_s = chance.uniform(*PAUSES_S)
            at = chance.choice(ends[1:-1])
            silence = np.zeros(round(pause_s * RATE_HZ), np.float32)
            made.append(
                Turn("paused", f"{pause_s:.2f} s: {text}", np.concatenate([samples[:at], silence, samples[at:]]))
            )
        for text in BACKCHANNELS * 2:
            made.append(Turn("mm-hm", text, (await say(text))[0], over_reply=True, answered=False))
    speech = Path(os.environ.get("VOICEOS_SPEECH", "../shared/speech"))
    made += [Turn("human", name, files.read(speech / name)) for name in HUMAN if (speech / name).is_file()]
    for name in KNOCKS:
        if (path := speech / "noise" / f"{name}.flac").is_file():
            made.append(Turn("knock", name, files.read(path), over_reply=True, answered=False))
    for name in NO_TURN:
        if (path := speech / "noise" / f"{name}.flac").is_file():
            made.append(Turn("noise", name, files.read(path)[: round(NOISE_S * RATE_HZ)], answered=False))
    chance.shuffle(made)
    return made


async def play(session: Session, turn: Turn, story: Samples) -> Outcome:
    """One turn, and what came of it."""
    if turn.over_reply:
        asked = await session.say(story, RATE_HZ)
        await session.sounding(asked.end_s)
        await asyncio.sleep(1.0)
        marker = len(session.lines)
        await session.play(turn.samples, RATE_HZ)
        await session.quiet()
        stopped = any(CUT.search(line) for line in session.lines[marker:])
        return Outcome(turn.kind, turn.name, False, None, False, stopped)
    if not turn.answered:
        begun = session.now_s
        await session.play(turn.samples, RATE_HZ)
        spoke = await session.answer(begun, patience_s=len(turn.samples) / RATE_HZ + 3.0)
        return Outcome(turn.kind, turn.name, spoke is not None, None, spoke is not None, None)
    asked = await session.say(turn.samples, RATE_HZ)
    cut_in = any(bool(asked.begin_s < one.begin_s < asked.end_s) for one in session.assistant(asked.begin_s))
    answer = await session.answer(asked.end_s)
    latency_s = None if answer is None else answer.begin_s - asked.end_s
    return Outcome(turn.kind, turn.name, answer is not None, latency_s, cut_in, None)


async def measure(
    seed: int, most: int | None, kinds: Sequence[str], extra: str
) -> tuple[list[Outcome], list[dict[str, int]]]:
    """All outcomes, and the program's own waterfalls."""
    planned = [turn for turn in await turns(seed) if not kinds or turn.kind in kinds][:most]
    async with Engines(Settings(), {"tts"}) as engines:
        spoken = await engines.tts.synthesize(STORIES[0], speed=1.0)
    story: Samples = soxr.resample(spoken.samples, spoken.rate_hz * PITCH, RATE_HZ)
    done: list[Outcome] = []
    with VirtualCard() as card, tempfile.TemporaryDirectory() as home:
        arguments = ["--no-greeting", "--trace-json"]
        async with Session(card, starter_settings(DEBUG + extra), Path(home), arguments=arguments) as session:
            for turn in planned:
                one = await play(session, turn, story)
                done.append(one)
                latency = "" if one.latency_s is None else f"{one.latency_s * 1000:6.0f} ms"
                flaws = " CUT IN" * one.cut_in + " STOPPED" * bool(one.false_stop)
                flaws += " NO ANSWER" * (turn.answered and not one.answered)
                print(f"{len(done):3} {one.kind:9}{latency:>10}{flaws}  {one.name}", flush=True)
            waterfalls = [json.loads(line.split("trace ", 1)[1]) for line in session.lines if "trace {" in line]
    return done, waterfalls


def figures(done: Sequence[Outcome]) -> dict[str, Any]:
    """What the outcomes come to, overall and by kind."""

    def latencies(part: Sequence[Outcome]) -> dict[str, float]:
        ms = [one.latency_s * 1000 for one in part if one.latency_s is not None]
        return {f"p{q}_ms": percentile(ms, q) for q in (50, 90, 95)}

    wanted = [one for one in done if one.latency_s is not None or one.kind in WANTED]
    stoppable = [one for one in done if one.false_stop is not None]
    return {
        "turns": len(wanted),
        "answered": sum(one.answered for one in wanted),
        **latencies(wanted),
        "cut_ins": sum(one.cut_in for one in done if one.kind == "paused"),
        "paused": sum(one.kind == "paused" for one in done),
        "false_stops": sum(bool(one.false_stop) for one in stoppable),
        "over_replies": len(stoppable),
        "answers_to_noise": sum(one.answered for one in done if one.kind == "noise"),
        "kinds": {
            kind: {"turns": len(part), **latencies(part)}
            for kind in WANTED
            if (part := [one for one in done if one.kind == kind])
        },
    }


WANTED = ("question", "human", "short", "long", "paused")
"""Kinds of turns that want an answer."""


def show(now: dict[str, Any], before: dict[str, Any] | None) -> None:
    """Print figures, beside those of an earlier run where there is one."""
    for name, value in now.items():
        if name == "kinds":
            continue
        was = "" if before is None else f"{before.get(name, float('nan')):12.0f}"
        print(f"{name:18}{value:10.0f}{was}")
    for kind, row in now["kinds"].items():
        print(f"  {kind:10}" + "  ".join(f"{name} {value:.0f}" for name, value in row.items()))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m voiceos.bench.conversation", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--turns", type=int, help="only the first so many")
    parser.add_argument("--set", action="append", default=[], help="one more line of config.toml")
    parser.add_argument("--kind", action="append", default=[], help="only turns of this kind; may be repeated")
    parser.add_argument("--json", type=Path, help="write all of it there")
    parser.add_argument("--baseline", type=Path, help="JSON of an earlier run to compare with")
    options = parser.parse_args()
    done, waterfalls = asyncio.run(measure(options.seed, options.turns, options.kind, "\n".join(["", *options.set])))
    now = figures(done)
    show(now, json.loads(options.baseline.read_text())["figures"] if options.baseline else None)
    print(waterfall.medians(waterfalls))
    if options.json:
        options.json.write_text(
            json.dumps({"figures": now, "outcomes": [asdict(one) for one in done], "waterfalls": waterfalls}, indent=1)
        )


if __name__ == "__main__":
    main()
