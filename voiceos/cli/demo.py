"""`voiceos demo`: hear and see the whole chain without a microphone."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from voiceos import log
from voiceos.audio import files
from voiceos.audio.frames import RATE_HZ
from voiceos.bench import waterfall
from voiceos.cli.exits import run
from voiceos.cli.options import ConfigFile, load
from voiceos.demo import converse
from voiceos.trace import Trace


def demo(
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the WAV and the PNG.")] = Path("out"),
    config_file: ConfigFile = None,
) -> None:
    """A conversation through the real engines, no microphone needed: a stereo WAV, and where the time goes."""
    console = Console(highlight=False)

    def turn(question: str, answer: str, trace: Trace) -> None:
        console.print(f"[bold]you[/]       {question}")
        console.print(f"[bold]assistant[/] {answer.strip()}")
        console.print(waterfall.text(trace), style="dim", markup=False)

    async def work() -> None:
        settings = load(config_file, {}).settings
        log.setup("WARNING")
        console.print("The engines are loading …", style="dim")
        conversation = await converse(settings, turn)
        out.mkdir(parents=True, exist_ok=True)
        files.write(out / "demo.wav", conversation.sound, RATE_HZ)
        console.print(f"{out / 'demo.wav'}: you left, the assistant right")
        waterfall.draw(conversation.traces, out / "demo.png", "voiceos demo: where the time goes")
        console.print(f"{out / 'demo.png'}: where the time goes")

    run(work())
