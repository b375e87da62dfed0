"""Does another program use the microphone, as in a call? PulseAudio and PipeWire tell when one begins and ends.

Through `pactl`, which speaks to both and tells of changes as they come, so nothing is polled. What records a monitor (a
level meter, a screen recorder) hears no microphone, and what has no process is the sound server's own. What recorded
before the program began to look is no call but part of the furniture: a noise filter, another assistant.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

log = logging.getLogger(__name__)

RETRY_S = 10.0
"""Until a sound server that went away is asked again."""


def others(streams: Sequence[Mapping[str, Any]], sources: Sequence[Mapping[str, Any]], own: int) -> set[int]:
    """Processes but `own` that record a microphone, of what `pactl --format=json list` says of source-outputs and of
    sources."""
    microphones = {source["index"] for source in sources if not source["name"].endswith(".monitor")}
    found = set()
    for stream in streams:
        process = str(stream.get("properties", {}).get("application.process.id", ""))
        if process.isdecimal() and int(process) != own and stream["source"] in microphones and not stream["corked"]:
            found.add(int(process))
    return found


class Calls:
    """`asyncio.create_task(Calls(on_change).watch())`.

    Args:
        on_change: told in the loop, True when another program begins to use the microphone, False when none does.
    """

    def __init__(self, on_change: Callable[[bool], None]) -> None:
        self.looking = asyncio.Event()
        """Set once it is known who records already."""
        self._on_change = on_change
        self._going_on = False
        self._before: set[int] | None = None

    async def watch(self) -> None:
        """Until cancelled; returns at once where there is no `pactl`."""
        while True:
            try:
                process = await asyncio.create_subprocess_exec(
                    "pactl",
                    "subscribe",
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=asyncio.subprocess.PIPE,
                    stderr=asyncio.subprocess.DEVNULL,
                    env=os.environ | {"LC_ALL": "C"},
                )
            except FileNotFoundError:
                log.info("calls are not noticed: pactl is not installed (sudo apt-get install pulseaudio-utils)")
                return
            try:
                await self._look()
                assert process.stdout is not None
                async for line in process.stdout:
                    if b"source-output" in line:
                        await self._look()
            finally:
                if process.returncode is None:
                    with contextlib.suppress(ProcessLookupError):
                        process.terminate()
                await process.wait()
            self._tell(False)
            self._before = None
            await asyncio.sleep(RETRY_S)

    async def _look(self) -> None:
        streams, sources = await _list("source-outputs"), await _list("sources")
        if streams is None or sources is None:
            return
        found = others(streams, sources, os.getpid())
        if self._before is None:
            self._before = found
            self.looking.set()
        self._before &= found
        self._tell(bool(found - self._before))

    def _tell(self, going_on: bool) -> None:
        if going_on is not self._going_on:
            self._going_on = going_on
            log.info("another program %s the microphone", "uses" if going_on else "no longer uses")
            self._on_change(going_on)


async def _list(what: str) -> list[dict[str, Any]] | None:
    """None where the server does not answer."""
    process = await asyncio.create_subprocess_exec(
        "pactl",
        "--format=json",
        "list",
        what,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=os.environ | {"LC_ALL": "C"},
    )
    try:
        told, _ = await process.communicate()
    except asyncio.CancelledError:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        raise
    try:
        found: list[dict[str, Any]] = json.loads(told)
    except ValueError:
        return None
    return found
