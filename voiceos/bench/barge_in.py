"""`python -m voiceos.bench.barge_in`: how soon it falls silent, and whether it remembers what was heard.

The real program over the virtual sound card tells stories and is interrupted at random moments. Silence is measured
on the recording, from the first 5 ms of the user's voice above −40 dBFS to the last of the assistant's above −46. What
the history holds is compared, in words, with a transcript of what the assistant had said when it fell silent.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import re
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import soxr

from voiceos.app import Engines
from voiceos.audio.frames import RATE_HZ as HEARD_HZ
from voiceos.bench.recordings import spoken_words
from voiceos.bench.session import Session
from voiceos.bench.sound import Stretch, percentile
from voiceos.bench.virtual_card import RATE_HZ, VirtualCard
from voiceos.bench.voice_to_voice import spoken, starter_settings
from voiceos.config import Settings

STORIES = tuple(
    f"Tell me a long story about {whom}."
    for whom in ("a lighthouse keeper", "a fox in the snow", "a baker in the mountains", "two friends at sea")
)
INTERRUPTIONS = (
    "Wait a moment, please.",
    "Hold on, I have a question.",
    "Okay, that is very nice.",
    "Listen to me now.",
)
DEBUG = '\n[log]\nlevel = "DEBUG"\nspeech = true\n'
UNNOTICED_S = 0.06
"""Sooner after the user's first sound no interruption can have been noticed."""
CUT = re.compile(r"cut off after (.*)$")


@dataclass(frozen=True, slots=True)
class Interruption:
    spoke_s: float
    """How long the reply had sounded."""
    silent_ms: float
    """From the user's first sound to the assistant's last; 0 where it was between two phrases."""
    words_apart: int
    """Words in the history less words that were heard; −99 where nothing was remembered."""


async def measure(count: int, seed: int) -> list[Interruption]:
    chance = random.Random(seed)  # noqa: S311 - moments to interrupt at, no secrets
    stories = await spoken(STORIES, Settings())
    interruptions = await spoken(INTERRUPTIONS, Settings())
    done: list[Interruption] = []
    with VirtualCard() as card, tempfile.TemporaryDirectory() as home:
        async with (
            Engines(Settings(), {"stt"}) as ears,
            Session(card, starter_settings(DEBUG), Path(home), arguments=["--no-greeting"]) as session,
        ):
            while len(done) < count:
                asked = await session.say(chance.choice(stories)[1], HEARD_HZ)
                began = await session.sounding(asked.end_s)
                await asyncio.sleep(chance.uniform(0.2, 4.0))
                marker = len(session.lines)
                over = await session.say(chance.choice(interruptions)[1], HEARD_HZ)
                silent = session.silent_since(0, over.begin_s)
                await session.answer(max(over.end_s, silent))
                remembered = [found[1] for line in session.lines[marker:] if (found := CUT.search(line))]
                if not remembered and silent <= over.begin_s + UNNOTICED_S:
                    continue  # the reply had ended by itself
                heard = session.cut(Stretch(began, silent), 0)
                text = (await ears.stt.transcribe(soxr.resample(heard, RATE_HZ, HEARD_HZ), language="en")).text
                apart = (
                    len(spoken_words(remembered[0]).split()) - len(spoken_words(text).split()) if remembered else -99
                )
                one = Interruption(over.begin_s - began, (silent - over.begin_s) * 1000, apart)
                done.append(one)
                print(
                    f"{len(done):3}  after {one.spoke_s:4.1f} s  silent in {one.silent_ms:4.0f} ms  {apart:+d} words",
                    flush=True,
                )
    return done


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    done = asyncio.run(measure(arguments.count, arguments.seed))
    silences = [one.silent_ms for one in done]
    print(f"silent within 250 ms: {sum(ms <= 250 for ms in silences)} of {len(done)}")
    print(f"p50 {percentile(silences, 50):.0f} ms, p95 {percentile(silences, 95):.0f} ms")
    print(f"history within one word of what was heard: {sum(abs(one.words_apart) <= 1 for one in done)} of {len(done)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
