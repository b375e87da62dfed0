"""`voiceos bench`: measure it, on this machine."""

from __future__ import annotations

import itertools
import subprocess
import sys
from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated

import typer


class Bench(StrEnum):
    """What can be measured; each is a module of `voiceos.bench` with more options of its own."""

    CONVERSATION = "conversation"
    VOICE_TO_VOICE = "voice-to-voice"
    BARGE_IN = "barge-in"
    ENGINES = "engines"
    CHUNKED = "chunked"
    GAPS = "gaps"
    STT = "stt"
    NOISE = "noise"
    END_OF_TURN = "end-of-turn"
    PAUSES = "pauses"
    FADING = "fading"
    ONSETS = "onsets"
    TALKERS = "talkers"
    WAKE_WORDS = "wake-words"
    OPEN_AIR = "open-air"
    ABLATION = "ablation"
    RECALL = "recall"
    YEAR_OF_MEMORY = "year-of-memory"
    IDLE = "idle"


def chosen(words: Sequence[str]) -> tuple[list[Bench], list[str]]:
    """What to measure, and the options it is given: those of one, which is `conversation` unless it is named.

    Raises typer.BadParameter for what there is not, and for options of several at once.
    """
    names = list(itertools.takewhile(lambda word: not word.startswith("-"), words))
    options = list(words[len(names) :])
    if unknown := [name for name in names if name not in set(Bench)]:
        raise typer.BadParameter(f"{unknown[0]!r} is none of {', '.join(Bench)}")
    if options and len(names) > 1:
        raise typer.BadParameter(f"{options[0]} can only be given to one of them")
    if options and not names:
        names = [Bench.CONVERSATION]
    return [Bench(name) for name in names] or list(Bench), options


def bench(
    what: Annotated[
        list[str] | None,
        typer.Argument(
            help=f"What to measure: {', '.join(Bench)}; all of it, one after the other, where nothing is named. "
            "Options behind one name are its own (`voiceos bench noise -- --help`); without a name they are those "
            "of `conversation` (`voiceos bench --sweep`).",
        ),
    ] = None,
) -> None:
    """Measure latency, interruptions, recognition, recall and idle cost. Needs a quiet machine; takes minutes."""
    names, options = chosen(what or ())
    for one in names:
        print(f"== {one.value}", flush=True)
        module = f"voiceos.bench.{one.value.replace('-', '_')}"
        done = subprocess.run([sys.executable, "-m", module, *options], check=False)
        if done.returncode:
            raise typer.Exit(done.returncode)
