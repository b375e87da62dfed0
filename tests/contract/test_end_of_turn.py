"""What every end-of-turn model must do, scripted or real."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from voiceos.audio.frames import RATE_HZ
from voiceos.engines.scripted import ScriptedEndOfTurn
from voiceos.engines.smart_turn import HEARD_SAMPLES, SmartTurn
from voiceos.errors import ModelError
from voiceos.listening.ports import EndOfTurn


def smart_turn_file(models_dir: Path) -> str:
    return str(models_dir / "smart-turn-v3.2-cpu" / "smart-turn-v3.2-cpu.onnx")


@pytest.fixture(params=["scripted", "smart_turn"])
async def end_of_turn(request: pytest.FixtureRequest) -> AsyncIterator[EndOfTurn]:
    if request.param == "scripted":
        yield ScriptedEndOfTurn([0.3])
        return
    async with SmartTurn(smart_turn_file(request.getfixturevalue("models_dir"))) as engine:
        yield engine


@pytest.mark.parametrize("seconds", [0, 0.3, 3, 8, 20])
async def test_any_length_is_judged(end_of_turn: EndOfTurn, seconds: float) -> None:
    samples = np.random.default_rng(5).normal(0, 0.1, int(seconds * RATE_HZ)).astype(np.float32)
    assert 0 <= await end_of_turn.probability(samples) <= 1


async def test_only_the_last_eight_seconds_count(end_of_turn: EndOfTurn) -> None:
    samples = np.random.default_rng(6).normal(0, 0.1, 12 * RATE_HZ).astype(np.float32)
    whole = await end_of_turn.probability(samples)
    assert await end_of_turn.probability(samples[-8 * RATE_HZ :]) == pytest.approx(whole, abs=1e-6)


async def test_how_the_turn_began_does_not_count_and_how_it_ends_does(models_dir: Path) -> None:
    samples = np.random.default_rng(7).normal(0, 0.1, 4 * RATE_HZ).astype(np.float32)
    began, ended = samples.copy(), samples.copy()
    began[:-HEARD_SAMPLES] *= 0.1
    ended[-HEARD_SAMPLES:] *= np.linspace(1, 0, HEARD_SAMPLES, dtype=np.float32)
    async with SmartTurn(smart_turn_file(models_dir)) as engine:
        whole = await engine.probability(samples)
        assert await engine.probability(began) == whole
        assert await engine.probability(ended) != pytest.approx(whole, abs=1e-3)


async def test_scripted_probabilities_come_in_turn() -> None:
    engine = ScriptedEndOfTurn([0.1, 0.9])
    assert [await engine.probability(np.zeros(1, np.float32)) for _ in range(3)] == [0.1, 0.9, 0.1]


async def test_smart_turn_leaves_no_thread_behind(models_dir: Path) -> None:
    async with SmartTurn(smart_turn_file(models_dir)) as engine:
        await engine.probability(np.zeros(100, np.float32))
        assert any("smart-turn" in thread.name for thread in threading.enumerate())
    assert not any("smart-turn" in thread.name for thread in threading.enumerate())


@pytest.mark.parametrize("content", [None, b"not a model"])
async def test_a_missing_or_broken_model_is_named_with_the_next_step(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "smart-turn.onnx"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ModelError, match="smart-turn") as failure:
        async with SmartTurn(str(path)):
            pass
    assert failure.value.hint == "voiceos models pull smart-turn"
