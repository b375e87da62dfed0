"""How well facts are drawn from what is said: precision and recall on committed turns, through the real language model.

    python -m voiceos.bench.drawing [tuning | held_out | FILE.toml] [--show]

Prompt and rules were tuned on `tuning.toml`, and not on `held_out.toml`. The turns go into a store and are gone through
as in idle time (`thinking.reflection`). A fact counts as right where subject and relation are among those that the file
gives, and its value has at least half of its words that matter in common with the file's (F1 of word beginnings of four
letters). Precision is the share of the facts found that are right or allowed (`maybe`), recall the share of the wanted
ones that were found.
"""

from __future__ import annotations

import argparse
import asyncio
import functools
import tempfile
import time
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from voiceos.app import Engines
from voiceos.config import Settings
from voiceos.memory import Fact, Store, terms
from voiceos.memory.terms import folded
from voiceos.thinking.reflection import Reflection, in_thread

FOLDER = Path(__file__).parent
STEM = 4
ENOUGH = 0.5


@dataclass(frozen=True, slots=True)
class Expected:
    """What a turn tells; alternatives are all right."""

    subjects: frozenset[str]
    relations: frozenset[str]
    value: str

    @classmethod
    def of(cls, line: str) -> Expected:
        subject, relation, value = (part.strip() for part in line.split("|"))
        return cls(frozenset(map(folded, subject.split("/"))), frozenset(map(folded, relation.split("/"))), value)

    def fits(self, fact: Fact) -> bool:
        if folded(fact.subject) not in self.subjects or folded(fact.relation) not in self.relations:
            return False
        wanted, found = _beginnings(self.value), _beginnings(fact.value)
        both = len(wanted & found)
        return both > 0 and 2 * both / (len(wanted) + len(found)) >= ENOUGH


@dataclass(slots=True)
class Score:
    wanted: int = 0
    found: int = 0
    drawn: int = 0
    right: int = 0

    @property
    def precision(self) -> float:
        return self.right / self.drawn if self.drawn else 1.0

    @property
    def recall(self) -> float:
        return self.found / self.wanted if self.wanted else 1.0

    def count(self, drawn: Sequence[Fact], wanted: Sequence[Expected], allowed: Sequence[Expected]) -> list[str]:
        """Add one turn; what was wrong in it."""
        missed = [one for one in wanted if not any(one.fits(fact) for fact in drawn)]
        wrong = [fact for fact in drawn if not any(one.fits(fact) for one in (*wanted, *allowed))]
        self.wanted += len(wanted)
        self.found += len(wanted) - len(missed)
        self.drawn += len(drawn)
        self.right += len(drawn) - len(wrong)
        return [f"missed {'/'.join(sorted(one.relations))} {one.value}" for one in missed] + [
            f"wrong {fact.subject} {fact.relation} {fact.value}" for fact in wrong
        ]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("sets", nargs="*", default=["tuning", "held_out"], help="or files of the same form")
    parser.add_argument("--show", action="store_true", help="print what is missed and what is wrong")
    arguments = parser.parse_args()
    print("| turns | wanted | drawn | precision | recall | seconds a turn |")
    print("|---|---|---|---|---|---|")
    for name in arguments.sets:
        path = FOLDER / f"{name}.toml" if (FOLDER / f"{name}.toml").is_file() else Path(name)
        turns = _turns(tomllib.loads(path.read_text("utf-8")))
        score, faults, took_s = asyncio.run(_measure(turns))
        print(
            f"| {path.stem}: {len(turns)} | {score.wanted} | {score.drawn} "
            f"| {score.precision:.0%} | {score.recall:.0%} | {took_s / len(turns):.1f} |"
        )
        if arguments.show:
            print("\n".join(faults))


def _turns(data: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"maybe": [], "conversation": str(number), "at": conversation["at"], **turn}
        for number, conversation in enumerate(data["conversation"])
        for turn in conversation["turns"]
    ]


async def _measure(turns: Sequence[dict[str, Any]]) -> tuple[Score, list[str], float]:
    settings = Settings()
    score, faults = Score(), []
    with tempfile.TemporaryDirectory() as folder, Store(Path(folder) / "memory.db") as store:
        episodes = [
            store.remember_turn(turn["said"], "", at=turn["at"], conversation=turn["conversation"]) for turn in turns
        ]
        async with Engines(settings, {"llm"}) as engines:
            for error in await engines.wait_ready():
                raise error
            reflection = Reflection(
                engines.llm,
                functools.partial(in_thread, store),
                language=settings.assistant.language,
                room_tokens=settings.llm.background_tokens,
            )
            begun = time.perf_counter()
            await reflection.draw()
            took_s = time.perf_counter() - begun
        facts = store.facts(superseded=True, limit=1000)
        told = {
            fact.id: {telling.episode.id for telling in store.tellings(fact.id) if telling.episode} for fact in facts
        }
    for turn, episode in zip(turns, episodes, strict=True):
        drawn = [fact for fact in facts if episode.id in told[fact.id]]
        wrong = score.count(drawn, [*map(Expected.of, turn["facts"])], [*map(Expected.of, turn["maybe"])])
        faults += [f"  {turn['said']} {fault}" for fault in wrong]
    return score, faults, took_s


def _beginnings(text: str) -> set[str]:
    return {word[:STEM] for word in terms.content(text, "en")}
