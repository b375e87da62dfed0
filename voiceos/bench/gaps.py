"""`python -m voiceos.bench.gaps`: whether long answers run on, or stop while the next words are still being made.

The real program over the virtual sound card is asked for long answers; every silence inside them is counted. The
voice itself pauses for up to a fifth of a second behind a sentence, and at commas; a silence a quarter of a second
longer is heard as a gap.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from voiceos.audio.frames import RATE_HZ, Samples
from voiceos.bench.session import Session
from voiceos.bench.sound import ASSISTANT_LEVEL, Stretch, percentile, stretches
from voiceos.bench.virtual_card import RATE_HZ as CARD_HZ
from voiceos.bench.virtual_card import VirtualCard
from voiceos.bench.voice_to_voice import spoken, starter_settings
from voiceos.config import Settings
from voiceos.engines.piper import TAIL_S
from voiceos.errors import VoiceosError

QUESTIONS = (
    "Tell me a story about a fox and a bear.",
    "Please explain in detail how plants make their food.",
    "What should I see when I travel to Italy?",
    "How can I learn to play the piano?",
    "Tell me a lot about the moon and how it moves.",
    "How do I bake bread at home, step by step?",
    "Why do people dream? Please tell me all about it.",
    "Tell me the history of the bicycle.",
)

PAUSE_S = 0.1
"""Shorter silences lie inside words: stops are silent."""

HEARD_S = 0.25
"""By how much longer than the voice's own longest pause a silence is a gap."""

LONG_S = 6.0
"""An answer of three sentences or more lasts that long."""


def silences(samples: Samples, rate_hz: int) -> list[float]:
    """Seconds of each silence of at least `PAUSE_S` between two sounds of an answer."""
    found = stretches(samples, rate_hz, ASSISTANT_LEVEL, gap_s=PAUSE_S)
    return [after.begin_s - before.end_s for before, after in pairwise(found)]


async def measure(turns: int) -> list[tuple[str, float, list[float]]]:
    """Question, seconds of the answer (0: none), and its silences. Raises VoiceosError where the program ends."""
    questions = await spoken(QUESTIONS, Settings())
    found = []
    with VirtualCard() as card, tempfile.TemporaryDirectory() as home:
        async with Session(card, starter_settings(), Path(home), arguments=["--no-greeting"]) as session:
            for number in range(turns):
                text, samples = questions[number % len(questions)]
                answer = (await session.ask(samples, RATE_HZ)).answer
                if answer is not None:  # the longest gap looks like its end
                    await session.quiet()
                    answer = Stretch(answer.begin_s, session.assistant(answer.begin_s)[-1].end_s)
                pauses = [] if answer is None else silences(session.cut(answer, 0), CARD_HZ)
                length_s = 0.0 if answer is None else answer.end_s - answer.begin_s
                found.append((text, length_s, pauses))
                longest = f"{max(pauses) * 1000:4.0f} ms" if pauses else "   –   "
                print(f"{number + 1:3} {length_s:6.1f} s  longest silence {longest}  {text}", flush=True)
    return found


def table(found: Sequence[tuple[str, float, list[float]]]) -> str:
    most_s = max(TAIL_S.values()) + HEARD_S
    long = [(length_s, pauses) for _, length_s, pauses in found if length_s >= LONG_S]
    every = [pause for _, pauses in long for pause in pauses]
    if not every:
        return "no answer was long enough"
    of = ", ".join(f"p{q} {percentile(every, q) * 1000:.0f}" for q in (50, 90, 95))
    gaps = [pause for pause in every if pause > most_s]
    return (
        f"answers of {LONG_S:.0f} s and more: {len(long)}, {sum(length_s for length_s, _ in long):.0f} s in all\n"
        f"silences in them: {len(every)}, {of}, longest {max(every) * 1000:.0f} ms\n"
        f"gaps, of more than {most_s * 1000:.0f} ms: {len(gaps)}"
    )


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m voiceos.bench.gaps", description=__doc__)
    parser.add_argument("--turns", type=int, default=len(QUESTIONS))
    options = parser.parse_args()
    try:
        print(table(asyncio.run(measure(options.turns))))
    except VoiceosError as error:
        print(f"{error}: {error.hint}" if error.hint else error, file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
