"""How well days are put in short: `python -m voiceos.bench.in_short`, by the real language model, of lives.

What was said in the lives that are written down (`voiceos/bench/lives/`, docs/lives.md) goes into a store, and days and
weeks are put in short as in idle time (`thinking.consolidation`). Beside it stands what it has to beat: the longest
sentences of the user's, as many, which also stand for a day of which the model wrote nothing that holds.

  facts     told on a day, as the life lists them, whose value is named in what is left of the day
  words     letters of it, as a share of those of what was said
  unheard   sentences with a word that matters and that nobody said that day (first four letters)
"""

from __future__ import annotations

import argparse
import asyncio
import functools
import re
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta
from pathlib import Path

from voiceos.app import Engines
from voiceos.bench.lives.script import FOLDER, Life, read
from voiceos.config import Settings
from voiceos.errors import VoiceosError
from voiceos.memory import Episode, Scope, Store, terms
from voiceos.thinking.consolidation import Consolidation
from voiceos.thinking.reflection import in_thread
from voiceos.thinking.statements import Statements

STEM = 4


@dataclass(slots=True)
class Score:
    days: int = 0
    """With anything told."""
    own: int = 0
    """Of them put in the user's own sentences, as nothing that the model wrote held."""
    facts: int = 0
    named: int = 0
    by_sentences: int = 0
    """Facts that as many of the longest sentences name."""
    sentences: int = 0
    unheard: int = 0
    letters: int = 0
    said_letters: int = 0
    week_facts: int = 0
    week_named: int = 0
    seconds: float = 0.0

    def add(self, other: Score) -> None:
        for field in fields(self):
            setattr(self, field.name, getattr(self, field.name) + getattr(other, field.name))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m voiceos.bench.in_short", description=__doc__.partition("\n")[0])
    parser.add_argument("lives", nargs="*", default=["figure_arlo", "figure_tomasz", "tuning_idris", "tuning_nora"])
    parser.add_argument("--show", action="store_true", help="print what is left of each day")
    options = parser.parse_args()
    total = Score()
    print(
        "| life | days | in own words | facts named | by as many sentences | in weeks | letters | unheard | s a day |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    try:
        for name in options.lives:
            one = asyncio.run(measure(read(FOLDER / f"{name}.toml"), show=options.show))
            print(_row(name, one), flush=True)
            total.add(one)
    except VoiceosError as error:
        print(f"{error}: {error.hint}", file=sys.stderr)
        return error.exit_code
    print(_row("all", total))
    return 0


async def measure(life: Life, *, show: bool = False) -> Score:
    """What is left of the days of a life. Raises VoiceosError."""
    settings = Settings()
    language = settings.assistant.language
    score = Score()
    with tempfile.TemporaryDirectory() as folder, Store(Path(folder) / "memory.db", language=language) as store:
        for sitting in life.sittings:
            for number, turn in enumerate(sitting.turns):
                at = sitting.at + timedelta(minutes=number)
                store.remember_turn(turn.text, "", at=at, conversation=f"{sitting.at}")
        over = life.sittings[-1].at + timedelta(days=14)
        async with Engines(settings, {"llm"}) as engines:
            for error in await engines.wait_ready():
                raise error
            consolidation = Consolidation(
                engines.llm,
                functools.partial(in_thread, store),
                language=language,
                room_tokens=settings.llm.background_tokens,
                profile_tokens=0,
                now=lambda: over,
            )
            begun = time.perf_counter()
            await consolidation.run()
            score.seconds = time.perf_counter() - begun
        begins = life.sittings[0].at.date()
        days = {day.begins: day.lines for day in store.chronicle.between(Scope.DAY, begins, over.date())}
        weeks = store.chronicle.between(Scope.WEEK, begins - timedelta(days=7), over.date())
        said = {day: store.chronicle.turns_on(day) for day in days}
    values: dict[date, list[str]] = {}
    for sitting in life.sittings:
        told = [fact.value for turn in sitting.turns for fact in turn.facts if fact.wanted]
        values.setdefault(sitting.at.date(), []).extend(told)
    statements = Statements(language)
    for day, lines in days.items():
        if lines:
            _count(score, lines, said[day], values[day], statements, language)
        if show:
            print(f"{day}: {' '.join(lines) or '–'}", file=sys.stderr)
    for week in weeks:
        wanted = [value for day, some in values.items() if week.begins <= day <= week.ends for value in some]
        score.week_facts += len(wanted)
        score.week_named += _named(wanted, week.lines)
    return score


def _count(
    score: Score,
    lines: Sequence[str],
    turns: Sequence[Episode],
    values: Sequence[str],
    statements: Statements,
    language: str,
) -> None:
    every = [line for turn in turns for line in statements.of(turn)]
    longest = statements.turned(every, len(lines))
    heard = {word[:STEM] for line in every for word in terms.content(line.text, language)}
    score.days += 1
    score.own += set(lines) <= set(statements.turned(every, len(every)))
    score.facts += len(values)
    score.named += _named(values, lines)
    score.by_sentences += _named(values, longest)
    score.sentences += len(lines)
    score.unheard += sum(any(word[:STEM] not in heard for word in terms.content(line, language)) for line in lines)
    score.letters += sum(map(len, lines))
    score.said_letters += sum(len(turn.said) for turn in turns)


def _named(values: Iterable[str], lines: Sequence[str]) -> int:
    text = " ".join(lines)
    return sum(bool(re.search(value, text, re.IGNORECASE)) for value in values)


def _row(name: str, one: Score) -> str:
    parts = (
        name,
        one.days,
        one.own,
        f"{one.named} of {one.facts}",
        one.by_sentences,
        f"{one.week_named} of {one.week_facts}",
        f"{one.letters / max(1, one.said_letters):.0%}",
        f"{one.unheard} of {one.sentences}",
        f"{one.seconds / max(1, one.days):.1f}",
    )
    return f"| {' | '.join(map(str, parts))} |"


if __name__ == "__main__":
    sys.exit(main())
