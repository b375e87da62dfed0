"""Recall beside a conversation: in a thread of its own, in steps so small that who asks hardly waits for one.

The thread reads the vectors of the store into memory, makes those that are missing whenever nothing else goes on, and
answers in between. It takes one core, and holds it for some 15 ms at most while anything else waits for it, but for the
moment in which the model is loaded, once nothing goes on.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import TypeVar

from voiceos.errors import EngineError, ModelError, VoiceosError
from voiceos.memory import fusion
from voiceos.memory.index import BATCH, VectorIndex
from voiceos.memory.ports import Embedder
from voiceos.memory.recall import Memory, Recall
from voiceos.memory.records import Episode, Fact
from voiceos.memory.store import Store
from voiceos.memory.vectors import Unread, Vector

log = logging.getLogger(__name__)

EMBED_BATCH = 4
"""Texts that are embedded at a time, some 15 ms."""
WRITE_BATCH = 32
"""Vectors that are written at a time: each write waits for the disk."""

AT_ONCE = 10
"""Batches of vectors that are read before the first answer where nobody was silent before it, some 10 ms each; of more,
the newest are found by their words until then."""

NEWEST = 8
"""So much that has no vector yet gets one as what is alike is asked for, the newest of it: some 30 ms, where nobody was
silent for long since it was told."""

T = TypeVar("T")

Idle = Callable[[], Awaitable[None]]
"""Returns when nothing goes on that needs the processor."""


class Recollection:
    """`async with Recollection(store, embedder) as recollection`; nothing is loaded or read before `keep_up` runs or
    something is recalled.

    Args:
        store: open.
        on_fault: told once why memories are found by their words alone from now on: no embedding model.
    """

    def __init__(
        self,
        store: Store,
        embedder: Embedder,
        *,
        language: str = "en",
        on_fault: Callable[[VoiceosError], None] = lambda error: None,
    ) -> None:
        self._store = store
        self._embedder = embedder
        self._index = VectorIndex(store, embedder.name)
        self._recall = Recall(store, self._index, embedder, language=language)
        self._by_words = Recall(store, self._index, None, language=language)
        self._on_fault = on_fault
        self._fault: VoiceosError | None = None
        self._executor: ThreadPoolExecutor | None = None
        self._news = asyncio.Event()
        self._began = False
        """Whether what was told last before it began has its vectors."""

    async def __aenter__(self) -> Recollection:
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="recollection")
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._executor:
            self._executor.shutdown(wait=True, cancel_futures=True)  # at most one step
        self._executor = None

    @property
    def fault(self) -> VoiceosError | None:
        """Why there is no finding by meaning; None while there is."""
        return self._fault

    async def recall(
        self,
        text: str,
        now: datetime,
        *,
        limit: int = 4,
        past: bool | None = None,
        without: str | None = None,
        threshold: float = fusion.THRESHOLD,
    ) -> list[Memory]:
        """As `Recall.recall`, of what is in memory by now, and of what was told last before it began: else that would
        be found by its words alone until nobody spoke for long enough. Raises StorageError."""

        def work() -> list[Memory]:
            self._index.follow(most=BATCH)
            recall = self._by_words if self._fault else self._recall
            return recall.recall(text, now, limit=limit, past=past, without=without, threshold=threshold)

        try:
            if not self._began and not self._fault:
                await self._embed(await self._run(self._just_said), at_once)
                for _ in range(AT_ONCE):
                    if await self._run(lambda: self._index.follow(most=BATCH)):
                        break
                self._began = True
            return await self._run(work)
        except (EngineError, ModelError) as error:
            self._give_up(error)
            return await self.recall(text, now, limit=limit, past=past, without=without, threshold=threshold)

    async def alike(self, text: str, *, least: float) -> list[Fact | Episode]:
        """As `Recall.alike`, of what is in memory by now and what was told a moment ago; none where there is no finding
        by meaning. Raises StorageError."""
        try:
            if self._fault:
                return []
            if just_said := await self._run(self._just_said):
                await self._embed(just_said, at_once)
                await self._follow(at_once)
            return await self._run(lambda: self._recall.alike(text, least=least))
        except (EngineError, ModelError) as error:
            self._give_up(error)
            return []

    def look_again(self) -> None:
        """Something was written to the store: `keep_up` goes on. What other processes write is found by its words from
        then on, and by its meaning once it went on."""
        self._news.set()

    async def keep_up(self, idle: Idle) -> None:
        """Until it is cancelled: load the model, so that no turn waits for it, read what the store has, and make the
        vectors that are missing, each step only while nothing else goes on. Raises StorageError."""
        await idle()
        try:
            await self._run(lambda: self._embedder.embed([""]))
        except (EngineError, ModelError) as error:
            self._give_up(error)
        while True:
            self._news.clear()
            await self.catch_up(idle)
            await self._news.wait()

    async def catch_up(self, idle: Idle) -> int:
        """The same until there is nothing left to do; how many vectors were made. Raises StorageError."""
        made = 0
        while True:
            await self._follow(idle)
            missing = [] if self._fault else await self._run(self._missing)
            if not missing:
                self._began = True
                return made
            try:
                made += await self._embed(missing, idle)
            except (EngineError, ModelError) as error:
                self._give_up(error)

    async def _follow(self, idle: Idle) -> None:
        await idle()
        while not await self._run(lambda: self._index.follow(most=BATCH)):
            await idle()

    async def _embed(self, missing: list[Unread], idle: Idle) -> int:
        vectors: list[Vector] = []
        for start in range(0, len(missing), EMBED_BATCH):
            await idle()
            some = missing[start : start + EMBED_BATCH]
            found = await self._run(lambda some=some: self._embedder.embed([one.text for one in some]))  # type: ignore[misc]
            vectors += [Vector(one.what, one.id, vector) for one, vector in zip(some, found, strict=True)]
        return await self._run(lambda: self._store.add_vectors(self._embedder.name, vectors))

    def _missing(self) -> list[Unread]:
        return self._store.missing_vectors(self._embedder.name, limit=WRITE_BATCH)

    def _just_said(self) -> list[Unread]:
        """Turns before facts, which were drawn from earlier ones."""
        missing = self._store.missing_vectors(self._embedder.name, limit=WRITE_BATCH + NEWEST)
        return sorted(missing, key=lambda one: one.what == "fact")[:NEWEST]

    def _give_up(self, error: VoiceosError) -> None:
        if self._fault is None:
            self._fault = error
            log.warning("memories are found by their words alone: %s", error)
            self._on_fault(error)

    async def _run(self, work: Callable[[], T]) -> T:
        if self._executor is None:
            raise RuntimeError("Recollection is used outside `async with`")
        return await asyncio.get_running_loop().run_in_executor(self._executor, work)


async def at_once() -> None:
    """As `Idle`: whatever goes on."""
