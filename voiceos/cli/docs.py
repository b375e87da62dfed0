"""`python -m voiceos.cli.docs`: write the pages of docs/ that are made from the code."""

from __future__ import annotations

import tomllib
from enum import Enum
from pathlib import Path
from typing import Any

import typer

from voiceos import stored
from voiceos.cli.main import EXITS, app
from voiceos.config import reference
from voiceos.config.keys import section_models
from voiceos.daemon import reference as control_reference
from voiceos.turn_taking import diagram


def commands() -> str:
    """docs/commands.md: every verb with its help, arguments and options."""
    root = typer.main.get_command(app)
    lines = ["# Commands", "", "Generated from the code by `make docs`.", "", EXITS, ""]
    lines += ["`voiceos --install-completion` teaches your shell the verbs.", ""]
    lines += _verbs("voiceos", root)
    return "\n".join(lines).rstrip() + "\n"


def _verbs(path: str, command: Any) -> list[str]:
    """`command` is of Click, or of the Click that Typer carries along; both have the same attributes."""
    heading = [] if path == "voiceos" else [f"## {path}", "", _help(command), ""]
    verbs = getattr(command, "commands", None)
    lines = heading + _parameters(command)
    if verbs is not None:
        below = [_verbs(f"{path} {name}", verb) for name, verb in verbs.items() if not verb.hidden]
        lines += [*([""] if _parameters(command) else []), *(line for lines in below for line in lines)]
        return lines
    return [*lines, ""]


def _parameters(command: Any) -> list[str]:
    lines = []
    for parameter in command.params:
        if getattr(parameter, "hidden", False) or "--help" in parameter.opts:
            continue
        if parameter.param_type_name == "option":
            names = ", ".join(f"`{name}`" for name in [*parameter.opts, *parameter.secondary_opts])
        else:
            names = f"`{parameter.metavar or parameter.name}`"
        told = " ".join(part for part in (getattr(parameter, "help", None) or "", _values(parameter)) if part)
        lines.append(f"- {names}: {told}".rstrip())
    return lines


def _values(parameter: Any) -> str:
    """What a parameter may be, where that is not any text, and what it is where nobody says."""
    kind = parameter.type_descriptor.annotation
    choices = ", ".join(f"`{one.value}`" for one in kind) if isinstance(kind, type) and issubclass(kind, Enum) else ""
    told = [f"One of {choices}."] if choices else []
    least, most = getattr(parameter, "min", None), getattr(parameter, "max", None)
    if least is not None or most is not None:
        told.append(f"{f'From {least}' if least is not None else 'Up'}{f' to {most}' if most is not None else ' on'}.")
    default = getattr(parameter.default, "value", parameter.default)
    if getattr(parameter, "is_flag", False):
        if parameter.secondary_opts and default is not None:
            told.append(f"Without either: `{(parameter.opts if default else parameter.secondary_opts)[0]}`.")
    elif isinstance(default, str | int | float) and default != "" and not isinstance(default, bool):
        told.append(f"Without it: `{default}`.")
    return " ".join(told)


def _help(command: Any) -> str:
    return str(command.help or "").strip()


def pages() -> dict[str, str]:
    """Every generated page, by its path in the repository."""
    return {
        "docs/commands.md": commands(),
        "docs/configuration.md": reference.markdown(),
        "docs/turn-taking.md": diagram.page(),
        "docs/control.md": control_reference.page(),
        "docs/stored-data.md": stored.page(),
    }


def main() -> None:
    root = Path(__file__).parent.parent.parent
    for path, text in pages().items():
        (root / path).write_text(text, "utf-8")
        print(path)
    settings = root / "config.toml"
    if not any(tomllib.loads(settings.read_text("utf-8")).get(section) for section in section_models()):
        settings.write_text(reference.config_toml(), "utf-8")
        print(settings.name)
    else:
        print(f"{settings.name} holds settings of yours and stays as it is")


if __name__ == "__main__":
    main()
