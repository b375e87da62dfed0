"""Reads the settings, the later over the earlier, and names every problem by file and line.

    defaults < /etc/voiceos/config.toml < the user's file < VOICEOS_SECTION__KEY < flags

All files are checked before any of it is used: settings are whole or there are none.
"""

from __future__ import annotations

import logging
import os
import tomllib
import types
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from voiceos.config import files
from voiceos.config.keys import KEYS, nearest_key
from voiceos.config.layers import Layer, Problem, environment_layer, flag_layer, show, text_layer
from voiceos.config.migrate import migrated, rewrite
from voiceos.config.model import VERSION, Settings
from voiceos.errors import ConfigError, NewerFormat, StorageError

log = logging.getLogger(__name__)

HINT = "`voiceos config check` checks the file; docs/configuration.md lists every setting"


@dataclass(frozen=True, slots=True)
class Loaded:
    """Effective settings and where each came from."""

    settings: Settings
    origins: Mapping[str, str]
    """By dotted name; settings at their default are absent."""
    files: tuple[Path, ...]
    """Those that were read."""

    def get(self, dotted: str) -> bool | int | float | str:
        """Value of a setting by its dotted name. Raises ConfigError for an unknown one."""
        section, _, name = require(dotted).rpartition(".")
        value: bool | int | float | str = getattr(getattr(self.settings, section), name)
        return value

    def origin(self, dotted: str) -> str:
        """ "default", "file:line", "environment VOICEOS_…" or "flag". Raises ConfigError for an unknown name."""
        return self.origins.get(require(dotted), "default")


def require(dotted: str) -> str:
    """`dotted` itself where it names a setting. Raises ConfigError."""
    if own := [name for name, key in KEYS.items() if key.section == dotted]:
        raise ConfigError(f'"{dotted}" is a section, with the settings {", ".join(own)}')
    if dotted not in KEYS:
        raise ConfigError(
            f'unknown setting "{dotted}"{nearest_key(dotted)}', hint="`voiceos config` lists every setting"
        )
    return dotted


def load(
    config_file: Path | None = None,
    *,
    overrides: Mapping[str, object] = types.MappingProxyType({}),
    environ: Mapping[str, str] | None = None,
    migrate: bool = False,
    places: files.Places | None = None,
) -> Loaded:
    """Read, check and merge every source.

    Args:
        config_file: read in place of the user's file; it must exist.
        overrides: flags by dotted name, "stt.model"; None is a flag that was not given.
        environ: the environment; None is the program's own.
        migrate: where the user's file is of an older version, write it anew and keep the old one beside it
            (any other file is migrated in memory only).
        places: where the files lie, for tests.

    Raises:
        ConfigError: something is wrong with a file or value; its text names each problem, with file and line.
    """
    layers, found = _layers(config_file, overrides, environ, migrate, places or files.Places())
    settings, origins = merge(layers)
    return Loaded(settings, types.MappingProxyType(origins), tuple(found))


def check(
    config_file: Path | None = None,
    *,
    environ: Mapping[str, str] | None = None,
    places: files.Places | None = None,
) -> list[Problem]:
    """Everything for which `load` would refuse the settings; empty where it would not."""
    layers, _ = _layers(config_file, {}, environ, False, places or files.Places())
    return _problems(layers) or _merged(layers)[1]


def _layers(
    config_file: Path | None,
    overrides: Mapping[str, object],
    environ: Mapping[str, str] | None,
    migrate: bool,
    places: files.Places,
) -> tuple[list[Layer], list[Path]]:
    """Every source, the later over the earlier, and the files that were read."""
    layers: list[Layer] = []
    found: list[Path] = []
    for path in (places.system, config_file or places.user):
        try:
            text = files.read(path)
        except ConfigError as error:
            layers.append(Layer(problems=[Problem("", str(error))]))
            continue
        if text is None:
            if path == config_file:
                layers.append(Layer(problems=[Problem(str(path), "there is no such file")]))
            continue
        layer = text_layer(text, str(path))
        if migrate and path == places.user and not layer.problems:
            text = _migrate_on_disk(path, text)
            layer = text_layer(text, str(path))
        layers.append(layer)
        found.append(path)
    layers += [environment_layer(os.environ if environ is None else environ), flag_layer(overrides)]
    return layers, found


def _problems(layers: list[Layer]) -> list[Problem]:
    return [problem for layer in layers for problem in layer.problems]


def merge(layers: list[Layer]) -> tuple[Settings, dict[str, str]]:
    """One set of settings from all layers, the later over the earlier. Raises ConfigError with every problem."""
    problems = _problems(layers)
    settings = None
    if not problems:
        settings, problems = _merged(layers)
    if problems or settings is None:
        raise error_from(problems)
    return settings, {dotted: origin for layer in layers for dotted, origin in layer.origins.items()}


def listed(problems: list[Problem]) -> str:
    """All problems as one text: a line each, and their number where there are several."""
    if len(problems) == 1:
        return str(problems[0])
    lines = "\n".join(f"  {problem}" for problem in problems)
    return f"{len(problems)} problems in the settings:\n{lines}"


def error_from(problems: list[Problem]) -> ConfigError:
    """All problems as one error."""
    error = ConfigError(listed(problems), hint=HINT)
    if any(problem.newer for problem in problems):
        error.spoken = NewerFormat.spoken
    return error


def _merged(layers: list[Layer]) -> tuple[Settings | None, list[Problem]]:
    """Values are checked one by one before; what is left is how they fit together."""
    nested: dict[str, dict[str, object]] = {}
    rank: dict[str, int] = {}
    origins: dict[str, str] = {}
    for number, layer in enumerate(layers):
        origins |= layer.origins
        for dotted, value in layer.values.items():
            section, _, name = dotted.rpartition(".")
            nested.setdefault(section, {})[name] = value
            rank[dotted] = number
    try:
        return Settings.model_validate(nested, strict=True), []
    except ValidationError as error:
        problems = []
        for detail in error.errors(include_url=False):
            context = detail["ctx"]
            low, high = (f"{context['section']}.{context[end]}" for end in ("low", "high"))
            culprit = max((low, high), key=lambda dotted: rank.get(dotted, -1))  # the one that was set last
            value = nested.get(context["section"], {}).get(context["low"], KEYS[low].default)
            problems.append(Problem(origins[culprit], f"{low} = {show(value)} {detail['msg']}"))
        return None, problems


def _migrate_on_disk(path: Path, text: str) -> str:
    version = tomllib.loads(text).get("version", 0)
    if version == VERSION:
        return text
    new = migrated(text, version)
    try:
        backup = rewrite(path, old=text, new=new, version=version)
    except StorageError as error:
        # The settings are the same either way, so a read-only home is no reason not to start.
        log.warning("settings stay at version %d: %s", version, error)
        return text
    log.info("settings brought to version %d: %s; the old ones are in %s", VERSION, path, backup)
    return new
