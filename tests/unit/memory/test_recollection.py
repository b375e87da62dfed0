from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from voiceos.engines.scripted import ScriptedEmbedder
from voiceos.errors import ModelError, VoiceosError
from voiceos.idleness import Idleness
from voiceos.memory import Episode, Store
from voiceos.memory import recollection as recollections
from voiceos.memory.ports import Vectors
from voiceos.memory.recall import Memory
from voiceos.memory.recollection import EMBED_BATCH, NEWEST, Recollection

NOW = datetime(2026, 1, 15, 10, tzinfo=UTC)
QUESTION = "Where did my sister Anna move"


class Watched(ScriptedEmbedder):
    """Notes how many texts come at a time, and in which thread; `busy_after` calls something begins to go on."""

    def __init__(self, idle: Idleness | None = None, busy_after: int = 0) -> None:
        super().__init__()
        self.sizes: list[int] = []
        self.threads: set[str] = set()
        self._idle, self._busy_after = idle, busy_after

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.sizes.append(len(texts))
        self.threads.add(threading.current_thread().name)
        if self._idle and len(self.sizes) == self._busy_after:
            self._idle.tell(idle=False)
        return super().embed(texts)


class Broken(ScriptedEmbedder):
    def embed(self, texts: Sequence[str]) -> Vectors:
        raise ModelError("the model is not here", hint="voiceos models pull it")


def fill(store: Store, count: int = 10) -> None:
    store.remember_turn("My sister Anna moved to Hamburg", "I see.", at=NOW, conversation="a")
    for number in range(count - 1):
        store.remember_turn(f"Something else, number {number}", "", at=NOW, conversation="a")


def said(memories: list[Memory]) -> list[str]:
    return [one.said for one in memories]


async def test_what_is_missing_is_made_in_small_steps_in_a_thread_of_its_own(store: Store) -> None:
    fill(store)
    embedder = Watched()
    async with Recollection(store, embedder) as recollection:
        assert await recollection.catch_up(Idleness().wait) == 10
        assert await recollection.catch_up(Idleness().wait) == 0
        assert said(await recollection.recall(QUESTION, NOW)) == ["My sister Anna moved to Hamburg"]
    assert sum(embedder.sizes) == 11
    assert max(embedder.sizes) <= EMBED_BATCH
    assert all(name.startswith("recollection") for name in embedder.threads)
    assert not any(thread.name.startswith("recollection") for thread in threading.enumerate())


async def test_it_stops_while_anything_goes_on_and_still_answers(store: Store) -> None:
    idle = Idleness()
    embedder = Watched(idle, busy_after=3)
    async with Recollection(store, embedder) as recollection:
        await recollection.recall(QUESTION, NOW)
        fill(store, 40)
        work = asyncio.create_task(recollection.catch_up(idle.wait))
        while idle.idle:  # noqa: ASYNC110  # the embedder's thread tells it
            await asyncio.sleep(0)
        await recollection.recall(QUESTION, NOW)
        assert not work.done()
        assert embedder.sizes == [1, 4, 4, 1]
        idle.tell(idle=True)
        assert await work == 40


async def test_nothing_is_embedded_before_it_is_idle(store: Store) -> None:
    fill(store)
    idle, embedder = Idleness(), Watched()
    idle.tell(idle=False)
    async with Recollection(store, embedder) as recollection:
        work = asyncio.create_task(recollection.keep_up(idle.wait))
        await asyncio.sleep(0.01)
        assert embedder.sizes == []
        work.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await work


async def test_it_keeps_up_with_what_is_said_until_it_is_cancelled(store: Store) -> None:
    embedder = Watched()
    async with Recollection(store, embedder) as recollection:
        work = asyncio.create_task(recollection.keep_up(Idleness().wait))
        await asyncio.sleep(0.01)
        fill(store, 3)
        recollection.look_again()
        while store.stats().vectors < 3:  # noqa: ASYNC110  # nobody tells of what is written
            await asyncio.sleep(0.01)
        work.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await work
    assert store.stats().vectors == 3


async def test_without_a_model_that_is_told_once_and_words_decide(store: Store) -> None:
    fill(store)
    told: list[VoiceosError] = []
    async with Recollection(store, Broken(), on_fault=told.append) as recollection:
        assert said(await recollection.recall("Where in Hamburg does my sister live", NOW)) == [
            "My sister Anna moved to Hamburg"
        ]
        assert await recollection.catch_up(Idleness().wait) == 0
        assert await recollection.recall(QUESTION, NOW)
        assert recollection.fault is told[0]
        assert await recollection.alike(QUESTION, least=0.0) == []
    assert len(told) == 1


async def test_without_a_model_nothing_is_alike(store: Store) -> None:
    fill(store)
    told: list[VoiceosError] = []
    async with Recollection(store, Broken(), on_fault=told.append) as recollection:
        assert await recollection.alike(QUESTION, least=0.0) == []
    assert len(told) == 1


async def test_the_model_is_loaded_before_anybody_asks(store: Store) -> None:
    told: asyncio.Queue[Exception] = asyncio.Queue()
    async with Recollection(store, Broken(), on_fault=told.put_nowait) as recollection:
        work = asyncio.create_task(recollection.keep_up(Idleness().wait))
        assert isinstance(await told.get(), VoiceosError)
        work.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await work


async def test_it_is_used_within_async_with(store: Store) -> None:
    with pytest.raises(RuntimeError):
        await Recollection(store, ScriptedEmbedder()).recall(QUESTION, NOW)


async def test_what_was_told_a_moment_ago_is_found_by_meaning_too(store: Store) -> None:
    fill(store)
    async with Recollection(store, ScriptedEmbedder()) as recollection:
        await recollection.catch_up(Idleness().wait)
        store.remember_turn("My sister Anna moved to Bremen", "I see.", at=NOW, conversation="b")
        for number in range(NEWEST + 1):
            store.remember_fact("Ben", "likes", f"game {number}", at=NOW, single=False)
        found = await recollection.alike("My sister Anna moved to Hamburg", least=0.3)
    assert [one.said for one in found if isinstance(one, Episode)] == [
        "My sister Anna moved to Hamburg",
        "My sister Anna moved to Bremen",
    ]


async def test_what_was_told_before_a_restart_is_found_by_meaning_though_nobody_was_silent_since(store: Store) -> None:
    for place in ("Hamburg", "Bremen", "Hamburg"):
        store.remember_turn(f"My sister Anna moved to {place}", "I see.", at=NOW, conversation="a")
    async with Recollection(store, ScriptedEmbedder()) as recollection:
        assert "My sister Anna moved to Hamburg" in said(await recollection.recall(QUESTION, NOW))
        assert store.stats().vectors == 3
        store.remember_turn("It rains", "I see.", at=NOW, conversation="b")
        await recollection.recall(QUESTION, NOW)
        assert store.stats().vectors == 3  # what is in the prompt already takes no time


async def test_so_is_it_where_more_was_told_before_it(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recollections, "BATCH", 2)
    fill(store, 8)
    async with Recollection(store, ScriptedEmbedder()) as recollection:
        await recollection.catch_up(Idleness().wait)
    store.remember_turn("My sister Anna moved to Bremen", "I see.", at=NOW, conversation="b")
    async with Recollection(store, ScriptedEmbedder()) as recollection:
        await recollection.recall(QUESTION, NOW)
        assert len(recollection._index.neighbours.keys()) == 9
