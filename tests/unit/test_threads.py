"""The threads of the loop: all there from the start."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import Any

import pytest

from voiceos import threads


async def test_many_calls_at_a_time_start_no_thread_later() -> None:
    await threads.start_all()
    before = threading.active_count()
    assert sum(one.name.startswith("asyncio") for one in threading.enumerate()) >= threads.COUNT
    await asyncio.gather(*(asyncio.to_thread(time.sleep, 0.01) for _ in range(5 * threads.COUNT)))
    assert threading.active_count() == before


async def test_where_the_system_gives_no_more_none_is_left_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    start = threading.Thread.start
    started: list[threading.Thread] = []

    def few(thread: Any) -> None:
        if len(started) == 3:
            raise RuntimeError("can't start new thread")
        start(thread)
        started.append(thread)

    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", few)
        with pytest.raises(RuntimeError, match="new thread"):
            await threads.start_all()
    async with asyncio.timeout(30):
        await asyncio.get_running_loop().shutdown_default_executor()
    assert len(started) == 3 and not any(thread.is_alive() for thread in started)
