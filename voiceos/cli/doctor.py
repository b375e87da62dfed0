"""`voiceos doctor`: check everything, and say what to do."""

from __future__ import annotations

import asyncio
import contextlib
import json
import platform
import shutil
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import psutil
import typer
from rich.console import Console
from rich.markup import escape

import voiceos
from voiceos import log, stored
from voiceos.app import MODEL_KEYS, Engines, chosen_model
from voiceos.audio import devices
from voiceos.audio.duplex import Duplex
from voiceos.audio.earcons import Earcon, synthesise
from voiceos.audio.echo import HANGOVER_S, Echo
from voiceos.audio.frames import RATE_HZ, Samples
from voiceos.audio.listeners import Listeners
from voiceos.audio.sound_server import SoundServer
from voiceos.catalogue import Kind, Store, recommend, size_text
from voiceos.cli.options import AsJson, ConfigFile, load
from voiceos.clock import SystemClock
from voiceos.config import Settings
from voiceos.engines import spoken_vocabulary
from voiceos.engines.cores import cores
from voiceos.errors import VoiceosError
from voiceos.habits import load_pauses, pauses_told
from voiceos.memory import Store as Memory
from voiceos.thinking.ports import Message

Mark = Literal["ok", "note", "bad"]
_STYLE: dict[Mark, str] = {"ok": "[green]ok[/]  ", "note": "[yellow]note[/]", "bad": "[red]bad[/] "}

CHIRPS, CHIRP_GAP_S = 16, 0.5
"""4 s of sound, a quarter of a second at a time: absence is known after `echo.ABSENT_S` of it."""

CALLS_S = 3.0
"""A sound server that runs has said by then who records."""

MIN_FREE_BYTES = 500_000_000
"""Below this much free disk a model update or a long log may fail."""


@dataclass(frozen=True, slots=True)
class Finding:
    mark: Mark
    what: str
    text: str
    hint: str = ""


def doctor(context: typer.Context, config_file: ConfigFile = None, as_json: AsJson = False) -> None:
    """Check settings, models, sound and every engine, and say what to do. Exits with 1 where something is bad."""
    log.setup("ERROR")
    console = Console(highlight=False)
    found = []
    for finding in findings(config_file):
        found.append(finding)
        if not as_json:
            console.print(f"{_STYLE[finding.mark]}  [bold]{finding.what}[/]  {escape(finding.text)}", soft_wrap=True)
            if finding.hint:
                console.print(f"      {finding.hint}", soft_wrap=True, markup=False)
    if as_json:
        print(json.dumps([asdict(finding) for finding in found], indent=2))
    raise typer.Exit(1 if any(finding.mark == "bad" for finding in found) else 0)


def findings(config_file: Path | None) -> Iterator[Finding]:
    """Everything that is checked, one after the other."""
    yield Finding("ok", "voiceos", f"{voiceos.__version__}, Python {platform.python_version()}, {platform.platform()}")
    yield _machine()
    try:
        settings = load(config_file, {}).settings
    except VoiceosError as error:
        yield Finding("bad", "settings", str(error), error.hint)
        return
    yield Finding("ok", "settings", "every value is allowed")
    if settings.turn_taking.learn_pauses:
        try:
            yield Finding("ok", "pauses", pauses_told(load_pauses()))
        except VoiceosError as error:  # a newer voiceos's
            yield Finding("bad", "pauses", str(error), error.hint)
    yield _memory() if settings.memory.enabled else Finding("ok", "memory", "switched off: nothing is added to it")
    yield from _models(settings)
    sound = list(_sound(settings))
    yield from sound
    if settings.audio.echo_cancellation != "off" and all(finding.mark == "ok" for finding in sound):
        yield asyncio.run(check_echo(settings))
    if settings.audio.hold_during_calls:
        yield asyncio.run(check_calls())
    yield from asyncio.run(_engines(settings))


def _machine() -> Finding:
    free = shutil.disk_usage(Store().root if Store().root.exists() else Path.home()).free
    memory = psutil.virtual_memory()
    text = f"{cores()} cores, {size_text(memory.total)} of memory, {size_text(free)} free on the disk"
    if free < MIN_FREE_BYTES:
        return Finding("bad", "machine", text, "Free some disk space.")
    return Finding("ok", "machine", text)


def _memory() -> Finding:
    if not stored.MEMORY.path.exists():
        return Finding("ok", "memory", "nothing is remembered yet")
    try:
        with Memory() as memory:
            faults, held, aside = memory.faults(), memory.stats(), memory.set_aside
    except VoiceosError as error:
        return Finding("bad", "memory", str(error), error.hint)
    if aside is not None:
        return Finding("bad", "memory", f"it was broken, and begins anew; the old one is kept as {aside}")
    text = f"{held.facts} facts, {held.episodes} turns, {size_text(held.size_bytes)}"
    if faults:
        hint = f"Save what can be: voiceos memory export FILE. Then begin anew: mv {memory.path} {memory.path}.broken"
        return Finding("bad", "memory", f"{text}; it is damaged: {'; '.join(faults)}", hint)
    return Finding("ok", "memory", f"{text}, whole")


def _models(settings: Settings) -> Iterator[Finding]:
    store = Store()
    for kind in MODEL_KEYS:
        try:
            model = chosen_model(kind, settings)
            if model is None:
                continue
            store.path(model)
        except VoiceosError as error:
            yield Finding("bad", "model", str(error), error.hint)
        else:
            yield Finding("ok", "model", f"{model.name}, {size_text(model.size)}, {model.licence}")
            if (
                kind is Kind.LLM
                and settings.llm.spoken_vocabulary
                and spoken_vocabulary.found(store, model, settings.assistant.language) is None
            ):
                text = f"{model.name} may be quicker: there is no copy of it with the words of your language alone"
                yield Finding("note", "model", text, f"voiceos models pull {model.name}")
            ram = psutil.virtual_memory().total
            for better in recommend(ram, cores(), model.kind, language=settings.assistant.language)[:1]:
                if better.name != model.name:
                    yield Finding(
                        "note", "model", f"this machine could hold {better.name}", f"voiceos models use {better.name}"
                    )


def _sound(settings: Settings) -> Iterator[Finding]:
    wanted: tuple[tuple[devices.Kind, str], ...] = (
        ("input", settings.audio.input_device),
        ("output", settings.audio.output_device),
    )
    for kind, part in wanted:
        what = "microphone" if kind == "input" else "earpiece"
        try:
            device, named = devices.find_or_default(part, kind)
        except VoiceosError as error:
            yield Finding("bad", what, str(error), error.hint)
            continue
        if not named:
            hint = (
                "Where the sound server knows a device by that name, it is used; else the default until there is one."
            )
            yield Finding("note", what, f"{device.name}: no device of PortAudio's has “{part}” in its name", hint)
        else:
            yield Finding("ok", what, f"{device.name}, {device.rate_hz} Hz")


async def check_echo(settings: Settings) -> Finding:
    """Chirps tell whether it hears itself."""
    ignored = Listeners(lambda frame: None, lambda event: None)
    try:
        async with Duplex(settings.audio, clock=SystemClock(), listeners=ignored) as sound:
            if reason := sound.presence.reason:
                return Finding("bad", "echo", f"not looked for: {reason}", "See above, and `voiceos devices`.")
            sound.speaker.earcon(chirps(sound.speaker.rate_hz))
            await asyncio.sleep(CHIRPS * CHIRP_GAP_S + HANGOVER_S + 1.0)
            echo = sound.echo
    except VoiceosError as error:
        return Finding("bad", "echo", str(error), error.hint)
    return echo_told(echo)


def chirps(rate_hz: int) -> Samples:
    """What is played to find out, shape (n,), at `rate_hz`."""
    chirp = synthesise(Earcon.LISTENING, rate_hz)
    silence = np.zeros(round(CHIRP_GAP_S * rate_hz) - len(chirp), np.float32)
    return np.tile(np.concatenate((chirp, silence)), CHIRPS)


def echo_told(echo: Echo | None) -> Finding:
    """What came of it, judged as while the program runs; None where neither an echo nor its absence was sure."""
    if echo is None:
        hint = "Turn the volume up, have it quiet, and try again. Until it is sure, it listens as if there were one."
        return Finding("note", "echo", "whether what is played comes back through the microphone is not sure", hint)
    if not echo.present:
        return Finding("ok", "echo", "what is played does not come back through the microphone, as with a headset")
    text = f"what is played comes back {echo.lag_s * 1000:.0f} ms later; {echo.removed_db:.0f} dB of it is removed"
    if echo.enough:
        return Finding("ok", "echo", text)
    hint = "It will not listen while it speaks. Use a headset, or move the loudspeaker away from the microphone."
    return Finding("note", "echo", f"{text}, which is too little", hint)


async def check_calls() -> Finding:
    """Whether it would notice that another program uses the microphone."""
    async with SoundServer() as server:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CALLS_S):
                await server.looked.wait()
        if server.view is not None:
            return Finding("ok", "calls", "another program that begins to use the microphone is noticed")
        trouble = server.trouble or "the sound server does not answer"
    hint = "Without PulseAudio or PipeWire: voiceos config set audio.hold_during_calls false"
    return Finding("note", "calls", f"calls are not noticed: {trouble}", hint)


async def _engines(settings: Settings) -> list[Finding]:
    """Each engine does a little of its real work."""
    findings: list[Finding] = []

    async def check(what: str, work: Callable[[], Awaitable[str]]) -> None:
        started = time.monotonic()
        try:
            text = await work()
        except VoiceosError as error:
            findings.append(Finding("bad", what, str(error), error.hint))
        else:
            findings.append(Finding("ok", what, f"{text} ({time.monotonic() - started:.1f} s with loading)"))

    try:
        engines = Engines(settings, {"stt", "llm", "tts"})
    except VoiceosError as error:
        return [Finding("bad", "engines", str(error), error.hint)]
    async with engines:

        async def voice() -> str:
            speech = await engines.tts.synthesize("One, two, three.", speed=1.0)
            return f"the voice speaks: {len(speech.samples) / speech.rate_hz:.1f} s of sound"

        async def recogniser() -> str:
            silence = np.zeros(RATE_HZ, np.float32)
            decoding = await engines.stt.transcribe(silence, language="en")
            return f"the recogniser answers in {decoding.language}"

        async def model() -> str:
            info = await engines.llm.info()
            tokens = await engines.llm.render([Message("user", "Hello")], open_role="assistant")
            return f"{info.name}: {info.context_tokens} tokens of context, a greeting is {len(tokens)} of them"

        await check("speaking", voice)
        findings += await _first_sound(engines)
        await check("listening", recogniser)
        await check("thinking", model)
        if engines.end_of_turn is not None:
            await check("end of turn", lambda: _end_of_turn(engines))
    return findings


async def _first_sound(engines: Engines) -> list[Finding]:
    """A note where the voice makes every phrase to its end before it begins to sound."""
    try:
        why = await engines.tts.in_one_piece()
    except VoiceosError:  # told already
        return []
    text = f"the voice begins to sound only when a phrase is made to its end: {why}"
    return [Finding("note", "speaking", text, "most piper voices answer sooner: `voiceos models list`")] if why else []


async def _end_of_turn(engines: Engines) -> str:
    assert engines.end_of_turn is not None
    await engines.end_of_turn.probability(np.zeros(RATE_HZ, np.float32))
    return "the end-of-turn model answers"
