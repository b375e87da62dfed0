"""`voiceos run`: talk."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import Annotated

import typer
from rich.console import Console

from voiceos import live, log
from voiceos.cli.exits import plain_errors
from voiceos.cli.options import ConfigFile, load
from voiceos.trace import Trace


def run(
    context: typer.Context,
    config_file: ConfigFile = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Scripted engines instead of real ones: tries the sound, loads no model.")
    ] = False,
    greeting: Annotated[bool, typer.Option(help="Say hello at the start.")] = True,
    trace_json: Annotated[
        bool, typer.Option("--trace-json", help="Print each answer's waterfall as JSON, for measuring.")
    ] = False,
) -> None:
    """Start the assistant in the foreground and talk to it. Ctrl-C ends it, Enter switches the microphone."""
    started = time.monotonic()
    console = Console(stderr=True, highlight=False)
    with plain_errors():
        flags = {f"{stage}.engine": "scripted" for stage in ("stt", "llm", "tts")} if dry_run else {}
        settings = load(config_file, flags, migrate=True).settings
        log.setup(settings.log.level, show_speech=settings.log.speech)
        keys = sys.stdin is not None and sys.stdin.isatty()

        def ready() -> None:
            how = "Enter switches the microphone off and on, Ctrl-C ends." if keys else "Ctrl-C ends."
            console.print(f"[bold]Listening[/] after {time.monotonic() - started:.1f} s. {how}")

        def answered(trace: Trace) -> None:
            if trace_json:
                print(f"trace {json.dumps(trace.waterfall_ms())}", file=sys.stderr, flush=True)
            elif trace.latency_s is not None:
                stages = ", ".join(f"{stage.replace('_', ' ')} {ms}" for stage, ms in trace.waterfall_ms().items())
                console.print(f"answered after {trace.latency_s:.2f} s  [dim]({stages} ms)[/]")

        asyncio.run(
            live.run(settings, live.Live(settings, on_ready=ready, on_trace=answered, greet=greeting), keys=keys)
        )
