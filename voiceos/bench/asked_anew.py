"""What is answered from memory in other words than rules know: `python -m voiceos.bench.asked_anew`.

Lives that rules were tuned on are told to the store, facts drawn by rule alone, and questions are asked that no rule
was made for (`asked_anew.toml`), half of them about what was told, half about what never was. Of half A single answers
were looked at, of half B none. What rules and judgements leave to the language model is counted, not asked. So is what
asks of the world, which is all to be left to it. `--by-rule` leaves the judgements out.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
import tomllib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from voiceos.app import Engines
from voiceos.app import embedder as embedder_of
from voiceos.bench.lives import judge
from voiceos.bench.lives.script import Life, Turn, lives
from voiceos.bench.sound import percentile
from voiceos.catalogue import Store as Models
from voiceos.config import Settings
from voiceos.diary import Diary
from voiceos.errors import VoiceosError
from voiceos.memory import NOTE, USER, Store
from voiceos.memory.plain import Plain
from voiceos.memory.ports import Embedder
from voiceos.memory.recollection import Recollection, at_once
from voiceos.recalling import Recalling
from voiceos.skills.comprehension import Comprehension
from voiceos.skills.readings import Readings
from voiceos.skills.recounting import Recounting
from voiceos.thinking.intents import SentenceMatcher
from voiceos.thinking.judgement import Judgement
from voiceos.thinking.notes import Notes

QUESTIONS = Path(__file__).with_name("asked_anew.toml")
LANGUAGE = "en"
WORLD = "world"
KINDS = ("told", "never", "changed", WORLD)
"""Of questions: "changed" are those about what was otherwise before, and some of "told" as well."""
LATER = timedelta(days=7)
"""After the last that was told."""


@dataclass(frozen=True, slots=True)
class Answered:
    half: str
    """A or B."""
    kind: str
    """One of `KINDS`."""
    question: Turn
    answer: str
    """Empty where the language model is left to answer."""
    seconds: float

    @property
    def verdict(self) -> str:
        return judge.verdict(self.question, self.answer).value if self.answer else "left"


def questions(name: str, kinds: Sequence[str]) -> list[tuple[str, str, Turn]]:
    """Of a life, each with its half and kind."""
    every = tomllib.loads(QUESTIONS.read_text("utf-8"))
    asked = {kind: [Turn.model_validate(one) for one in every.get(name, {}).get(kind, ())] for kind in kinds}
    if WORLD in asked:
        asked[WORLD] = [Turn(ask=one, never=True) for one in every[WORLD]]
    return [("AB"[place % 2], kind, turn) for kind, turns in asked.items() for place, turn in enumerate(turns)]


def tell(store: Store, life: Life) -> datetime:
    """All that the life tells, as facts drawn by rule; when it was over."""
    readings, matcher, now = Readings(LANGUAGE, Plain(LANGUAGE)), SentenceMatcher(LANGUAGE), life.sittings[0].at
    for sitting in life.sittings:
        for number, turn in enumerate(sitting.turns):
            now = sitting.at.astimezone() + timedelta(seconds=20 * number)
            wish = matcher.match(turn.say) if turn.say else None
            if wish is not None and wish.name == "forget_about":
                store.forget(store.select_about(str(wish.slots["topic"])))
            elif turn.say and (wish is None or wish.name == "remember"):
                episode = store.remember_turn(turn.say, "I see.", at=now, conversation=str(now.date()))
                if wish is not None:
                    kept = str(wish.slots["text"])
                    store.remember_fact(USER, NOTE, kept, at=now, sentence=kept, single=False, episode=episode.id)
        for waiting in store.undrawn(limit=1000):
            reading = None if readings.in_need(waiting) else readings.of(waiting, store)
            store.take_in(waiting.id, reading.drawn if reading else (), reading.over if reading else ())
    return now


async def ask(
    life: Life, engines: Engines, embedder: Embedder, kinds: Sequence[str], *, by_rule: bool
) -> list[Answered]:
    answered: list[Answered] = []
    with tempfile.TemporaryDirectory() as folder, Store(Path(folder) / "memory.db") as store:
        now = tell(store, life) + LATER
        judgement = Judgement(engines.llm, language=LANGUAGE)
        recounting = Recounting(LANGUAGE)
        async with Diary(store, announce=print) as diary, Recollection(store, embedder) as recollection:
            await recollection.catch_up(at_once)
            recalling = Recalling(
                diary,
                engines.thinker(),
                recollection,
                recounting,
                None if by_rule else Comprehension(judgement, recounting, language=LANGUAGE, patience_s=600.0),
                notes=Notes(LANGUAGE),
                settings=engines.settings.memory,
                in_mind=frozenset,
                patience_s=600.0,
            )
            if not by_rule:
                await judgement.prepare()
            for half, kind, turn in questions(life.name, kinds):
                began = time.monotonic()
                recalled = await recalling.recall(turn.ask, now, (), None)
                answer = recalled.answer if recalled else ""
                answered.append(Answered(half, kind, turn, answer, time.monotonic() - began))
    return answered


def table(answered: Sequence[Answered]) -> str:
    rows = []
    for half in "AB":
        for kind in KINDS[:-1]:
            of = [one for one in answered if (one.half, one.kind) == (half, kind)]
            counts = Counter(one.verdict for one in of)
            told = ", ".join(f"{name} {counts[name]}" for name in sorted(counts))
            rows.append(f"half {half}, {kind:7} {len(of):3}: {told}")
    world = [one for one in answered if one.kind == WORLD]
    rows.append(f"of the world {len(world)}: left {sum(not one.answer for one in world)}")
    for name, some in (("of their life", [one for one in answered if one.kind != WORLD]), ("of the world", world)):
        seconds = sorted(one.seconds for one in some)
        if seconds:
            rows.append(f"seconds {name}, p50, p90: {percentile(seconds, 50):.2f}, {percentile(seconds, 90):.2f}")
    return "\n".join(rows)


async def run(options: argparse.Namespace) -> list[Answered]:
    settings, embedder = Settings(), embedder_of(Models())
    asked_of = tomllib.loads(QUESTIONS.read_text("utf-8"))
    chosen = [
        life
        for life in lives()
        if life.use == "tuning" and life.name in asked_of and (not options.life or life.name in options.life)
    ]
    answered: list[Answered] = []
    async with Engines(settings, {"llm"}) as engines:
        for error in await engines.wait_ready():
            raise error
        for life in chosen:
            of_life = await ask(life, engines, embedder, options.kind or KINDS, by_rule=options.by_rule)
            for one in of_life:
                if options.show and one.kind != WORLD and (options.all or one.half == "A"):
                    print(
                        f"[{life.name}, {one.half}, {one.kind}: {one.verdict}] {one.question.ask}\n  {one.answer}",
                        flush=True,
                    )
            answered += of_life
    return answered


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m voiceos.bench.asked_anew", description=__doc__.partition("\n")[0])
    parser.add_argument("life", nargs="*")
    parser.add_argument("--by-rule", action="store_true", help="without judgements")
    parser.add_argument("--kind", action="append", choices=KINDS, help="only these questions; may be given again")
    parser.add_argument("--show", action="store_true", help="each answer of half A")
    parser.add_argument("--all", action="store_true", help="with --show: of both, which must not be tuned on then")
    options = parser.parse_args()
    try:
        print(table(asyncio.run(run(options))))
    except VoiceosError as error:
        print(f"{error}: {error.hint}", file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
