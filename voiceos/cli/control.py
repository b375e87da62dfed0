"""Verbs that talk to the running assistant; each says so where none runs."""

from __future__ import annotations

import json
import sys
import time
from typing import Annotated, Any, get_args

import typer
from rich.console import Console

from voiceos.cli.exits import plain_errors, run
from voiceos.cli.options import AsJson, completing
from voiceos.config.model import ListeningMode
from voiceos.daemon.client import ControlClient
from voiceos.daemon.messages import Kind
from voiceos.errors import ConfigError


def _call(method: str, **params: Any) -> dict[str, Any]:
    async def work() -> dict[str, Any]:
        async with ControlClient() as client:
            return await client.call(method, **params)

    return run(work())


def _print(text: str) -> None:
    Console(highlight=False, soft_wrap=True).print(text, markup=False)


def cancel() -> None:
    """Stop what it is saying, thinking of or listening to."""
    _print("stopped" if _call("cancel")["cancelled"] else "there was nothing to stop")


def mute() -> None:
    """Close the microphone, until `unmute`: a restart leaves it closed."""
    _call("mute")
    _print("the microphone is closed; `voiceos unmute` opens it")


def unmute() -> None:
    """Open the microphone again."""
    microphone = _call("unmute")
    if not microphone["open"]:
        _print("unmuted, but no sound comes from the microphone yet: `voiceos status` tells why")
        raise typer.Exit(5)
    _print("the microphone is open")


def repeat() -> None:
    """Have it say its last reply again."""
    _call("repeat")


def volume(
    percent: Annotated[
        str | None,
        typer.Argument(metavar="PERCENT", help="0 to 100, or +10, -10 for louder and softer; without it, tell it."),
    ] = None,
) -> None:
    """Tell or change how loud it is."""
    if percent is None:
        answer = _call("volume")
    else:
        try:
            number = int(percent.rstrip("%"))
        except ValueError:
            raise typer.BadParameter("a volume is a whole number: 40, +10 or -10") from None
        if not (-100 if percent[0] in "+-" else 0) <= number <= 100:
            raise typer.BadParameter("a volume is between 0 and 100")
        answer = _call("volume", **({"by": number} if percent[0] in "+-" else {"percent": number}))
    _print(f"{answer['percent']} %")


def listen() -> None:
    """Have it listen to what you say next: for a key of your desktop, above all in mode push."""
    microphone = _call("listen")
    if microphone["muted"]:
        _print("the microphone is muted; `voiceos unmute` opens it")
        raise typer.Exit(5)


def mode(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="MODE",
            help="open, name, push or wakeword (listening.mode); without it, tell it.",
            autocompletion=completing(get_args(ListeningMode)),
        ),
    ] = None,
) -> None:
    """Tell or change what it listens to: everything, what follows its name or a wake word, or what you ask for."""
    _print(_call("mode", **({"mode": name} if name else {}))["mode"])


def reload() -> None:
    """Have the settings read again, and what could not be changed tried again; a saved file is noticed by itself."""
    told = _call("reload")
    for what, keys in told.items():
        if what != "wrong" and keys:
            _print(f"{what}: {', '.join(keys)}")
    if told["wrong"]:
        with plain_errors():
            raise ConfigError("\n".join(told["wrong"]), hint="What was in force is so still.")
    if not any(told.values()):
        _print("nothing has changed")


def history(
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=1000, help="So many of the last messages.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Print what has been said, as far as it has it in mind, and asked beside it; nothing of it is on the disk."""
    messages = _call("history", limit=limit)["messages"]
    if as_json:
        print(json.dumps(messages))
        return
    for message in messages:
        who = ("ask" if message["aside"] else "you") if message["role"] == "user" else "  ←"
        _print(f"{who}  {message['text']}")
    if not messages:
        print("nothing has been said yet", file=sys.stderr)


def restart_engine(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="stt (recogniser), llm (language model) or tts (voice).",
            autocompletion=completing(("stt", "llm", "tts")),
        ),
    ],
) -> None:
    """Start one of the engines anew; the conversation goes on meanwhile as well as it can."""
    engine = _call("restart_engine", name=name)
    _print(f"{engine['name']} is {engine['state']}: process {engine['pid']}")


def stop() -> None:
    """Have it say goodbye and end."""

    async def work() -> None:
        async with ControlClient() as client:
            await client.call("stop")
            await client.wait_closed()

    run(work())
    _print("voiceos has ended")


def events(
    kinds: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="KIND",
            help="state, levels, turn, words, mode, microphone, sound, engine, …",
            autocompletion=completing(get_args(Kind)),
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Print what goes on as it does, until Ctrl-C. What is said is only there where `control.words` allows it."""

    async def work() -> None:
        async with ControlClient() as client:
            await client.call("subscribe", **({"kinds": kinds} if kinds else {}))
            async for event in client.events():
                print(json.dumps(event) if as_json else _told(event), flush=True)
        print("voiceos has ended", file=sys.stderr)

    run(work())


def _told(event: dict[str, Any]) -> str:
    clock = time.strftime("%H:%M:%S", time.localtime(event["time"]))
    rest = {key: value for key, value in event.items() if key not in ("kind", "time")}
    told = "  ".join(f"{key} {json.dumps(value, ensure_ascii=False)}" for key, value in rest.items())
    return f"{clock}  {event['kind']:<10}  {told}"
