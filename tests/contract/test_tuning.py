"""Measuring thread counts with real engines."""

from __future__ import annotations

from pathlib import Path

import pytest

from voiceos import tuning
from voiceos.app import spec
from voiceos.catalogue import Store
from voiceos.config import Settings
from voiceos.engines import tuned


async def test_each_engine_does_a_turns_work_with_each_count_and_the_best_is_kept(
    models_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VOICEOS_MODELS", str(models_dir))
    settings = Settings.model_validate({"llm": {"model": "smollm2-135m-instruct-q4_1"}})
    assert tuning.missing(settings) == ["stt", "llm", "tts"]
    results = []
    async for measured in tuning.measure(settings, counts=[1, 2], rounds=1, repeats=1):
        assert set(measured.costs_s) == {1, 2}
        assert all(cost_s > 0 for threads in (1, 2) for cost_s in measured.medians_s(threads).values())
        results.append(measured.result())
    assert [one.stage for one in results] == ["stt", "llm", "tts"]
    tuned.keep(results)
    assert tuning.missing(settings) == []
    for one in results:
        assert spec(one.stage, settings, Store()).arguments["threads"] == one.threads  # type: ignore[arg-type]
    own = Settings.model_validate({"llm": {"model": settings.llm.model, "threads": 5}})
    assert spec("llm", own, Store()).arguments["threads"] == 5


async def test_scripted_engines_need_no_measuring() -> None:
    scripted = {stage: {"engine": "scripted"} for stage in ("stt", "llm", "tts")}
    settings = Settings.model_validate(scripted)
    assert tuning.missing(settings) == []
    assert [one async for one in tuning.measure(settings, counts=[1])] == []
