"""`voiceos ask`, `say` and `transcribe`: the chain without a sound card, from file to file."""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated

import typer

from voiceos import log
from voiceos.app import Stage
from voiceos.audio import files
from voiceos.audio.frames import Samples
from voiceos.cli.exits import run
from voiceos.cli.options import AsJson, ConfigFile, load
from voiceos.client import LocalClient
from voiceos.config import Settings
from voiceos.errors import AudioError

Out = Annotated[Path | None, typer.Option("--out", "-o", help="WAV file for the spoken answer.", show_default=False)]


def _settings(config_file: Path | None) -> Settings:
    settings = load(config_file, {}).settings
    log.setup(settings.log.level if settings.log.level != "INFO" else "WARNING", show_speech=settings.log.speech)
    return settings


def _read(path: str) -> Samples:
    return files.read(sys.stdin.buffer.read() if path == "-" else Path(path))


def ask(
    text: Annotated[str | None, typer.Argument(help="The question; - reads it from standard input.")] = None,
    audio: Annotated[
        str | None, typer.Option("--audio", help="Sound file with the question; - reads it from standard input.")
    ] = None,
    out: Out = None,
    config_file: ConfigFile = None,
    as_json: AsJson = False,
) -> None:
    """Ask one question; the answer is printed, and spoken into a file where --out names one."""
    if text is None and audio is None and not sys.stdin.isatty():
        text = "-"
    if (text is None) == (audio is None):
        raise typer.BadParameter("give either the question as text, or --audio FILE")

    async def work() -> int:
        settings = _settings(config_file)
        samples = _read(audio) if audio else None
        stages: set[Stage] = {"llm"}
        stages |= {"stt"} if audio else set()
        stages |= {"tts"} if out else set()
        async with LocalClient(settings, stages) as client:
            question = await client.transcribe(samples) if samples is not None else _question(text)
            if not question:
                raise AudioError("No words were heard in the question.", hint="Try `voiceos transcribe FILE`.")
            answer = client.ask(question)
            if out:
                said, spoken, rate_hz = await client.speak(answer if as_json else _echo(answer))
                files.write(out, spoken, rate_hz)
            else:
                said = "".join([piece async for piece in (answer if as_json else _echo(answer))])
        if as_json:
            print(json.dumps({"question": question, "answer": said.strip(), "out": str(out) if out else None}))
        else:
            print()
        return 0

    run(work())


def _question(text: str | None) -> str:
    question = sys.stdin.read() if text == "-" else text or ""
    if not question.strip():
        raise typer.BadParameter("there is no text")
    return question.strip()


async def _echo(pieces: AsyncIterator[str]) -> AsyncIterator[str]:
    """Print pieces as they come."""
    async for piece in pieces:
        print(piece, end="", flush=True)
        yield piece


async def _pieces(text: str) -> AsyncIterator[str]:
    yield text


def say(
    text: Annotated[str, typer.Argument(help="What to say; - reads it from standard input.")],
    out: Out = None,
    config_file: ConfigFile = None,
) -> None:
    """Say a text through the loudspeaker, or into a file."""

    async def work() -> None:
        settings = _settings(config_file)
        async with LocalClient(settings, {"tts"}) as client:
            if out is None:
                await client.say(_question(text))
            else:
                _, spoken, rate_hz = await client.speak(_pieces(_question(text)))
                files.write(out, spoken, rate_hz)

    run(work())


def transcribe(
    paths: Annotated[list[str], typer.Argument(metavar="FILE...", help="Sound files; - is standard input.")],
    config_file: ConfigFile = None,
    as_json: AsJson = False,
) -> None:
    """Print what is said in each file: the text alone, a line a file, an empty line where nobody speaks."""

    async def work() -> None:
        settings = _settings(config_file)
        async with LocalClient(settings, {"stt"}) as client:
            for path in paths:
                text = await client.transcribe(_read(path))
                print(json.dumps({"file": path, "text": text}) if as_json else text, flush=True)

    run(work())
