"""What came of a long run: its figures, and whether they are what they should be.

Memory is the proportional set size (pages that processes share are counted once), taken between two turns. What grows
is looked for in the part of it that no file backs, swapped or not: a leak is there, and how much of a model or library
lies in memory is the system's affair. Only turns whose answer was over count for that, as speaking takes memory, too.
An engine that was replaced has loaded its model anew, so a process is compared with itself only, and not in its first
three minutes, in which it fills its buffers; the slopes of the program and its engines, each the median slope between
any two turns, are then added. Engines are killed and hung in the first third, of
which the program's slope is given as well: in the last two thirds each is the same process, as it would be for months.
The language model takes the memory of its whole context as it starts (`python -m voiceos.bench.context_memory`).
"""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from voiceos.bench.growth import Slope, slope
from voiceos.bench.sound import percentile

EARLY = 1 / 3
"""Share of the time of which no figure is asked: caches fill, engines are replaced."""

MEMORY_MB_H = 1.0
"""Growth that is allowed."""

KNOWN_MB_H = 5.0
"""So closely a slope must be known to be no growth; one from a shorter run says nothing."""

LATENCY_SHARE = 0.1
"""Growth over the last two thirds that counts, where it is sure: less is what a machine has on some days and not on
others."""

WARM_S = 180.0
"""So long the memory of a new process does not count: its buffers fill as they are first needed."""

LEAST_S = 600.0
"""From a shorter time, a slope of memory says nothing of hours."""

LEAST_TURNS = 3
"""Of fewer nothing is concluded."""

NAMES = ("program", "stt", "llm", "tts")

EVENTS = 200
KILLS = 1000
"""What `make soak` is asked for."""

Verdict = Literal["met", "missed", "too short to tell"]


@dataclass(frozen=True, slots=True)
class Held:
    """What a process takes."""

    pid: int
    mb: float
    own_mb: float
    """That no file backs."""


def held(pid: int) -> Held:
    """By a process that runs now. Raises OSError where it does not."""
    lines = (line.split() for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:])
    kb = {name.rstrip(":"): int(size) for name, size, *_ in lines}
    own = kb["Pss_Anon"] + kb["SwapPss"]
    return Held(pid, (kb["Pss"] + kb["SwapPss"]) * 1024 / 1e6, own * 1024 / 1e6)


@dataclass(frozen=True, slots=True)
class Turn:
    at_s: float
    """Since the first."""
    question: int
    """Which of the questions."""
    latency_ms: float | None
    """From the end of the question to the first sound of the answer; None: there was none."""
    fault: str
    """What came right before it; empty for nothing."""
    memory: Mapping[str, Held]
    """By `NAMES`; those that ran once the turn was over."""
    files: int
    """Open in the program."""
    threads: int
    """Of the program."""
    rests: bool = True
    """Its answer was over when all of that was taken."""

    @property
    def memory_mb(self) -> float:
        return sum(held.mb for held in self.memory.values())


@dataclass(frozen=True, slots=True)
class Target:
    name: str
    figure: str
    verdict: Verdict


@dataclass(slots=True)
class Soaked:
    """A run so far.

    Args:
        kinds: of faults there are.
    """

    seed: int
    kinds: Sequence[str] = ()
    turns: list[Turn] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)
    ended: str = ""
    """Why it did not go on to the end; empty where it did."""

    def table(self) -> list[tuple[str, str]]:
        """Figures by name that nothing is asked of."""
        turns = self.turns
        calm = [turn for turn in turns if not turn.fault]
        troubled = [turn for turn in turns if turn.fault]
        rows = [
            ("length", f"{turns[-1].at_s / 60:.1f} min" if turns else "0"),
            ("seed", str(self.seed)),
            ("turns, answered", f"{len(calm)}, {_answered(calm)}"),
            ("turns right after a fault, answered", f"{len(troubled)}, {_answered(troubled)}"),
            *((f"faults: {name}", str(self.faults[name])) for name in sorted({*self.kinds, *self.faults})),
        ]
        if turns:
            middle, end = turns[len(turns) // 3 : len(turns) * 2 // 3 + 1], turns[len(turns) * 2 // 3 :]
            rows += [
                ("engines replaced", str(self._replaced())),
                ("memory in the middle and at the end", f"{_mb(middle)} and {_mb(end)} MB"),
                *((f"of which in {name}, backed by no file", _own(name, middle, end)) for name in NAMES),
                *((f"memory slope: {name}", f"{one} MB/h") for name, one in self._slopes().items()),
                ("memory slope: program, in the first third", self._early_slope()),
            ]
        return rows

    def targets(self) -> list[Target]:
        """What is asked of it, and what came of that."""
        missed = [turn for turn in self.turns if turn.latency_ms is None and not turn.fault]
        absent = [name for name in self.kinds if not self.faults[name]]
        return [
            Target("it runs to the end", self.ended or "yes", "missed" if self.ended or not self.turns else "met"),
            Target("unanswered without a fault: 0", str(len(missed)), "missed" if missed else "met"),
            Target(
                "every kind of fault",
                ("all but " + ", ".join(absent)) if absent else f"all {len(self.kinds)}",
                "too short to tell" if absent else "met",
            ),
            self._memory(),
            self._no_more("open files", lambda turn: turn.files),
            self._no_more("threads", lambda turn: turn.threads),
            self._latency(),
        ]

    @property
    def _later(self) -> list[Turn]:
        """The last two thirds of the time."""
        return [turn for turn in self.turns if turn.at_s >= self.turns[-1].at_s * EARLY]

    def _replaced(self) -> int:
        pids = {(name, held.pid) for turn in self.turns for name, held in turn.memory.items()}
        return len(pids) - len({name for name, _ in pids})

    def _slopes(self) -> dict[str, Slope]:
        """Of the program and each engine, MB/h, over the last two thirds."""
        return self._slopes_from(self.turns[-1].at_s * EARLY, self.turns[-1].at_s)

    def _early_slope(self) -> str:
        found = self._slopes_from(0.0, self.turns[-1].at_s * EARLY).get("program")
        return f"{found} MB/h" if found else "too few turns"

    def _slopes_from(self, begin_s: float, end_s: float) -> dict[str, Slope]:
        lives: dict[str, dict[int, list[tuple[float, float]]]] = {}
        first: dict[int, float] = {}
        for turn in (turn for turn in self.turns if turn.rests):
            for name, held in turn.memory.items():
                warm_s = first.setdefault(held.pid, turn.at_s) + WARM_S
                if max(begin_s, warm_s) <= turn.at_s <= end_s:
                    lives.setdefault(name, {}).setdefault(held.pid, []).append((turn.at_s / 3600, held.own_mb))
        found = {name: slope(of.values()) for name, of in lives.items()}
        return {name: one for name, one in found.items() if one is not None}

    def _memory(self) -> Target:
        name = f"memory slope over the last two thirds: at most {MEMORY_MB_H:g} MB/h"
        slopes = self._slopes() if self.turns else {}
        if set(slopes) != {name for turn in self.turns for name in turn.memory} or not slopes:
            return Target(name, "too few turns", "too short to tell")
        whole = Slope(0.0, 0.0, 0.0)
        for one in slopes.values():
            whole += one
        if self.turns[-1].at_s * 2 / 3 < LEAST_S:
            return Target(name, f"{whole} MB/h", "too short to tell")
        known = whole.value <= MEMORY_MB_H and whole.high - whole.value <= KNOWN_MB_H
        return Target(
            name,
            f"{whole} MB/h",
            "missed" if whole.low > MEMORY_MB_H else "met" if known else "too short to tell",
        )

    def _no_more(self, what: str, of: Callable[[Turn], int]) -> Target:
        """Medians of the second and the last third: while something is mended there are more of everything."""
        name = f"{what}: no growth from the second third to the last"
        later = self._later if self.turns else []
        half = later[-1].at_s * 2 / 3 if later else 0.0
        before = [of(turn) for turn in later if turn.at_s < half]
        after = [of(turn) for turn in later if turn.at_s >= half]
        if min(len(before), len(after)) < LEAST_TURNS:
            return Target(name, "too few turns", "too short to tell")
        figures = statistics.median_low(before), statistics.median_low(after)
        return Target(name, f"{figures[0]} and {figures[1]}", "met" if figures[1] <= figures[0] else "missed")

    def _latency(self) -> Target:
        """Each question is compared with itself."""
        name = "latency: no growth over the last two thirds"
        lives: dict[int, list[tuple[float, float]]] = {}
        known = [turn for turn in self._later if not turn.fault] if self.turns else []
        for turn in known:
            if turn.latency_ms is not None:
                lives.setdefault(turn.question, []).append((turn.at_s / 3600, turn.latency_ms))
        found = slope(lives.values())
        if found is None or not found.high < float("inf"):
            return Target(name, "too few turns", "too short to tell")
        p50 = percentile([turn.latency_ms for turn in known if turn.latency_ms is not None], 50)
        hours = (known[-1].at_s - known[0].at_s) / 3600
        grown = found.low > 0 and found.value * hours > LATENCY_SHARE * p50
        return Target(name, f"p50 {p50:.0f} ms, slope {found} ms/h", "missed" if grown else "met")


def events(count: int, trouble: str) -> Target:
    """Of the device events that were lived through in a row; `trouble` is what went wrong, empty for nothing."""
    return _counted(f"{EVENTS} device events in a row, and it hears and answers", count, EVENTS, trouble)


def kills(count: int, trouble: str) -> Target:
    """Of the kills while something was written."""
    return _counted(f"SIGKILL while it writes, {KILLS} times: nothing lost", count, KILLS, trouble)


def _counted(name: str, count: int, wanted: int, trouble: str) -> Target:
    enough: Verdict = "met" if count >= wanted else "too short to tell"
    return Target(name, f"{count}{': ' if trouble else ''}{trouble}", "missed" if trouble else enough)


def verdict(targets: Iterable[Target]) -> Verdict:
    """Of all."""
    found = {target.verdict for target in targets}
    return "missed" if "missed" in found else "too short to tell" if "too short to tell" in found else "met"


def page(rows: Sequence[tuple[str, str]], targets: Sequence[Target], command: str, blocks: Mapping[str, str]) -> str:
    """docs/reliability.md."""
    lines = ["# Reliability", "", f"Written by `{command}`, which prints the same on your machine.", ""]
    lines += [(__doc__ or "").split("\n\n", 1)[1].replace("\n", " ").strip(), ""]
    lines += ["| asked | figure | |", "|---|---|---|"]
    lines += [f"| {target.name} | {target.figure} | {target.verdict} |" for target in targets]
    lines += ["", f"All in all: **{verdict(targets)}**.", "", "| | |", "|---|---|"]
    lines += [f"| {name} | {figure} |" for name, figure in rows]
    for title, block in blocks.items():
        lines += ["", f"{title}:", "", "```", block.strip("\n"), "```"]
    return "\n".join([*lines, ""])


def _answered(turns: Sequence[Turn]) -> int:
    return sum(turn.latency_ms is not None for turn in turns)


def _mb(turns: Sequence[Turn]) -> str:
    return f"{statistics.median(turn.memory_mb for turn in turns):.0f}"


def _own(name: str, middle: Sequence[Turn], end: Sequence[Turn]) -> str:
    medians = []
    for turns in (middle, end):
        known = [turn.memory[name].own_mb for turn in turns if name in turn.memory]
        medians.append(f"{statistics.median(known):.1f}" if known else "unknown")
    return f"{medians[0]} and {medians[1]} MB"
