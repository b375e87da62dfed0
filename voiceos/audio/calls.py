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
"""Until a sound server that went away, or a `pactl` that failed, is asked again."""

RETURN_S = 30.0
"""So long programs have to come back to a sound server that was started anew."""


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
        retry_s, return_s: see `RETRY_S` and `RETURN_S`.
    """

    def __init__(
        self, on_change: Callable[[bool], None], *, retry_s: float = RETRY_S, return_s: float = RETURN_S
    ) -> None:
        self.looking = asyncio.Event()
        """Set once it is known who records already."""
        self.trouble = ""
        """Why calls are not noticed; empty while they are."""
        self._on_change = on_change
        self._retry_s = retry_s
        self._return_s = return_s
        self._going_on = False
        self._before: set[int] | None = None
        self._all_back_at = float("-inf")
        """Until then, who does not record may only not have come back yet."""

    async def watch(self) -> None:
        """Until cancelled; returns at once where there is no `pactl`. Whatever else fails is tried again."""
        while True:
            try:
                await self._follow()
            except Exception as error:
                self._tell(False)  # who knows; better to speak too early than never again
                if isinstance(error, FileNotFoundError) and self._before is None:
                    self._complain("pactl is not installed (sudo apt-get install pulseaudio-utils)", logging.INFO)
                    return
                self._complain(f"pactl: {type(error).__name__}: {error}")
            # Whether a call went away with the server is not known before the next look.
            await asyncio.sleep(self._retry_s)
            self._all_back_at = asyncio.get_running_loop().time() + self._return_s

    async def _follow(self) -> None:
        """Look at each change, until the sound server goes."""
        process = await _pactl("subscribe")
        assert process.stdout is not None
        try:
            await self._look()
            async for line in process.stdout:
                if b"source-output" in line:
                    await self._look()
        finally:
            if process.returncode is None and not process.stdout.at_eof():  # else it ends by itself
                with contextlib.suppress(ProcessLookupError):
                    process.terminate()
            await process.wait()

    async def _look(self) -> None:
        try:
            streams, sources = await _list("source-outputs"), await _list("sources")
        except _NoListError as error:
            self._complain(str(error))
            return
        found = others(streams, sources, os.getpid())
        if self._before is None:
            self._before = found
        elif asyncio.get_running_loop().time() >= self._all_back_at:
            self._before &= found
        self.trouble = ""
        self.looking.set()
        self._tell(bool(found - self._before))

    def _tell(self, going_on: bool) -> None:
        if going_on is not self._going_on:
            self._going_on = going_on
            log.info("another program %s the microphone", "uses" if going_on else "no longer uses")
            self._on_change(going_on)

    def _complain(self, trouble: str, level: int = logging.WARNING) -> None:
        """Once for each."""
        if trouble != self.trouble:
            self.trouble = trouble
            log.log(level, "calls are not noticed: %s", trouble)


class _NoListError(Exception):
    """`pactl` does not list what it was asked for."""


async def _list(what: str) -> list[dict[str, Any]]:
    """Raises _NoListError where the server does not answer, or `pactl` is from before JSON (16.0)."""
    process = await _pactl("--format=json", "list", what)
    try:
        told, complaint = await process.communicate()
    except asyncio.CancelledError:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        raise
    try:
        found: list[dict[str, Any]] = json.loads(told)
    except ValueError:
        reason = complaint.decode(errors="replace").strip().partition("\n")[0] or "no list came"
        raise _NoListError(f"pactl --format=json list: {reason}") from None
    return found


async def _pactl(*arguments: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        "pactl",
        *arguments,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE if "list" in arguments else asyncio.subprocess.DEVNULL,
        env=os.environ | {"LC_ALL": "C"},
    )
