"""What lives came to, in figures: each with its counts and a 95 % interval. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from voiceos.bench.lives.judge import Verdict, fits, verdict
from voiceos.bench.lives.living import Behind, Drawn
from voiceos.bench.lives.script import Fact, Life, Turn

_NOTE = re.compile(r"[?.!] (\[[^\]]*\])$")
"""What stands behind the user's words."""

Z = 1.96
"""Of a normal distribution, 95 % lie within so many standard deviations."""


@dataclass(frozen=True, slots=True)
class Share:
    """Of `total`, `count` are so."""

    count: int
    total: int

    @property
    def value(self) -> float | None:
        return self.count / self.total if self.total else None

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's, 95 %: it holds for few and for none as well."""
        if not self.total:
            return 0.0, 1.0
        share, n = self.count / self.total, self.total
        centre = share + Z * Z / (2 * n)
        spread = Z * math.sqrt(share * (1 - share) / n + Z * Z / (4 * n * n))
        scale = 1 + Z * Z / n
        return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)


@dataclass(frozen=True, slots=True)
class Judged:
    """One question, and what became of it."""

    life: str
    question: Turn
    answer: str
    verdict: Verdict
    prompt: tuple[str, ...]
    traces: tuple[str, ...]

    @property
    def missed(self) -> bool:
        """It is not as it should be."""
        return self.verdict not in (Verdict.RIGHT, Verdict.ADMITS, Verdict.EVADES, Verdict.CLEAN) or (
            self.verdict in (Verdict.ADMITS, Verdict.EVADES) and not self.question.never
        )


@dataclass(frozen=True, slots=True)
class Drawing:
    """What was drawn from one life, beside what it tells."""

    life: str
    drawn: tuple[tuple[Drawn, bool], ...]
    """Each once, and whether it was told."""
    told: tuple[tuple[Fact, bool], ...]
    """Each that is wanted, and whether it was drawn."""


@dataclass(frozen=True, slots=True)
class Target:
    least: float = 0.0
    most: float = 1.0

    def met(self, share: Share) -> bool:
        return share.value is None or self.least <= share.value <= self.most


TARGETS = {
    "asked facts recalled": Target(least=0.9),
    "of superseded facts the newer": Target(least=0.95),
    "invented": Target(most=0.03),
    "forgotten, and leaking": Target(most=0.0),
}


def judged(life: Life, lived: Iterable[Behind]) -> list[Judged]:
    questions = life.questions
    return [
        Judged(
            life.name,
            questions[one.question],
            one.answer,
            verdict(questions[one.question], one.answer),
            one.prompt,
            one.traces,
        )
        for behind in lived
        for one in behind.asked
    ]


def drawing(life: Life, lived: Sequence[Behind]) -> Drawing:
    """Facts that the language model drew; what the user asked to be remembered it did not have to find, but what they
    asked for counts as found."""
    told = life.facts(until=len(lived))
    ever: dict[int, Drawn] = {}
    for behind in lived:
        ever |= dict(zip(behind.seen, behind.facts, strict=True))
    by_itself = [one for one in ever.values() if one.source == "drawn"]
    return Drawing(
        life.name,
        tuple((one, any(fits(fact, one.subject, one.relation, one.value) for fact in told)) for one in by_itself),
        tuple(
            (fact, any(fits(fact, one.subject, one.relation, one.value) for one in by_itself))
            for fact in dict.fromkeys(told)
            if fact.wanted
        ),
    )


def shares(questions: Sequence[Judged], drawings: Sequence[Drawing]) -> dict[str, Share]:
    """All figures by their names."""

    def share(kind: str, *verdicts: Verdict) -> Share:
        of_kind = [one for one in questions if one.question.kind == kind]
        return Share(sum(one.verdict in verdicts for one in of_kind), len(of_kind))

    told = [one for one in questions if one.question.kind == "told"]
    forgotten = [one for one in questions if one.question.kind == "forgotten"]
    drawn = [right for one in drawings for _, right in one.drawn]
    wanted = [found for one in drawings for _, found in one.told]
    return {
        "asked facts recalled": share("told", Verdict.RIGHT),
        "of superseded facts the newer": share("superseded", Verdict.RIGHT),
        "invented": share("never", Verdict.INVENTS),
        "forgotten, and leaking": Share(
            sum(one.verdict is Verdict.LEAKS or bool(one.traces) for one in forgotten), len(forgotten)
        ),
        "drawn facts that were told": Share(sum(drawn), len(drawn)),
        "told facts that were drawn": Share(sum(wanted), len(wanted)),
        "asked facts said not to be known": Share(sum(one.verdict is Verdict.ADMITS for one in told), len(told)),
        "of superseded facts the older": share("superseded", Verdict.OLDER),
        "never told, and said so": share("never", Verdict.ADMITS),
    }


def words_beside(questions: Sequence[Judged]) -> float:
    """How many words, in the mean, the language model was given beside a question."""
    notes = [_NOTE.search(one.prompt[-1]) if one.prompt else None for one in questions]
    return sum(len(note[1].split()) for note in notes if note) / len(questions) if questions else 0.0


def table(found: dict[str, Share]) -> str:
    lines = [f"{'':36}{'share':>8}{'count':>12}   {'95 % interval':16}target"]
    for name, one in found.items():
        low, high = one.interval
        value = "–" if one.value is None else f"{one.value:.1%}"
        interval = f"{low:.1%} to {high:.1%}" if one.total else "–"
        lines.append(
            f"{name:36}{value:>8}{f'{one.count} of {one.total}':>12}   {interval:16}{_target(name, one)}".rstrip()
        )
    return "\n".join(lines)


def _target(name: str, share: Share) -> str:
    target = TARGETS.get(name)
    if target is None or not share.total:
        return ""
    wanted = f"≥ {target.least:.0%}" if target.least else f"≤ {target.most:.0%}"
    return f"{wanted}, {'met' if target.met(share) else 'missed'}"
