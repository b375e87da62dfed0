"""A small life, lived with the real models: what was told is known weeks later, and what was forgotten is gone."""

from __future__ import annotations

from pathlib import Path

from voiceos.bench import eval_memory
from voiceos.bench.lives import figures
from voiceos.bench.lives.script import FOLDER, read
from voiceos.config import Settings
from voiceos.engines.minilm import MiniLM


async def test_what_was_told_is_known_and_what_was_forgotten_is_gone(models_dir: Path, tmp_path: Path) -> None:
    life = read(FOLDER / "test_lena.toml")
    lived = await eval_memory.run(
        [life], tmp_path, settings=Settings(), embedder=MiniLM(models_dir / "all-MiniLM-L6-v2"), answers=False
    )
    questions, drawings = eval_memory.report(lived)
    found = figures.shares(questions, drawings)
    told = {one.question.ask: one.answer for one in questions}
    assert found["forgotten, and leaking"].count == 0, told
    assert found["asked facts recalled"].value == 1.0, told
    assert found["of superseded facts the newer"].value == 1.0, told
    assert found["invented"].count == 0, told
    assert found["told facts that were drawn"].count >= 4, drawings
