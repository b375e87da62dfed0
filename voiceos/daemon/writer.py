"""Writes in a thread, in order, what the loop hands over at once: the loop itself waits for no disk."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Generic, Self, TypeVar

log = logging.getLogger(__name__)

T = TypeVar("T")


class Writer(Generic[T]):
    """`async with Writer(write, "what") as writer: writer.put(item)`; leaving it writes what is left.

    Args:
        write: takes what has gathered, in order. After an OSError it is not called again, and the log says so once.
        what: for the log.
    """

    def __init__(self, write: Callable[[Sequence[T]], None], what: str) -> None:
        self._write = write
        self._what = what
        self._queue: asyncio.Queue[T | None] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._run(), name=f"write {self._what}")
        return self

    async def __aexit__(self, *_: object) -> None:
        self._queue.put_nowait(None)
        if self._task is not None:
            await self._task
            self._task = None

    def put(self, item: T) -> None:
        """From within the loop."""
        if self._task is not None and not self._task.done():
            self._queue.put_nowait(item)

    async def _run(self) -> None:
        ending = False
        while not ending:
            batch = [await self._queue.get()]
            while not self._queue.empty():
                batch.append(self._queue.get_nowait())
            ending = any(item is None for item in batch)
            try:
                await asyncio.to_thread(self._write, [item for item in batch if item is not None])
            except OSError as error:
                log.error("%s can no longer be written: %s", self._what, error.strerror)  # noqa: TRY400 - no bug
                return
