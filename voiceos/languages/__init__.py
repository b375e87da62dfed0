"""All that the user hears, and the sentences understood without the model: data, one folder a language, no code."""

from __future__ import annotations

import itertools
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from voiceos.errors import ConfigError

FOLDER = Path(__file__).parent


def available() -> list[str]:
    """Languages that are here, ISO 639-1 codes, sorted."""
    return sorted(path.parent.name for path in FOLDER.glob("*/phrases.toml"))


def folder(language: str) -> Path:
    """Where the files of `language` lie. Raises ConfigError naming those that exist."""
    if language not in available():
        raise ConfigError(
            f"there is no language {language!r}; there are: {', '.join(available())}",
            hint="choose one of them, or add a folder in voiceos/languages",
        )
    return FOLDER / language


@cache
def table(language: str, name: str) -> dict[str, Any]:
    """The parsed `<name>.toml` of a language; shared, not to be changed. Raises ConfigError for an unknown language."""
    return tomllib.loads((folder(language) / f"{name}.toml").read_text("utf-8"))


class Phrases:
    """The sentences that the program itself says. A key may have several variants, which take turns."""

    def __init__(self, language: str, **values: object) -> None:
        """Args:
            values: what stands for some placeholders in every sentence.

        Raises ConfigError for an unknown language.
        """
        self._values = values
        self._variants = dict(_flat(table(language, "phrases")))
        self._turns = {key: itertools.cycle(variants) for key, variants in self._variants.items()}

    def fill(self, **values: object) -> None:
        """From now on these stand for some placeholders in every sentence."""
        self._values |= values

    def text(self, key: str, **values: object) -> str:
        """The next variant of `key` with its placeholders filled; KeyError for an unknown key or a missing value."""
        return next(self._turns[key]).format_map({**self._values, **values})

    def variants(self, key: str) -> tuple[str, ...]:
        """Every variant of `key`, placeholders unfilled; KeyError for an unknown key."""
        return self._variants[key]

    def __iter__(self) -> Iterator[str]:
        """The keys."""
        return iter(self._variants)


def _flat(tables: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, tuple[str, ...]]]:
    for key, value in tables.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield prefix + key, (value,) if isinstance(value, str) else tuple(value)
