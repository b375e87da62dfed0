"""`voiceos top`: the running assistant, live."""

from __future__ import annotations

import asyncio
import contextlib
import sys

import typer
from rich.console import Console
from rich.live import Live

from voiceos.cli.exits import run
from voiceos.cli.screen import View, screen
from voiceos.daemon.client import ControlClient
from voiceos.daemon.messages import Status
from voiceos.errors import NotRunning

ROUND_S = 1.0
"""How often it asks for what no event tells: memory, uptime."""
FRAME_S = 0.1
"""Shortest time between two pictures."""


def top() -> None:
    """Watch the running assistant: level, state, the waterfall of the last turn, engines. Ctrl-C ends it.

    What is said is only shown where `control.words` allows it.
    """
    console = Console(highlight=False)
    if not console.is_terminal:
        raise typer.BadParameter("this needs a terminal; `voiceos status` and `voiceos events` print")
    run(_watch(console))
    print("voiceos has ended", file=sys.stderr)


async def _watch(console: Console) -> None:
    async with ControlClient() as asking, ControlClient() as listening:
        view = View(Status.model_validate(await asking.call("status")))
        told = ["state", "levels", "turn", *(["words"] if view.status.words else [])]
        await listening.call("subscribe", kinds=told)
        changed = asyncio.Event()

        async def ask() -> None:
            while True:
                await asyncio.sleep(ROUND_S)
                view.status = Status.model_validate(await asking.call("status"))
                changed.set()

        async def follow() -> None:
            async for event in listening.events():
                view.take(event)
                changed.set()

        async def draw() -> None:
            with Live(console=console, screen=True, auto_refresh=False) as live:
                while True:
                    changed.clear()
                    live.update(screen(view, console.width, console.height), refresh=True)
                    await asyncio.sleep(FRAME_S)
                    await changed.wait()

        tasks = [asyncio.create_task(work()) for work in (ask, follow, draw)]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            with contextlib.suppress(NotRunning):
                for task in done:
                    task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
