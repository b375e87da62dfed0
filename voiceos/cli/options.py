"""Options that several verbs share."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from voiceos import config

ConfigFile = Annotated[
    Path | None,
    typer.Option("--config", help="Settings file that stands in for the user's.", show_default=False),
]
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]


def load(config_file: Path | None, flags: Mapping[str, object], *, migrate: bool = False) -> config.Loaded:
    """The settings with a verb's flags on top."""
    return config.load(config_file, overrides=flags, migrate=migrate)
