"""Real engines in processes that may not have the memory that their models take."""

from __future__ import annotations

import asyncio
import resource
import sys
from pathlib import Path

import psutil
import pytest

from voiceos.app import Stage, spec
from voiceos.catalogue import Store
from voiceos.config import Settings
from voiceos.engines.process import EngineProcess, EngineSpec
from voiceos.errors import EngineStarved


async def limited(engine: EngineProcess, limit_bytes: int) -> None:
    """Limit the address space of the engine's process as soon as there is one, as `ulimit -v` would."""
    while engine.pid is None:  # noqa: ASYNC110 - a process that is there has no event before it has loaded
        await asyncio.sleep(0.001)
    resource.prlimit(engine.pid, resource.RLIMIT_AS, (limit_bytes, limit_bytes))


async def takes_bytes(wanted: EngineSpec) -> int:
    async with EngineProcess(wanted) as engine:
        await engine.wait_ready()
        return int(psutil.Process(engine.pid).memory_info().vms)


def weights_bytes(wanted: EngineSpec) -> int:
    path = Path(wanted.arguments["model_path"])
    return (path if path.is_file() else path / "model.bin").stat().st_size


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits the memory of another process")
@pytest.mark.parametrize("stage", ["stt", "llm"])
async def test_a_model_that_finds_no_memory_is_told_of_as_that_and_not_as_broken(
    stage: Stage, models_dir: Path
) -> None:
    wanted = spec(stage, Settings(), Store(models_dir))
    limit_bytes = await takes_bytes(wanted) - weights_bytes(wanted) // 2
    async with EngineProcess(wanted) as engine:
        limiting = asyncio.create_task(limited(engine, limit_bytes))
        with pytest.raises(EngineStarved) as caught:
            await engine.wait_ready()
        await limiting
    assert caught.value.spoken == "error.memory"
