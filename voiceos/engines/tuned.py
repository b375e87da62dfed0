"""Thread counts that were measured on this machine (`voiceos tune`), and which of several is best."""

from __future__ import annotations

import logging
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from voiceos import files, stored
from voiceos.engines.cores import allowed_cores, cores

log = logging.getLogger(__name__)

NAME = stored.TUNED.name

NOISE = 0.03
"""Costs this near to the best are as good; the fewer threads then leave more to others."""


@dataclass(frozen=True, slots=True)
class Tuned:
    """One result."""

    machine: str
    stage: str
    engine: str
    model: str
    threads: int

    def __post_init__(self) -> None:
        """ValueError for what no setting allows."""
        if not (isinstance(self.threads, int) and 1 <= self.threads <= 256):
            raise ValueError(f"{self.threads} threads")


def machine() -> str:
    """What the results hold for: the processor and how much of it there is for this process."""
    physical = psutil.cpu_count(logical=False) or "unknown"
    return f"{_processor()}, {physical} cores, {allowed_cores()} threads allowed"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(errors="replace").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def candidates(physical: int, allowed: int) -> list[int]:
    """Thread counts that are worth trying: powers of two to sixteen, all cores, and their second threads too."""
    return sorted(count for count in {1, 2, 4, 8, 16, physical, allowed} if count <= allowed)


def best(costs_s: Mapping[int, float]) -> int:
    """The fewest threads whose cost is within noise of the lowest. ValueError where there is none."""
    lowest_s = min(costs_s.values())
    return min(threads for threads, cost_s in costs_s.items() if cost_s <= lowest_s * (1 + NOISE))


def load() -> list[Tuned]:
    """All results that are kept, of whatever machine; a broken file is set aside."""
    return files.recall(NAME, lambda content: [Tuned(**row) for row in content["results"]]) or []


def keep(results: Sequence[Tuned]) -> None:
    """Put results in the place of older ones for the same. Raises StorageError."""
    fresh = {_what(one) for one in results}
    kept = [one for one in load() if _what(one) not in fresh]
    files.remember(NAME, {"results": [asdict(one) for one in (*kept, *results)]})


def _what(one: Tuned) -> tuple[str, str, str, str]:
    return one.machine, one.stage, one.engine, one.model


def found(stage: str, engine: str, model: str) -> int | None:
    """What was measured for an engine with this model on this machine."""
    here = machine()
    known = [one for one in load() if one.stage == stage]
    for one in known:
        if _what(one) == (here, stage, engine, model):
            return one.threads
    if known:
        log.info("%s: thread counts were measured for another machine or model; `voiceos tune` measures anew", stage)
    return None


def threads(stage: str, engine: str, model: str) -> int:
    """What was measured, or else as many as there are cores."""
    return found(stage, engine, model) or cores()
