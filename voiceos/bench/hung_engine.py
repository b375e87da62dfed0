"""An engine that is stopped as it is, and stands for one that hangs: the program has to notice it and end it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
from collections.abc import Mapping, Sequence
from typing import Any

import psutil

from voiceos.engines.pulse import REST_S
from voiceos.errors import VoiceosError

HANG_S = 10.0
"""`timeout_s` of each engine in a long run; by default a hang costs 20 to 30 s."""

NOTICED_S = REST_S + HANG_S + 10.0
"""One that rests is asked after `REST_S` whether it is still there, and given up `HANG_S` later; the rest is for a
machine that is busy."""


def choose(engines: Sequence[Mapping[str, Any]], chance: random.Random) -> psutil.Process | None:
    """One of those of a `status` that are ready; None where none is."""
    with contextlib.suppress(psutil.NoSuchProcess):
        if pids := [engine["pid"] for engine in engines if engine["pid"] and engine["state"] == "ready"]:
            return psutil.Process(chance.choice(pids))
    return None


class HungEngine:
    """Stopped from here on. Raises psutil.NoSuchProcess where it has ended meanwhile."""

    def __init__(self, process: psutil.Process) -> None:
        self._process = process
        process.send_signal(signal.SIGSTOP)

    async def given_up(self, within_s: float = NOTICED_S) -> None:
        """Return once it has been ended. Raises VoiceosError where that takes longer; it goes on by then."""
        try:
            handle = os.pidfd_open(self._process.pid)
        except ProcessLookupError:
            return
        loop, gone = asyncio.get_running_loop(), asyncio.Event()
        loop.add_reader(handle, gone.set)
        try:
            async with asyncio.timeout(within_s):
                await gone.wait()
        except TimeoutError:
            raise VoiceosError(f"an engine that hung was not given up within {within_s:.0f} s") from None
        finally:
            loop.remove_reader(handle)
            os.close(handle)
            self.wake()

    def wake(self) -> None:
        """Have it go on, where it is still there."""
        with contextlib.suppress(psutil.NoSuchProcess):
            self._process.send_signal(signal.SIGCONT)
