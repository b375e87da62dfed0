"""`voiceos status`: how the running assistant is."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import typer
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from voiceos.cli.exits import run
from voiceos.cli.options import AsJson
from voiceos.cli.recollection import counted
from voiceos.daemon.client import ControlClient
from voiceos.daemon.messages import Engine, SpeaksFirst, Status, Turn

ROUND_S = 1.0
"""How often `--watch` asks."""

LONG_DAYS = 6
"""What is farther away is no day of the week any more, and nothing that anybody asked for by the clock."""

STATES = {
    "quiet": "nobody speaks",
    "listening": "you speak",
    "paused": "you pause",
    "answering": "thinking",
    "speaking": "speaking",
    "overlap": "both speak",
}
"""Phases in the words of whoever looks."""

SILENT = {
    "quiet_asked_for": "you asked for quiet",
    "quiet_hours": "quiet hours",
    "on_call": "another program uses the microphone",
    "just_spoke": "it has just spoken up",
    "enough_today": "it has spoken up often enough",
}
"""Why it says nothing unasked."""

WORKS_ON = {"stt": "recogniser", "llm": "language model", "tts": "voice"}


def status(
    watch: Annotated[bool, typer.Option("--watch", "-w", help="Go on showing it until Ctrl-C.")] = False,
    as_json: AsJson = False,
) -> None:
    """Tell how the running assistant is. Exits with 8 where none runs, with 1 where something does not work."""

    async def once() -> Status:
        async with ControlClient() as client:
            return Status.model_validate(await client.call("status"))

    async def follow() -> None:
        async with ControlClient() as client:
            with Live(console=Console(), auto_refresh=False, screen=not as_json) as live:
                while True:
                    now = Status.model_validate(await client.call("status"))
                    if as_json:
                        print(now.model_dump_json(), flush=True)
                    else:
                        live.update(report(now), refresh=True)
                    await asyncio.sleep(ROUND_S)

    if watch:
        run(follow())
        return
    now = run(once())
    if as_json:
        print(json.dumps(now.model_dump(), indent=1))
    else:
        Console(highlight=False).print(report(now))
    if now.degraded:
        raise typer.Exit(1)


def report(now: Status) -> RenderableType:
    """The whole of it, as text."""
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row("voiceos", f"{now.version}, process {now.pid}, up {duration(now.uptime_s)}")
    table.add_row("state", state(now))
    table.add_row("microphone", microphone(now))
    table.add_row(
        "loudspeaker", f"{now.devices.loudspeaker or 'none'}, volume {now.volume_percent} %, speed {now.speed:g}"
    )
    for engine in now.engines:
        table.add_row(WORKS_ON.get(engine.name, engine.name), engine_line(engine))
    table.add_row(
        "memory", f"{megabytes(now.total_memory_bytes)}, of which {megabytes(now.memory_bytes)} without engines"
    )
    table.add_row("remembers", remembers(now))
    if now.speaks_first is not None:
        table.add_row("speaks first", speaks_first(now.speaks_first))
    for turn in reversed(now.turns[-3:]):
        table.add_row("last turns" if turn is now.turns[-1] else "", turn_line(turn))
    return Group(table, *troubles(now))


def state(now: Status) -> Text:
    if not now.ready:
        return Text("starting", style="yellow")
    text = Text(STATES.get(now.state, now.state), style="bold")
    text.append(f", mode {now.mode}{_holds_its_tongue(now)}", style="not bold")
    return text


def _holds_its_tongue(now: Status) -> str:
    if now.on_call:
        return ", on a call: it says nothing unasked"
    if now.quiet_until is None:
        return ""
    return f", quiet until {clock_time(now.quiet_until)}: it says nothing unasked"


def clock_time(at: float) -> str:
    """A moment to come, seconds since the epoch."""
    until = datetime.fromtimestamp(at).astimezone()
    today = datetime.now().astimezone().date()
    if (until.date() - today).days > LONG_DAYS:
        return "it is told to talk again"
    return until.strftime("%H:%M" if until.date() == today else "%A, %H:%M")


def microphone(now: Status, *, level: bool = True) -> Text:
    if now.muted:
        return Text("muted: it is closed; `voiceos unmute` opens it", style="bold yellow")
    if now.devices.no_sound:
        return Text(f"no sound: {now.devices.no_sound}", style="bold red")
    loud = f", {now.devices.level_dbfs:.0f} dBFS" if level and now.devices.level_dbfs is not None else ""
    return Text(f"{now.devices.microphone}{loud}")


def engine_line(engine: Engine) -> Text:
    style = "" if engine.state == "ready" else "bold red" if engine.state == "down" else "yellow"
    running = f", {megabytes(engine.memory_bytes)}" if engine.pid is not None else ""
    return Text.assemble((engine.state, style), f", {engine.model or 'scripted'}{running}")


def remembers(now: Status) -> str:
    """How much, and since when."""
    if (kept := now.remembered) is None:
        return "nothing"
    since = f" since {time.strftime('%Y-%m-%d', time.localtime(kept.since))}" if kept.since is not None else ""
    off = "; this conversation is off the record" if kept.off_the_record else ""
    return f"{counted(kept.turns, 'turn')}{since}, {counted(kept.facts, 'fact')}{off}"


def speaks_first(now: SpeaksFirst) -> str:
    """How readily, and why it is silent just now, or how much it has left."""
    if now.silent == "off":
        return "off: only to remind you of what you asked it to"
    until = "" if now.until is None else f" until {clock_time(now.until)}"
    left = f"said {now.said} of {now.most} in the last day"
    return f"{now.level}; {f'silent now: {SILENT[now.silent]}{until}' if now.silent else 'it may'}; {left}"


def turn_line(turn: Turn) -> str:
    clock = time.strftime("%H:%M:%S", time.localtime(turn.time))
    if turn.latency_ms is None:
        return f"{clock}  said unasked"
    return f"{clock}  answered after {turn.latency_ms / 1000:.2f} s"


def troubles(now: Status) -> Sequence[Text]:
    return [Text(f"! {one.what} {one.hint}".rstrip(), style="bold red") for one in now.degraded]


def megabytes(count: int) -> str:
    return f"{count / 1e6:.0f} MB" if count < 1e9 else f"{count / 1e9:.2f} GB"


def duration(seconds: float) -> str:
    """ "3 d 4 h", "2 h 5 min", "12 min", "40 s"."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days} d {hours} h"
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min" if minutes else f"{rest} s"
