"""Recall with the real embedding model: what was told is found in other words, and most turns need no memory."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from voiceos.bench.recall import embed_all
from voiceos.bench.recall_talk import turns
from voiceos.engines.minilm import MiniLM
from voiceos.memory import Store
from voiceos.memory.index import VectorIndex
from voiceos.memory.recall import Recall

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def recall(models_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recall]:
    with Store(tmp_path_factory.mktemp("memory") / "memory.db") as store:
        for number, (said, heard) in enumerate(turns(300, 1)):
            store.remember_turn(said, heard, at=NOW - timedelta(days=300 - number), conversation=str(number // 10))
        embedder = MiniLM(models_dir / "all-MiniLM-L6-v2")
        embed_all(store, embedder)
        index = VectorIndex(store, embedder.name)
        index.follow()
        yield Recall(store, index, embedder)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("Which herb do I dislike?", "coriander"),
        ("What does my sister do for a living?", "midwife"),
        ("Where are our travel documents?", "passports"),
        ("Which insect frightens me?", "moths"),
        ("Where did I ask Harriet to marry me?", "big wheel"),
    ],
)
def test_what_was_told_is_found_in_other_words(recall: Recall, asked: str, told: str) -> None:
    assert any(told in memory.said for memory in recall.recall(asked, NOW))


@pytest.mark.parametrize("said", ["Tell me a joke.", "Good morning!", "How do planes stay in the air?", "Yes, go on."])
def test_most_turns_need_no_memory(recall: Recall, said: str) -> None:
    assert recall.recall(said, NOW) == []
