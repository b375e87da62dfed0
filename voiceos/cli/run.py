"""`voiceos run`: talk."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from voiceos import heap, last_words, log, threads
from voiceos.audio.presence import STARTING
from voiceos.cli.exits import plain_errors
from voiceos.cli.options import ConfigFile
from voiceos.config import Settings
from voiceos.config.source import Source
from voiceos.daemon import instance
from voiceos.daemon.condition import describe
from voiceos.daemon.daemon import Daemon
from voiceos.daemon.notify import Notifier
from voiceos.daemon.part import Part
from voiceos.errors import VoiceosError
from voiceos.live import Live
from voiceos.trace import Trace


def run(
    context: typer.Context,
    config_file: ConfigFile = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Scripted engines instead of real ones: tries the sound, loads no model.")
    ] = False,
    greeting: Annotated[bool, typer.Option(help="Say hello at the start, or hold the first meeting.")] = True,
    record: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write down this conversation, your words included, for `voiceos replay`."),
    ] = None,
    record_audio: Annotated[
        bool, typer.Option("--record-audio", help="With --record: also what the microphone hears, as a WAV beside it.")
    ] = False,
    trace_json: Annotated[
        bool, typer.Option("--trace-json", help="Print each answer's waterfall as JSON, for measuring.")
    ] = False,
) -> None:
    """Start the assistant in the foreground and talk to it. Ctrl-C ends it, Enter switches the microphone, L and Enter
    have it listen where it would not (SIGUSR1 and SIGUSR2 do the same without a terminal)."""
    heap.one_arena()
    notifier = Notifier.from_environment()
    with plain_errors(), instance.claim() as me:
        flags = {f"{stage}.engine": "scripted" for stage in ("stt", "llm", "tts")} if dry_run else {}
        flags |= {"end_of_turn.engine": "none"} if dry_run else {}
        source = Source(config_file, flags)
        settings = _load_aloud(source)
        if settings.log.level != "DEBUG":
            log.claim_stderr()
        log.setup(settings.log.level, show_speech=settings.log.speech)
        keys = sys.stdin is not None and sys.stdin.isatty()

        async def serve() -> None:
            await threads.start_all()
            terminal = Terminal(lambda: daemon.live, keys=keys, trace_json=trace_json)
            daemon = Daemon(
                settings,
                source=source,
                parts=[terminal],
                notifier=notifier,
                after_kill=me.after_kill,
                greet=greeting,
                record=record,
                record_audio=record_audio,
            )
            await daemon.run(keys=keys)

        asyncio.run(_aloud(serve(), settings))


class Terminal(Part):
    """What whoever started it reads.

    Args:
        live: the conversation, asked for once it has begun.
        keys: there is somebody to press them.
        trace_json: waterfalls for programs.
    """

    def __init__(self, live: Callable[[], Live], *, keys: bool, trace_json: bool) -> None:
        self._live = live
        self._started = time.monotonic()
        self._keys = keys
        self._trace_json = trace_json
        self._console = Console(stderr=True, highlight=False)
        self._console.print("Loading the models …", style="dim")

    def ready(self) -> None:
        keys = "Enter switches the microphone off and on, L and Enter have it listen, "
        how = f"{keys if self._keys else ''}Ctrl-C ends."
        first = begun(self._live().presence.reason, time.monotonic() - self._started)
        self._console.print(f"{first} {how}", soft_wrap=True)

    def answered(self, trace: Trace) -> None:
        if self._trace_json:
            print(f"trace {json.dumps(trace.waterfall_ms())}", file=sys.stderr, flush=True)
        elif trace.latency_s is not None:
            stages = ", ".join(f"{stage.replace('_', ' ')} {ms}" for stage, ms in trace.waterfall_ms().items())
            self._console.print(f"answered after {trace.latency_s:.2f} s  [dim]({stages} ms)[/]")


def begun(reason: str, seconds: float) -> str:
    """That it has started, and whether it hears anything.

    Args:
        reason: why no sound comes (`audio.presence`); "" where it does.
    """
    if reason in ("", STARTING):
        return f"[bold]Listening[/] after {seconds:.1f} s."
    return f"[bold]{escape(describe(reason, on_call=False, down=[]))}[/] Ready after {seconds:.1f} s."


def _load_aloud(source: Source) -> Settings:
    """The settings; a mistake in them is heard as well as printed."""
    try:
        return source.load(migrate=True).settings
    except VoiceosError as error:
        asyncio.run(last_words.say(error))
        raise


async def _aloud(work: Coroutine[Any, Any, None], settings: Settings) -> None:
    """Run; what ends it is heard as well as printed."""
    try:
        await work
    except VoiceosError as error:
        await last_words.say(
            error,
            device=settings.audio.output_device,
            language=settings.assistant.language,
            volume=settings.audio.volume,
        )
        raise
