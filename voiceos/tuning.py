"""Measure how many threads each engine should have on this machine: `voiceos tune`.

Each engine does what a turn asks of it, in its own process as in the program, with one count of threads after the
other, in several rounds: a neighbour who is busy for a while disturbs them all alike. Only one process is there at a
time, so the memory of one language model is enough.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import psutil
import soxr

from voiceos.app import Engines, Stage, chosen_model, stt_language
from voiceos.audio.frames import RATE_HZ, Samples
from voiceos.catalogue import Kind
from voiceos.config import Settings
from voiceos.engines.cores import allowed_cores
from voiceos.engines.tuned import Tuned, best, candidates, found, machine
from voiceos.speaking.clips import Clips
from voiceos.thinking.ports import Lane, Message, Sampling

STAGES: tuple[Stage, ...] = ("stt", "llm", "tts")

ROUNDS = 3
REPEATS = 3
"""Of each count's work in a round; the first of a process is not counted."""

NEW_TOKENS = 12
"""A short question's last words and the tokens that close a turn."""

PHRASE_TOKENS = 6
"""Of the first phrase."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What one engine's work took."""

    stage: Stage
    engine: str
    model: str
    costs_s: dict[int, dict[str, list[float]]] = field(default_factory=dict)
    """By threads and by kind of work: every time that it took."""

    def medians_s(self, threads: int) -> dict[str, float]:
        return {work: statistics.median(times) for work, times in self.costs_s[threads].items()}

    @property
    def threads(self) -> int:
        """The best."""
        return best({threads: sum(self.medians_s(threads).values()) for threads in self.costs_s})

    def result(self) -> Tuned:
        return Tuned(machine(), self.stage, self.engine, self.model, self.threads)


def choices() -> list[int]:
    """The thread counts between which there is to choose here."""
    allowed = allowed_cores()
    return candidates(min(allowed, psutil.cpu_count(logical=False) or allowed), allowed)


def missing(settings: Settings) -> list[Stage]:
    """Stages whose threads are left to us and were not measured with these models on this machine."""
    return [
        stage
        for stage, engine, model in _models(settings)
        if not getattr(settings, stage).threads and found(stage, engine, model) is None
    ]


def _models(settings: Settings) -> list[tuple[Stage, str, str]]:
    """Stage, engine and model; without those that need none."""
    chosen = [(stage, getattr(settings, stage).engine, chosen_model(Kind(stage), settings)) for stage in STAGES]
    return [(stage, engine, model.name) for stage, engine, model in chosen if model is not None]


async def measure(
    settings: Settings,
    *,
    counts: Sequence[int],
    rounds: int = ROUNDS,
    repeats: int = REPEATS,
) -> AsyncIterator[Measured]:
    """Each engine with each count of threads. Raises ModelError where a model is missing, and what engines raise."""
    for stage, engine, model in _models(settings):
        measured = Measured(stage, engine, model)
        for _ in range(rounds):
            for threads in counts:
                section = getattr(settings, stage).model_copy(update={"threads": threads})
                async with Engines(settings.model_copy(update={stage: section}), {stage}) as engines:
                    await _work(engines, stage)  # the first run is no measure of the others
                    for _ in range(repeats):
                        for work, cost_s in (await _work(engines, stage)).items():
                            measured.costs_s.setdefault(threads, {}).setdefault(work, []).append(cost_s)
        yield measured


async def _work(engines: Engines, stage: Stage) -> dict[str, float]:
    """What one turn asks of an engine: seconds by kind of work."""
    if stage == "stt":
        samples = _sentence(engines.settings.assistant.language)
        begun = time.perf_counter()
        await engines.stt.transcribe(samples, language=stt_language(engines.settings))
        return {f"{len(samples) / RATE_HZ:.1f} s of speech": time.perf_counter() - begun}
    if stage == "tts":
        begun = time.perf_counter()
        await engines.tts.synthesize("One, two, three, four.", speed=1.0)
        return {"four words": time.perf_counter() - begun}
    llm = engines.llm
    tokens = await llm.render(
        [Message("user", "one two three four five six seven eight nine ten " * 3)], open_role=None
    )
    await llm.extend(Lane.CONVERSATION, tokens[:-NEW_TOKENS])
    begun = time.perf_counter()
    await llm.extend(Lane.CONVERSATION, tokens)
    read_s = time.perf_counter() - begun
    begun = time.perf_counter()
    pieces = llm.generate(Lane.CONVERSATION, sampling=Sampling(max_tokens=PHRASE_TOKENS, temperature=0.0))
    async for _ in pieces:
        pass
    return {f"{NEW_TOKENS} tokens read": read_s, f"{PHRASE_TOKENS} written": time.perf_counter() - begun}


def _sentence(language: str) -> Samples:
    """Something to recognise, 16 kHz: a clip that is there anyway."""
    samples, rate_hz, _ = Clips(language).get("error.stt")
    return np.asarray(soxr.resample(samples, rate_hz, RATE_HZ), dtype=np.float32)
