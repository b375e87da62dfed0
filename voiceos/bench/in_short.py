"""What a day keeps when it is put in short: `python -m voiceos.bench.in_short`, of lives and by the real model's facts.

What was said in the lives that are written down (`voiceos/bench/lives/`, docs/lives.md) goes into a store, and facts
are drawn from it as in idle time. Then each day is put in short as `thinking.consolidation` does it, in so many
sentences: first those of turns that told a fact. Beside it stand as many of the longest, whatever they tell.

  facts     told on the days, as the life lists them, whose value is named in what is left of their day
  letters   of what is left, as a share of those of what was said
"""

from __future__ import annotations

import argparse
import asyncio
import functools
import re
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from voiceos.app import Engines
from voiceos.bench.lives.script import FOLDER, Life, lives, read
from voiceos.config import Settings
from voiceos.errors import VoiceosError
from voiceos.memory import Store
from voiceos.thinking.reflection import Reflection, in_thread
from voiceos.thinking.statements import Statement, Statements

SENTENCES = (1, 2, 4, 6)

Day = tuple[list[tuple[Statement, bool]], list[str]]
"""What was said, each with whether its turn told a fact; and the values of the facts that were told."""


@dataclass(slots=True)
class Score:
    facts: int = 0
    named: int = 0
    by_longest: int = 0
    letters: int = 0
    said_letters: int = 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m voiceos.bench.in_short", description=__doc__.partition("\n")[0])
    parser.add_argument("lives", nargs="*", help="those that figures are of, where none is named")
    options = parser.parse_args()
    try:
        chosen = [read(FOLDER / f"{name}.toml") for name in options.lives] or lives("figure")
        days = [day for life in chosen for day in asyncio.run(days_of(life))]
    except VoiceosError as error:
        print(f"{error}: {error.hint}", file=sys.stderr)
        return error.exit_code
    print(f"{len(days)} days of {', '.join(life.name for life in chosen)}\n")
    print("| sentences a day | facts named | by the longest | letters |\n|---|---|---|---|")
    statements = Statements(Settings().assistant.language)
    for most in SENTENCES:
        one = measure(days, most, statements)
        share = one.letters / max(1, one.said_letters)
        print(f"| {most} | {one.named} of {one.facts} | {one.by_longest} | {share:.0%} |")
    return 0


async def days_of(life: Life) -> list[Day]:
    """Its days, with what is drawn from them. Raises VoiceosError."""
    settings = Settings()
    language = settings.assistant.language
    values: dict[date, list[str]] = {}
    with tempfile.TemporaryDirectory() as folder, Store(Path(folder) / "memory.db", language=language) as store:
        for sitting in life.sittings:
            for number, turn in enumerate(sitting.turns):
                at = sitting.at + timedelta(minutes=number)
                store.remember_turn(turn.text, "", at=at, conversation=f"{sitting.at}")
                told = values.setdefault(at.date(), [])
                told += [fact.value for fact in turn.facts if fact.wanted]
        async with Engines(settings, {"llm"}) as engines:
            for error in await engines.wait_ready():
                raise error
            ask = functools.partial(in_thread, store)
            await Reflection(engines.llm, ask, language=language, room_tokens=settings.llm.background_tokens).draw()
        tellings = [one for fact in store.facts(superseded=True, limit=1000) for one in store.tellings(fact.id)]
        telling = {one.episode.id for one in tellings if one.episode is not None}
        statements = Statements(language)
        return [
            (
                [(line, turn.id in telling) for turn in store.chronicle.turns_on(day) for line in statements.of(turn)],
                told,
            )
            for day, told in values.items()
        ]


def measure(days: Sequence[Day], most: int, statements: Statements) -> Score:
    """What is left of days in so many sentences each."""
    score = Score()
    for lines, values in days:
        left = statements.chosen(lines, most)
        score.facts += len(values)
        score.named += _named(values, left)
        score.by_longest += _named(values, statements.turned([line for line, _ in lines], most))
        score.letters += sum(map(len, left))
        score.said_letters += sum(len(line.text) for line, _ in lines)
    return score


def _named(values: Iterable[str], lines: Sequence[str]) -> int:
    text = " ".join(lines)
    return sum(bool(re.search(value, text, re.IGNORECASE)) for value in values)


if __name__ == "__main__":
    sys.exit(main())
