"""`voiceos devices`: what there is to hear and speak with, and whether it works."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import math
from typing import Annotated

import numpy as np
import typer
from rich.console import Console
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table

from voiceos.audio.devices import Device, find, list_devices
from voiceos.audio.frames import Samples
from voiceos.audio.level import LevelWatch, Notice
from voiceos.audio.microphone import Microphone
from voiceos.audio.speaker import Finished, Speaker
from voiceos.clock import SystemClock

TEST_S = 5.0
FLOOR_DBFS = -60.0

_ADVICE = {
    Notice.SILENT: "The microphone gives nothing but zeros: is it muted at the mixer, or is it the wrong one?",
    Notice.QUIET: "The microphone is very quiet: raise its level in the mixer.",
    Notice.CLIPPING: "The microphone clips: lower its level in the mixer.",
}


def devices(
    microphone: Annotated[str, typer.Option("--input", help="Part of the microphone's name to test.")] = "",
    speaker: Annotated[str, typer.Option("--output", help="Part of the loudspeaker's name to test.")] = "",
    test: Annotated[bool, typer.Option("--test", help="Play a tone, then show the microphone's level.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON array, for programs.")] = False,
) -> None:
    """List microphones and loudspeakers; with --test, try them."""
    found = list_devices()
    if as_json:
        fields = [{k: v for k, v in dataclasses.asdict(device).items() if k != "index"} for device in found]
        typer.echo(json.dumps(fields, ensure_ascii=False, indent=2))
    else:
        Console().print(_table(found))
    if test:
        asyncio.run(_test(Console(stderr=as_json), microphone, speaker))
    else:
        # No microphone, or none of that name, is an error of this command too, with its own exit code.
        find(microphone, "input")
        find(speaker, "output")


def _table(found: tuple[Device, ...]) -> Table:
    table = Table("Name", "Through", "Records", "Plays", "Rate")
    for device in found:
        table.add_row(
            device.name,
            device.host,
            _mark(device.inputs, device.default_input),
            _mark(device.outputs, device.default_output),
            f"{device.rate_hz} Hz",
        )
    return table


def _mark(channels: int, default: bool) -> str:
    return ("yes, the default" if default else "yes") if channels else ""


def tone(rate_hz: int) -> Samples:
    """One second of 440 Hz at −20 dBFS, faded at both ends."""
    seconds = np.arange(rate_hz) / rate_hz
    fade = np.clip(np.minimum(seconds, 1.0 - seconds) / 0.05, 0.0, 1.0)
    return (0.1 * fade * np.sin(2 * np.pi * 440.0 * seconds)).astype(np.float32)


async def _test(console: Console, microphone_part: str, speaker_part: str) -> None:
    clock = SystemClock()
    async with Speaker(speaker_part, clock=clock) as speaker:
        assert speaker.device is not None
        console.print(f"A tone on {speaker.device.name} …")
        speaker.play(1, tone(speaker.rate_hz), speaker.rate_hz)
        speaker.finish(1)
        async for event in speaker.events():
            if isinstance(event, Finished):
                break
    watch = LevelWatch()
    loudest = FLOOR_DBFS
    async with Microphone(microphone_part, clock=clock) as microphone:
        assert microphone.device is not None
        console.print(f"Say something to {microphone.device.name} …")
        begun = clock.monotonic()
        notices = []
        with Live(console=console, refresh_per_second=15, transient=True) as live:
            async for frame in microphone:
                level = _dbfs(frame.samples)
                loudest = max(loudest, level)
                live.update(ProgressBar(total=-FLOOR_DBFS, completed=level - FLOOR_DBFS, width=60))
                # Nobody tells speech from noise here, so what stands out of silence counts as speech.
                notices.append(watch.feed(frame, speech_probability=float(level > -45.0)))
                if frame.at - begun > TEST_S:
                    break
    console.print(f"Loudest: {loudest:.0f} dBFS.")
    for notice in filter(None, notices):
        console.print(_ADVICE[notice])


def _dbfs(samples: Samples) -> float:
    rms = math.sqrt(float(np.dot(samples, samples)) / len(samples))
    return max(FLOOR_DBFS, 20.0 * math.log10(max(rms, 1e-9)))
