"""Whether it remembers: `python -m voiceos.bench.eval_memory`, or `make eval-memory`.

Lives that are written down (`voiceos/bench/lives/`, docs/lives.md) are told to the program, months of them, without
sound: its own language model, memory and eraser, a clock that is turned. Then it is asked, and committed rules judge
the answers.
What was lived is kept in the cache folder; a run that is broken off goes on where it was, and one that is over prints
its figures again at once.

  asked facts recalled            questions about what was told that are answered rightly
  of superseded facts the newer   likewise about what was told anew; giving the older counts as wrong
  invented                        answers on what nobody told that claim to know
  forgotten, and leaking          what was forgotten, in an answer or anywhere in the file of the memory
  drawn facts that were told      of what the language model put down by itself (precision)
  told facts that were drawn      of what it should have (recall)

Exit status: 0 all targets met, 1 one missed, 3 broken settings, 4 no model.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import platformdirs

from voiceos.app import Engines, Specs
from voiceos.app import embedder as embedder_of
from voiceos.bench.lives import figures
from voiceos.bench.lives.living import Behind, Living
from voiceos.bench.lives.script import FOLDER, Life, lives
from voiceos.catalogue import Store as Models
from voiceos.config import Settings
from voiceos.errors import ConfigError, VoiceosError
from voiceos.memory.ports import Embedder

QUICK = ("figure_tomasz",)
"""Told where time is short."""


async def run(
    chosen: Sequence[Life],
    folder: Path,
    *,
    settings: Settings,
    embedder: Embedder,
    specs: Specs | None = None,
    sittings: int | None = None,
    answers: bool = True,
) -> list[tuple[Life, list[Behind]]]:
    """Live lives one after the other, each as far as it has not been."""
    label = f"{settings.llm.engine} {settings.llm.model} seed {settings.llm.seed} {embedder.name}"
    async with Engines(settings, {"llm"}, specs=specs or {}) as engines:
        for error in await engines.wait_ready():
            raise error
        living = Living(
            folder,
            engines,
            embedder=embedder,
            label=label,
            now_s=time.monotonic,
            answers=answers,
            progress=lambda line: print(f"… {line}", file=sys.stderr, flush=True),
        )
        return [(life, await living.live(life, sittings=sittings)) for life in chosen]


def report(lived: Sequence[tuple[Life, list[Behind]]]) -> tuple[list[figures.Judged], list[figures.Drawing]]:
    questions = [one for life, behind in lived for one in figures.judged(life, behind)]
    return questions, [figures.drawing(life, behind) for life, behind in lived]


def as_json(lived: Sequence[tuple[Life, list[Behind]]]) -> dict[str, Any]:
    questions, drawings = report(lived)
    found = figures.shares(questions, drawings)
    return {
        "lives": [life.name for life, _ in lived],
        "turns": sum(len(sitting.turns) for life, behind in lived for sitting in life.sittings[: len(behind)]),
        "seconds": round(sum(one.seconds for _, behind in lived for one in behind)),
        "figures": {
            name: {"share": one.value, "count": one.count, "total": one.total, "interval": one.interval}
            for name, one in found.items()
        },
        "questions": [
            {"life": one.life, "kind": one.question.kind, "asked": one.question.ask, "answer": one.answer}
            | {"verdict": one.verdict.value, "traces": one.traces}
            for one in questions
        ],
    }


def show(questions: Sequence[figures.Judged], drawings: Sequence[figures.Drawing], *, every: bool) -> None:
    """What was missed, and what the language model had been given."""
    for one in questions:
        if every or one.missed or one.traces:
            print(f"\n[{one.life}, {one.question.kind}: {one.verdict}] {one.question.ask}\n  answer: {one.answer}")
            if one.traces:
                print(f"  still in the memory: {', '.join(one.traces)}")
            for line in one.prompt or ("(the language model was not asked)",):
                print(f"  | {line}")
    for life in drawings:
        for fact, right in life.drawn:
            if not right:
                print(
                    f"\n[{life.life}, drawn, not told] {fact.subject} | {fact.relation} | {fact.value}: {fact.sentence}"
                )
        for told, found in life.told:
            if not found:
                names = f"{'/'.join(told.subjects)} | {'/'.join(told.relations)} | {told.value}"
                print(f"\n[{life.life}, told, not drawn] {names}")


def _chosen(options: argparse.Namespace) -> list[Life]:
    folder = options.lives or FOLDER
    found = lives(folder=folder)
    names = options.life or (QUICK if options.quick else [life.name for life in found if life.use == "figure"])
    missing = set(names) - {life.name for life in found}
    if missing:
        raise ConfigError(
            f"there is no life {', '.join(sorted(missing))} in {folder}",
            hint=f"There are: {', '.join(life.name for life in found) or 'none'}.",
        )
    return [life for life in found if life.name in names]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m voiceos.bench.eval_memory", description=__doc__.partition("\n")[0])
    parser.add_argument("life", nargs="*", help="names of lives; all that the figure is of, where there are none")
    parser.add_argument("--quick", action="store_true", help="one life")
    parser.add_argument("--questions-only", action="store_true", help="quicker, and worse: see docs/lives.md")
    parser.add_argument("--sittings", type=int, help="only the first so many of each")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--lives", type=Path, help="a folder of lives of your own")
    parser.add_argument("--state", type=Path, help="where what was lived is kept")
    parser.add_argument("--anew", action="store_true", help="begin anew")
    parser.add_argument("--show", action="store_true", help="what was missed, with what the language model was given")
    parser.add_argument("--show-all", action="store_true", help="every question")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()
    state = options.state or platformdirs.user_cache_path("voiceos") / "bench" / "lives"
    os.environ["XDG_STATE_HOME"] = str(state / "state")  # nothing of the user's own is read, and nothing added to it
    settings = Settings.model_validate({"llm": {"seed": options.seed}})
    try:
        chosen = _chosen(options)
        if options.anew:
            for life in chosen:
                for left in state.glob(f"{life.name}-*"):
                    shutil.rmtree(left)
        lived = asyncio.run(
            run(
                chosen,
                state,
                settings=settings,
                embedder=embedder_of(Models()),
                sittings=options.sittings,
                answers=not options.questions_only,
            )
        )
    except VoiceosError as error:
        print(f"{error}: {error.hint}", file=sys.stderr)
        return error.exit_code
    questions, drawings = report(lived)
    found = figures.shares(questions, drawings)
    if options.json:
        print(json.dumps(as_json(lived), indent=2))
    else:
        if options.show or options.show_all:
            show(questions, drawings, every=options.show_all)
            print()
        print(figures.table(found))
        print(f"{'words beside a question, mean':36}{figures.words_beside(questions):>8.1f}")
    return 0 if all(figures.TARGETS[name].met(one) for name, one in found.items() if name in figures.TARGETS) else 1


if __name__ == "__main__":
    sys.exit(main())
