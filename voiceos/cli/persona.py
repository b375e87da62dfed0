"""`voiceos persona`: who the assistant is."""

from __future__ import annotations

import json
from datetime import date
from typing import Annotated

import typer

from voiceos import config
from voiceos.app import persona
from voiceos.changes import CHARACTER
from voiceos.cli.exits import plain_errors
from voiceos.cli.options import AsJson, ConfigFile
from voiceos.config import Settings
from voiceos.config.edit import set_value
from voiceos.config.plan import with_values
from voiceos.errors import ConfigError
from voiceos.thinking import character
from voiceos.traits import Book, Change, Wording, disposition, in_force, kept, reset, undone

app = typer.Typer(help="See and choose who it is.", no_args_is_help=True)


def _complete(incomplete: str) -> list[str]:
    return [name for name in character.available("en") if name.startswith(incomplete)]


Name = Annotated[str, typer.Argument(metavar="NAME", autocompletion=_complete)]


@app.command("list")
@plain_errors()
def list_(config_file: ConfigFile = None, as_json: AsJson = False) -> None:
    """Name the personas that there are, and the one in use; a file that is wrong is named with its mistake."""
    settings = config.load(config_file).settings.assistant
    rows = []
    for name, path in character.available(settings.language).items():
        try:
            told = character.read(path).summary
        except ConfigError as error:
            told = f"wrong: {error}"
        rows.append({"name": name, "in_use": name == settings.character, "summary": told, "file": str(path)})
    if as_json:
        print(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for row in rows:
        print(f"{'*' if row['in_use'] else ' '} {row['name']:12} {row['summary']}")
    if settings.persona:
        print("assistant.persona, your own words, goes before them.")
    print(f"Your own go into {character.folder()}.")


@app.command()
@plain_errors()
def show(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="Default: the one in use.", autocompletion=_complete)
    ] = None,
    config_file: ConfigFile = None,
) -> None:
    """Print a persona's file, its fields, how it has changed and why, and what the language model reads of it."""
    settings = config.load(config_file).settings
    assistant = settings.assistant
    chosen = name or assistant.character
    who = character.load(assistant.language, chosen)
    print(f"{chosen}: {character.available(assistant.language)[chosen]}")
    for field, value in who.model_dump(exclude={"traits", "bounds"}).items():
        print(f"{field} = {json.dumps(value, ensure_ascii=False)}")
    if name is None and assistant.persona:
        print("assistant.persona, your own words, goes before it.")
    told = settings if name is None else with_values(settings, {CHARACTER: name, "assistant.persona": ""})
    _tell(told, kept.load())
    print(f"\n{persona(told).system}")


def _tell(settings: Settings, book: Book) -> None:
    """How it has become, and by which steps."""
    assistant = settings.assistant
    now = disposition(assistant, book)
    for trait, value in now.values.items():
        low, high = (value - in_force(book.drift, now.limits)[trait] + limit for limit in now.limits[trait])
        print(f"{trait} = {value:+d}  # from {low:+d} to {high:+d}" if low < high else f"{trait} = {value:+d}")
    wording = Wording(assistant.language)
    for change in book.changes:
        print(wording.told(change))
    if not assistant.drift:
        print("It does not change by itself: assistant.drift is 0.")


@app.command()
@plain_errors()
def undo(config_file: ConfigFile = None) -> None:
    """Take back the last step by which it has changed; a running assistant follows once nobody speaks."""
    wording = Wording(config.load(config_file).settings.assistant.language)
    last: list[Change | None] = []

    def back(book: Book) -> Book:
        after, change = undone(book, date.today())
        last.append(change)
        return after

    book = kept.update(back)
    if last[0] is None:
        print("There is nothing to undo: it is as it was at first.")
        return
    print(next(wording.told(one) for one in reversed(book.changes) if one.day == last[0].day))


@app.command("reset")
@plain_errors()
def reset_(config_file: ConfigFile = None) -> None:
    """Have it be as it was at first; a running assistant follows once nobody speaks."""
    config.load(config_file)
    count = sum(change.undone is None for change in kept.load().changes)
    kept.update(lambda book: reset(book, date.today()))
    print(f"It is as it was at first; steps that were taken back: {count}.")


@app.command()
@plain_errors()
def use(name: Name, config_file: ConfigFile = None) -> None:
    """Be this one from now on; a running assistant changes between two turns."""
    loaded = config.load(config_file)
    character.load(loaded.settings.assistant.language, name)
    path = config_file or config.user_file()
    set_value(path, CHARACTER, name)
    print(f'{CHARACTER} = "{name}" in {path}')
    after = config.load(config_file)
    if after.get(CHARACTER) != name:
        typer.echo(f"It has no effect as long as {after.origin(CHARACTER)} says {after.get(CHARACTER)!r}.", err=True)
    if after.settings.assistant.persona:
        typer.echo("It has no effect as long as assistant.persona holds your own words, which go before it.", err=True)
