"""Writes in a thread, in order, what the loop hands over at once: the loop itself waits for no disk."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Generic, Self, TypeVar

from voiceos.errors import bug

log = logging.getLogger(__name__)

T = TypeVar("T")


class Writer(Generic[T]):
    """`async with Writer(write, "what") as writer: writer.put(item)`; leaving it writes what is left.

    Args:
        write: takes what has gathered, in order. What it raises is logged once, by its kind.
        what: for the log.
        goes_on: it is called again after a failure, with what has gathered since; else that was its end.
    """

    def __init__(self, write: Callable[[Sequence[T]], None], what: str, *, goes_on: bool = False) -> None:
        self.failed = ""
        """Why it could not write the last time; "" where it could."""
        self._write = write
        self._what = what
        self._goes_on = goes_on
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
            items = [item for item in batch if item is not None]
            if items and not await self._written(items) and not self._goes_on:
                return

    async def _written(self, items: Sequence[T]) -> bool:
        try:
            await asyncio.to_thread(self._write, items)
        except Exception as error:
            # The text of one that nobody foresaw may hold what was to be written.
            why = (error.strerror if isinstance(error, OSError) else None) or bug(error)
            if not self.failed:
                log.error("%s can no longer be written: %s", self._what, why)  # noqa: TRY400 - see above
            self.failed = why
            return False
        if self.failed:
            log.info("%s is written again", self._what)
            self.failed = ""
        return True
