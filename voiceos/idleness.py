"""Whether anything goes on: who waits for the end of it is told."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable


class Idleness:
    """Idle, or busy; begins idle."""

    def __init__(self) -> None:
        self._idle = asyncio.Event()
        self._idle.set()
        self._busy = asyncio.Event()

    @property
    def idle(self) -> bool:
        return self._idle.is_set()

    def tell(self, *, idle: bool) -> None:
        """How it is now."""
        now, before = (self._idle, self._busy) if idle else (self._busy, self._idle)
        now.set()
        before.clear()

    async def wait(self) -> None:
        """Return when it is idle."""
        await self._idle.wait()

    async def wait_busy(self) -> None:
        """Return when it is busy."""
        await self._busy.wait()

    async def wait_through(self) -> None:
        """Return when it has been busy, now or at some time to come, and is idle again."""
        await self._busy.wait()
        await self._idle.wait()


async def unless_busy(work: Awaitable[None], busy: Callable[[], Awaitable[None]]) -> bool:
    """Do work, broken off when `busy` returns; whether it came to its end. Raises what it raises."""
    doing, breaking = asyncio.ensure_future(work), asyncio.ensure_future(busy())
    try:
        await asyncio.wait({doing, breaking}, return_when=asyncio.FIRST_COMPLETED)
        done = doing.done()
    finally:
        for task in (doing, breaking):
            task.cancel()
        results = await asyncio.gather(doing, breaking, return_exceptions=True)
    if isinstance(results[0], Exception):
        raise results[0]
    return done
