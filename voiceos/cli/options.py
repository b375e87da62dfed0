"""Options that several verbs share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Annotated

import typer

from voiceos import config

ConfigFile = Annotated[
    Path | None,
    typer.Option("--config", help="Settings file that stands in for the user's.", show_default=False),
]
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]


def completing(words: Iterable[str]) -> Callable[[str], list[str]]:
    """What the shell offers for an argument that takes one of a few words."""

    def offered(incomplete: str) -> list[str]:
        return [word for word in words if word.startswith(incomplete)]

    return offered


def load(config_file: Path | None, flags: Mapping[str, object], *, migrate: bool = False) -> config.Loaded:
    """The settings with a verb's flags on top."""
    return config.load(config_file, overrides=flags, migrate=migrate)
