"""Latency against cut-ins over the endpointing policy: `python -m voiceos.bench.conversation --sweep`.

The engines judge every ending once (`pauses.py`, which says what is cut and how); a policy only weighs what they said,
so that hundreds of them are tried in a second. Which are worth having is decided on half of the speakers, and what they
come to is reported on the other half. Latency here is from the end of a finished turn to its answer, where the answer
itself is ready after `--work-ms`.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from voiceos.app import policy
from voiceos.bench import conversation_picture
from voiceos.bench.pauses import Ending, Point, collect, halves, interval, point
from voiceos.config import Settings
from voiceos.turn_taking.policy import Policy

THRESHOLDS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)
END_SILENCES_S = (0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6, 0.7)
UNFINISHED_S = (0.75, 1.0, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0)
WORTH_S = 0.02
"""Nobody notices a shorter gain than this, so it alone brings no policy onto the front."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One policy on the curve."""

    policy: Policy
    tuned: Point
    """On the half that decides."""
    reported: Point
    """On the other half."""
    default: bool = False
    """What the program does unless told otherwise."""


@dataclass(frozen=True, slots=True)
class Curve:
    candidates: list[Candidate]
    front: list[Candidate]
    """None of them is beaten in both respects by another, on the half that decides; fewest cut-ins first."""
    pauses: int
    """Inner pauses in the half that is reported."""
    turns: int
    """Finished turns in it."""
    work_ms: int


def pareto(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Those that nothing else beats in cut-ins and mean wait, where a wait is shorter by `WORTH_S` or not at all; of
    equals the first. Fewest cut-ins first."""
    front: list[Candidate] = []
    for one in sorted(candidates, key=lambda c: (c.tuned.cut_ins, c.tuned.wait_mean_s)):
        if not front or one.tuned.wait_mean_s <= front[-1].tuned.wait_mean_s - WORTH_S:
            front.append(one)
    return front


def curve(endings: Sequence[Ending], work_ms: int) -> Curve:
    """Every policy of the grid, and the program's own. Needs speakers for both halves."""
    tuning, rest = halves(endings)
    default = policy(Settings())
    grid = [
        replace(default, completion_threshold=threshold, end_silence_s=end, unfinished_silence_s=unfinished)
        for threshold, end, unfinished in itertools.product(THRESHOLDS, END_SILENCES_S, UNFINISHED_S)
    ]
    work_s = work_ms / 1000
    candidates = [
        Candidate(one, point(one, tuning, work_s), point(one, rest, work_s), one == default)
        for one in dict.fromkeys([default, *grid])
    ]
    pauses = sum(not one.finished for one in rest)
    return Curve(candidates, pareto(candidates), pauses, len(rest) - pauses, work_ms)


def table(found: Curve) -> str:
    """The front, and the default, on the half that is reported."""
    default = next(one for one in found.candidates if one.default)
    beaten = default not in found.front
    rows = sorted([*found.front, *([default] if beaten else [])], key=lambda c: c.tuned.cut_ins)
    lines = [
        f"{len(found.candidates)} policies; reported on {found.turns} finished turns and {found.pauses} inner pauses, "
        f"an answer being ready after {found.work_ms} ms",
        "threshold  end s  unfinished s    cut-ins (95 %)          wait mean    p50    p90 s",
    ]
    for one in rows:
        low, high = interval(one.reported.cut_ins, found.pauses)
        share = f"{one.reported.cut_ins:.1%} ({low:.1%} to {high:.1%})"
        numbers = f"{one.policy.completion_threshold:9.2f}{one.policy.end_silence_s:7.2f}"
        waits = "".join(
            f"{value:8.2f}" for value in (one.reported.wait_mean_s, one.reported.wait_p50_s, one.reported.wait_p90_s)
        )
        mark = "  default" + ", not on the front" * beaten if one.default else ""
        lines.append(f"{numbers}{one.policy.unfinished_silence_s:14.2f}    {share:25}{waits}{mark}")
    return "\n".join(lines)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--endings", type=Path, help="what the engines said of every ending: read, or kept there")
    parser.add_argument("--limit", type=int, help="for --sweep: recordings of each folder, spread evenly")
    parser.add_argument(
        "--work-ms", type=int, default=760, help="for the curve: until an answer is ready (`first_speech`)"
    )


def known(options: argparse.Namespace) -> Curve | None:
    """The curve where the endings are kept in a file already."""
    if options.endings is None or not options.endings.exists():
        return None
    return curve([Ending(**row) for row in json.loads(options.endings.read_text())], options.work_ms)


def run(options: argparse.Namespace) -> int:
    """Print the curve, and write it as JSON and PNG where asked. Raises ConfigError where there are no recordings."""
    found = known(options)
    if found is None:
        endings = asyncio.run(collect(options.limit, options.seed))
        if options.endings is not None:
            options.endings.write_text(json.dumps([asdict(one) for one in endings]))
        found = curve(endings, options.work_ms)
    print(table(found))
    if options.json:
        rows = [{**row(one), "front": one in found.front} for one in found.candidates]
        said = {"pauses": found.pauses, "turns": found.turns, "work_ms": found.work_ms, "policies": rows}
        options.json.write_text(json.dumps(said, indent=1))
    if options.png:
        conversation_picture.draw(options.png, None, {}, found)
    return 0


def row(one: Candidate) -> dict[str, object]:
    """One policy as plain data."""
    return {
        "completion_threshold": one.policy.completion_threshold,
        "end_silence_s": one.policy.end_silence_s,
        "unfinished_silence_s": one.policy.unfinished_silence_s,
        "default": one.default,
        "tuned": asdict(one.tuned),
        "reported": asdict(one.reported),
    }
