"""The threads in which the loop has done what would hold it up."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

COUNT = 8
"""Files, the sound server and the memory have one each at most at a time; a call that hangs in a device keeps its."""


async def start_all() -> None:
    """Give the running loop all of its threads now: by itself Python starts one more whenever as many calls as never
    before come together, so that a program grows for days. Raises RuntimeError where the system gives no more."""
    executor = ThreadPoolExecutor(COUNT, thread_name_prefix="asyncio")
    asyncio.get_running_loop().set_default_executor(executor)
    together = threading.Barrier(COUNT)
    try:
        await asyncio.gather(*(asyncio.to_thread(together.wait) for _ in range(COUNT)))
    except RuntimeError:
        together.abort()  # those that are there would wait for the rest, and the program for them
        raise
