"""Lives a life from sitting to sitting, and writes down what was answered and what was drawn. A run that is killed goes
on with the sitting that it was at.

Each sitting has a folder with the memory as it was behind it; the next begins with a copy. What it came to is kept raw,
so that other rules of judging need no other run.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from voiceos import files
from voiceos.app import Engines
from voiceos.bench.lives.resident import Resident
from voiceos.bench.lives.script import Life
from voiceos.clock import ManualClock
from voiceos.memory import Fact, Store
from voiceos.memory.ports import Embedder

TURN_S = 20.0
"""Between the beginnings of two turns."""

FORMAT = 3
"""Of what is written; raised with whatever makes a run that was begun differ from a new one."""


class _Raw(BaseModel):
    model_config = ConfigDict(frozen=True)


class Asked(_Raw):
    """A question of the life, by its place among all questions, and what was heard."""

    question: int
    answer: str
    prompt: tuple[str, ...]
    traces: tuple[str, ...] = ()
    """Patterns of what was forgotten that the file of the memory holds all the same."""


class Drawn(_Raw):
    subject: str
    relation: str
    value: str
    sentence: str
    source: str


class Behind(_Raw):
    """What is there behind a sitting."""

    asked: tuple[Asked, ...]
    facts: tuple[Drawn, ...]
    """All that were there behind its last turn, with those that were superseded."""
    seen: tuple[int, ...]
    """Their numbers in the store."""
    seconds: float


class Living:
    """
    Args:
        folder: where its state lies; may be there from an earlier run.
        engines: entered, with a language model.
        label: of whatever else decides what comes out (model, seed), so that no run goes on with another's state.
        answers: False: only questions are answered by the language model, all else with a word.
        progress: told each sitting that is over.
    """

    def __init__(
        self,
        folder: Path,
        engines: Engines,
        *,
        embedder: Embedder,
        label: str,
        now_s: Callable[[], float],
        answers: bool = True,
        progress: Callable[[str], None] = lambda line: None,
    ) -> None:
        self._folder = folder
        self._engines = engines
        self._embedder = embedder
        self._label = label
        self._now_s = now_s
        self._answers = answers
        self._progress = progress

    async def live(self, life: Life, *, sittings: int | None = None) -> list[Behind]:
        """What came of each sitting, those of an earlier run among them.

        Args:
            sittings: only the first so many.

        Raises EngineError and StorageError; what was lived until then is kept.
        """
        folder = self.folder_of(life)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lived: list[Behind] = []
        wanted = life.sittings[:sittings]
        for number, sitting in enumerate(wanted):
            found = folder / f"sitting-{number:03}.json"
            if found.exists():
                lived.append(Behind.model_validate_json(found.read_bytes()))
                continue
            memory = self._memory_for(folder, number)
            behind = await self._sit(life, number, memory)
            files.replace(found, behind.model_dump_json(indent=1).encode())
            if number:
                shutil.rmtree(folder / f"memory-{number - 1:03}", ignore_errors=True)
            lived.append(behind)
            self._progress(
                f"{life.name}: {sitting.at:%d %B %Y}, {number + 1} of {len(wanted)} sittings, {behind.seconds:.0f} s"
            )
        return lived

    def folder_of(self, life: Life) -> Path:
        said = [
            [sitting.at.isoformat(), [[turn.say, turn.ask, turn.leak] for turn in sitting.turns]]
            for sitting in life.sittings
        ]
        content = json.dumps([FORMAT, self._label, self._answers, said])
        return self._folder / f"{life.name}-{hashlib.sha256(content.encode()).hexdigest()[:12]}"

    def _memory_for(self, folder: Path, number: int) -> Path:
        memory = folder / f"memory-{number:03}"
        shutil.rmtree(memory, ignore_errors=True)  # of a sitting that was broken off
        if number:
            shutil.copytree(folder / f"memory-{number - 1:03}", memory)
        else:
            memory.mkdir(mode=0o700)
        return memory / "memory.db"

    async def _sit(self, life: Life, number: int, path: Path) -> Behind:
        began = self._now_s()
        sitting = life.sittings[number]
        first = sum(bool(turn.ask) for before in life.sittings[:number] for turn in before.turns)
        clock = ManualClock(sitting.at, monotonic_s=(sitting.at - life.sittings[0].at) / timedelta(seconds=1))
        asked: list[Asked] = []
        async with Resident(self._engines, Store(path), embedder=self._embedder, clock=clock) as resident:
            for turn in sitting.turns:
                clock.advance(TURN_S)
                answered = await resident.hear(turn.text, answers=self._answers or bool(turn.ask))
                if turn.ask:
                    asked.append(Asked(question=first + len(asked), answer=answered.heard, prompt=answered.prompt))
            await resident.reflect()
            facts = await resident.diary.ask(lambda store: store.facts(superseded=True, limit=10_000))
        asked = [_with_traces(one, life, path) for one in asked]
        return Behind(
            asked=tuple(asked),
            facts=tuple(map(_drawn, facts)),
            seen=tuple(fact.id for fact in facts),
            seconds=self._now_s() - began,
        )


def _drawn(fact: Fact) -> Drawn:
    return Drawn(
        subject=fact.subject,
        relation=fact.relation,
        value=fact.value,
        sentence=fact.sentence,
        source=fact.source.value,
    )


def _with_traces(asked: Asked, life: Life, path: Path) -> Asked:
    """What was forgotten is looked for in the file itself."""
    leak = life.questions[asked.question].leak
    if not leak:
        return asked
    held = "".join(
        one.read_bytes().decode("utf-8", "ignore") for one in sorted(path.parent.rglob("*")) if one.is_file()
    )
    found = tuple(pattern for pattern in leak if re.search(pattern, held, re.IGNORECASE))
    return asked.model_copy(update={"traces": found})
