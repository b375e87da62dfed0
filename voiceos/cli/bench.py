"""`voiceos bench`: measure it, on this machine."""

from __future__ import annotations

import subprocess
import sys
from enum import StrEnum
from typing import Annotated

import typer


class Bench(StrEnum):
    """What can be measured; each is a module of `voiceos.bench` with more options of its own."""

    VOICE_TO_VOICE = "voice-to-voice"
    CONVERSATION = "conversation"
    BARGE_IN = "barge-in"
    STT = "stt"
    END_OF_TURN = "end-of-turn"
    PAUSES = "pauses"
    FADING = "fading"
    IDLE = "idle"


def bench(
    what: Annotated[
        list[Bench] | None,
        typer.Argument(help="What to measure; all of it, one after the other, where nothing is named."),
    ] = None,
) -> None:
    """Measure latency, interruptions, recognition and idle cost. Needs a quiet machine; takes minutes."""
    for one in what or list(Bench):
        print(f"== {one.value}", flush=True)
        module = f"voiceos.bench.{one.value.replace('-', '_')}"
        done = subprocess.run([sys.executable, "-m", module], check=False)
        if done.returncode:
            raise typer.Exit(done.returncode)
