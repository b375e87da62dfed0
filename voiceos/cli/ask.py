"""`voiceos ask`, `say` and `transcribe`: through the running assistant, or the chain without a sound card."""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Annotated, TextIO

import typer
from rich.console import Console

from voiceos import log
from voiceos.app import Stage
from voiceos.audio import files
from voiceos.audio.frames import Samples
from voiceos.cli.exits import complain, run
from voiceos.cli.options import AsJson, ConfigFile, load
from voiceos.cli.words import STDIN, piped, text_of
from voiceos.client import Client, LocalClient
from voiceos.config import Settings
from voiceos.daemon.client import DaemonClient
from voiceos.errors import AudioError, NotRunning

Out = Annotated[
    Path | None,
    typer.Option("--out", "-o", help="WAV file for the speech; - is standard output.", show_default=False),
]


def _settings(config_file: Path | None) -> Settings:
    settings = load(config_file, {}).settings
    log.setup(settings.log.level if settings.log.level != "INFO" else "WARNING", show_speech=settings.log.speech)
    if sys.stderr.isatty():
        Console(stderr=True).print("Loading the models …", style="dim")
    return settings


@asynccontextmanager
async def _chain(config_file: Path | None, stages: set[Stage]) -> AsyncIterator[Client]:
    """The running assistant, so that no model is loaded twice; engines of one's own where none runs, or where they are
    to have other settings."""
    async with AsyncExitStack() as stack:
        running: DaemonClient | None = None
        if config_file is None:
            with suppress(NotRunning):
                running = await stack.enter_async_context(DaemonClient())
        if running is not None:
            yield running
        else:
            yield await stack.enter_async_context(LocalClient(_settings(config_file), stages))


def _read(path: str) -> Samples:
    if path == "-" and sys.stdin is None:
        raise AudioError("Standard input is closed.")
    return files.read(sys.stdin.buffer.read() if path == "-" else Path(path))


def _check(out: Path | None) -> None:
    if out is not None and str(out) != "-":
        files.require_writable(out)


def _write(out: Path, samples: Samples, rate_hz: int) -> None:
    if str(out) == "-":
        sys.stdout.buffer.write(files.encode(samples, rate_hz))
        sys.stdout.flush()
    else:
        files.write(out, samples, rate_hz)


def ask(
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="TEXT", help="The question; - reads it from standard input.", show_default=False),
    ] = None,
    audio: Annotated[
        str | None, typer.Option("--audio", help="Sound file with the question; - reads it from standard input.")
    ] = None,
    out: Out = None,
    config_file: ConfigFile = None,
    as_json: AsJson = False,
) -> None:
    """Ask one question; the answer is printed, and spoken into a file where --out names one.

    Where voiceos runs it answers, beside the conversation, and no second model is loaded; --config keeps to itself."""
    if not words and audio is None and piped():
        words = [STDIN]
    if bool(words) == (audio is not None):
        raise typer.BadParameter("give either the question as text, or --audio FILE")
    typed = text_of(words, "ask") if words else ""
    # Where the speech goes to standard output, words would be in its way.
    told = sys.stderr if str(out) == "-" else sys.stdout

    async def work() -> None:
        _check(out)
        samples = _read(audio) if audio else None
        question = await _heard(samples, config_file) if samples is not None else typed
        if not question:
            raise AudioError("No words were heard in the question.", hint="Try `voiceos transcribe FILE`.")
        async with _chain(config_file, {"llm", "tts"} if out else {"llm"}) as client:
            answer = client.ask(question)
            pieces = answer if as_json else _echo(answer, told)
            if out:
                said, spoken, rate_hz = await client.speak(pieces)
                _write(out, spoken, rate_hz)
            else:
                said = "".join([piece async for piece in pieces])
        if as_json:
            record = {"question": question, "answer": said.strip(), "out": str(out) if out else None}
            print(json.dumps(record), file=told)

    run(work())


async def _heard(samples: Samples, config_file: Path | None) -> str:
    """What is said in it, by a recogniser of one's own: the running one listens to the microphone."""
    async with LocalClient(_settings(config_file), {"stt"}) as client:
        return await client.transcribe(samples)


async def _echo(pieces: AsyncIterator[str], to: TextIO) -> AsyncIterator[str]:
    """Print pieces as they come; whatever ends them, an error included, begins on a line of its own."""
    try:
        async for piece in pieces:
            print(piece, end="", flush=True, file=to)
            yield piece
    finally:
        print(flush=True, file=to)


async def _pieces(text: str) -> AsyncIterator[str]:
    yield text


def say(
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="TEXT", help="What to say; - reads it from standard input.", show_default=False),
    ] = None,
    out: Out = None,
    config_file: ConfigFile = None,
) -> None:
    """Say a text through the loudspeaker, or into a file.

    Where voiceos runs it says it, as soon as nobody speaks; --config keeps to itself."""
    if not words and not piped():
        raise typer.BadParameter("there is no text")
    text = text_of(words or [STDIN], "say")

    async def work() -> None:
        _check(out)
        async with _chain(config_file, {"tts"}) as client:
            if out is None:
                await client.say(text)
            else:
                _, spoken, rate_hz = await client.speak(_pieces(text))
                _write(out, spoken, rate_hz)

    run(work())


def transcribe(
    paths: Annotated[list[str], typer.Argument(metavar="FILE", help="Sound files; - is standard input.")],
    config_file: ConfigFile = None,
    as_json: AsJson = False,
) -> None:
    """Print what is said in each file: the text alone, a line a file, an empty line where nobody speaks.

    A file that cannot be read is named on standard error, and its line stays empty; the others are transcribed all the
    same, and the exit code tells of it."""

    async def work() -> int:
        settings = _settings(config_file)
        code = 0
        async with LocalClient(settings, {"stt"}) as client:
            for path in paths:
                record, text = {"file": path}, ""
                try:
                    text = await client.transcribe(_read(path))
                except AudioError as error:
                    complain(error)
                    code = error.exit_code
                    record["error"] = str(error)
                else:
                    record["text"] = text
                print(json.dumps(record) if as_json else text, flush=True)
        return code

    sys.exit(run(work()))
