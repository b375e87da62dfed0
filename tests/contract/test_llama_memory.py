"""What llama.cpp takes as its context fills, by the smallest model, in a process of its own (`test_llama_lanes.py`)."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import platform
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from voiceos.app import spec
from voiceos.catalogue import Store
from voiceos.config import Settings
from voiceos.engines.process import EngineProcess
from voiceos.thinking.ports import Lane, Message

CONTEXT, BACKGROUND = 1024, 256
"""Tokens."""

GROWN_MB = 0.5
"""Python's own objects; without memory that was touched ahead it is some 2 MB."""

TEXT = "The hare ran on and on through the wet grass, over two hills and a river, and it never once looked back. "


def _filled(path: str) -> tuple[float, int]:
    """MB that filling both lanes took, and how many tokens were evaluated for it."""
    from voiceos.bench.soaked import held
    from voiceos.engines.llama_cpp import LlamaCpp

    engine = LlamaCpp(path, context_tokens=CONTEXT, background_tokens=BACKGROUND)
    tokens = engine.render([Message("user", TEXT * 60)], None)
    before_mb, evaluated = held(os.getpid()).own_mb, 0
    for lane, budget in ((Lane.CONVERSATION, CONTEXT), (Lane.BACKGROUND, BACKGROUND)):
        steps = engine.extend(lane, tokens[:budget])
        while True:
            try:
                next(steps)
            except StopIteration as end:
                evaluated += end.value
                break
    return held(os.getpid()).own_mb - before_mb, evaluated


@pytest.mark.skipif(sys.platform != "linux", reason="/proc tells what a process takes")
def test_all_memory_is_taken_at_the_start(models_dir: Path) -> None:
    path = models_dir / "smollm2-135m-instruct-q4_1" / "SmolLM2-135M-Instruct.Q4_1.gguf"
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        grown_mb, evaluated = pool.submit(_filled, str(path)).result()
    assert evaluated == CONTEXT + BACKGROUND, "nothing is left of what filled the context ahead"
    assert grown_mb < GROWN_MB


PAGES = Path("/sys/kernel/mm/transparent_hugepage/enabled")
"""Whether Linux has pages of 2 MiB for all, for those who ask, or for nobody."""

GLIBC = (2, 35)
"""The first that can ask."""


def _has_huge_pages() -> bool:
    library, version = platform.libc_ver()
    return PAGES.exists() and "[never]" not in PAGES.read_text() and library == "glibc" and _number(version) >= GLIBC


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


@pytest.mark.skipif(not _has_huge_pages(), reason="this system hands out no huge pages")
async def test_the_weights_lie_in_huge_pages(models_dir: Path) -> None:
    model = "smollm2-135m-instruct-q4_1"
    settings = Settings.model_validate({"llm": {"model": model}})
    async with EngineProcess(spec("llm", settings, Store(models_dir))) as engine:
        await engine.wait_ready()
        told = await asyncio.to_thread(Path(f"/proc/{engine.pid}/smaps_rollup").read_text)
    held_kb = {line.split(":")[0]: int(line.split()[1]) for line in told.splitlines()[1:]}
    weights_kb = (models_dir / model / "SmolLM2-135M-Instruct.Q4_1.gguf").stat().st_size / 1024
    assert held_kb["AnonHugePages"] > 0.9 * weights_kb
