"""`voiceos config`: see, check and change the settings."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from voiceos import config
from voiceos.app import MODEL_KEYS, chosen_model, persona
from voiceos.changes import CHARACTER
from voiceos.config.edit import set_value
from voiceos.config.files import write
from voiceos.config.load import listed
from voiceos.config.reference import config_toml, markdown, toml_value
from voiceos.errors import ConfigError, ModelError

app = typer.Typer(help="See, check and change the settings.", no_args_is_help=False)

ConfigFile = Annotated[
    Path | None,
    typer.Option(
        "--config", metavar="FILE", help="Settings file that stands in for the user's; it comes before the verb."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="For programs to read.")]


@app.callback(invoke_without_command=True)
def show(context: typer.Context, config_file: ConfigFile = None, as_json: AsJson = False) -> None:
    """Print the settings in force, and where each came from."""
    context.obj = config_file
    if context.invoked_subcommand:
        return
    loaded = config.load(config_file, migrate=True)
    if as_json:
        print(json.dumps({name: _described(loaded, name) for name in config.KEYS}, ensure_ascii=False, indent=2))
        return
    table = Table("setting", "value", "from", title="Settings", title_justify="left")
    for name, key in config.KEYS.items():
        value, origin = toml_value(loaded.get(name)), loaded.origin(name)
        style = "dim" if origin == "default" else "bold"
        table.add_row(name, Text(value), Text(origin), style=style, end_section=name == _last_of(key.section))
    console = Console()
    console.print(table)
    read = ", ".join(str(path) for path in loaded.files) or "none"
    console.print(f"Files read: {read}. Yours: {config_file or config.user_file()}", markup=False, soft_wrap=True)


def _described(loaded: config.Loaded, name: str) -> dict[str, object]:
    key = config.KEYS[name]
    return {
        "value": loaded.get(name),
        "default": key.default,
        "origin": loaded.origin(name),
        "allowed": key.allowed,
    }


def _last_of(section: str) -> str:
    return [name for name, key in config.KEYS.items() if key.section == section][-1]


def _complete(incomplete: str) -> list[tuple[str, str]]:
    return [(name, key.why) for name, key in config.KEYS.items() if name.startswith(incomplete)]


KeyName = Annotated[str, typer.Argument(metavar="KEY", help='For example "audio.volume".', autocompletion=_complete)]


@app.command()
def get(context: typer.Context, key: KeyName, as_json: AsJson = False) -> None:
    """Print one setting in force, or all of a section."""
    loaded = config.load(context.obj)
    section = [name for name, known in config.KEYS.items() if known.section == key]
    if section:
        if as_json:
            print(json.dumps({name: _described(loaded, name) for name in section}, ensure_ascii=False, indent=2))
        else:
            print("\n".join(f"{name} = {toml_value(loaded.get(name))}" for name in section))
        return
    if as_json:
        print(json.dumps({key: loaded.get(key), "origin": loaded.origin(key)}, ensure_ascii=False))
    else:
        value = loaded.get(key)
        print(value if isinstance(value, str) else toml_value(value))


@app.command("set", context_settings={"ignore_unknown_options": True})
def set_(context: typer.Context, key: KeyName, value: Annotated[str, typer.Argument(metavar="VALUE")]) -> None:
    """Change one setting in your file; its comments and layout stay."""
    path: Path = context.obj or config.user_file()
    new = set_value(path, key, value)
    print(f"{key} = {toml_value(new)} in {path}")
    overriding = config.load(context.obj).origin(key)
    if overriding.startswith("environment"):
        typer.echo(f"but {overriding} is set and goes before it", err=True)


@app.command()
def check(
    context: typer.Context,
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help="Default: your own settings file.")] = None,
    as_json: AsJson = False,
) -> None:
    """Name every mistake in the settings, by file and line."""
    chosen: Path | None = file or context.obj
    problems = config.check(chosen)
    if not problems:
        loaded = config.load(chosen)
        problems = [*_wrong_models(loaded), *_wrong_persona(loaded)]
    if as_json:
        print(json.dumps([{"where": problem.where, "what": problem.what} for problem in problems], ensure_ascii=False))
        raise typer.Exit(ConfigError.exit_code if problems else 0)
    if problems:
        raise ConfigError(listed(problems), hint="docs/configuration.md lists every setting")
    print(f"{chosen or config.user_file()}: no mistakes")


def _wrong_models(loaded: config.Loaded) -> Iterator[config.Problem]:
    """Models that no catalogue holds, or of the wrong kind."""
    for kind, key in MODEL_KEYS.items():
        try:
            chosen_model(kind, loaded.settings)
        except ModelError as error:
            yield config.Problem(loaded.origin(key), f"{key}: {error} {error.hint}", key)


def _wrong_persona(loaded: config.Loaded) -> Iterator[config.Problem]:
    """A persona file that is missing or wrong."""
    try:
        persona(loaded.settings)
    except ConfigError as error:
        yield config.Problem(loaded.origin(CHARACTER), f"{CHARACTER}: {error}", CHARACTER)


@app.command()
def init(context: typer.Context) -> None:
    """Write your settings file, every key explained and at its default."""
    path: Path = context.obj or config.user_file()
    if path.exists() or path.is_symlink():
        raise ConfigError(f"{path} is there already", hint="change it with `voiceos config set KEY VALUE`")
    write(path, config_toml())
    print(path)


@app.command(hidden=True)
def reference(
    toml: Annotated[bool, typer.Option("--toml", help="The settings file in place of its reference.")] = False,
    output: Annotated[Path | None, typer.Option(metavar="FILE", help="Write it there; default: print it.")] = None,
) -> None:
    """Make docs/configuration.md, or config.toml, from the code."""
    text = config_toml() if toml else markdown()
    if output:
        write(output, text)
    else:
        print(text, end="")
