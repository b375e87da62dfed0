"""The threads of the loop: all there from the start."""

from __future__ import annotations

import asyncio
import threading
import time

from voiceos import threads


async def test_many_calls_at_a_time_start_no_thread_later() -> None:
    await threads.start_all()
    before = threading.active_count()
    assert sum(one.name.startswith("asyncio") for one in threading.enumerate()) >= threads.COUNT
    await asyncio.gather(*(asyncio.to_thread(time.sleep, 0.01) for _ in range(5 * threads.COUNT)))
    assert threading.active_count() == before
