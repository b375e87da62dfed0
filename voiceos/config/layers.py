"""What each source of settings says: a checked value and its place for each key, or what is wrong with it."""

from __future__ import annotations

import functools
import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import TypeAdapter, ValidationError

from voiceos.config.keys import ENVIRONMENT_PREFIX, KEYS, did_you_mean, nearest_key, section_models
from voiceos.config.lines import key_lines
from voiceos.config.migrate import migrated
from voiceos.config.model import VERSION
from voiceos.config.section import Section

_TOML_LINE = re.compile(r" \((?:at line (\d+), column \d+|at end of document)\)$")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, in words for the user."""

    where: str
    """ "file:line", "environment VOICEOS_…", "flag", or "" where `what` says it."""
    what: str
    key: str = ""
    """Dotted name of the setting that is wrong, or that there is none of; "" where the mistake is another."""
    newer: bool = False
    """The file is a newer voiceos's."""

    def __str__(self) -> str:
        return f"{self.where}: {self.what}" if self.where else self.what


@dataclass(slots=True)
class Layer:
    """What one source sets: checked values, where each was set, and what was wrong."""

    values: dict[str, object] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def put(self, dotted: str, value: object, origin: str, *, strict: bool) -> None:
        """Check one value; `strict` takes no text for a number."""
        if dotted not in KEYS:
            self.problems.append(Problem(origin, f'unknown setting "{dotted}"{nearest_key(dotted)}', dotted))
            return
        try:
            self.values[dotted] = _adapter(dotted).validate_python(value, strict=strict)
            self.origins[dotted] = origin
        except ValidationError:
            self.problems.append(Problem(origin, _refusal(dotted, value), dotted))


def text_layer(text: str, source: str) -> Layer:
    """What a settings file's text sets; `source` names the file."""
    layer = Layer()
    try:
        data = tomllib.loads(text)
        version = data.pop("version", 0)
        if not isinstance(version, int) or isinstance(version, bool) or version < 0:
            line = key_lines(text)["version"]
            layer.problems.append(Problem(f"{source}:{line}", f"version must be the number {VERSION}"))
            return layer
        if version > VERSION:
            line = key_lines(text)["version"]
            newer = f"written for a newer voiceos: version {version}, this one reads up to {VERSION}; update voiceos"
            layer.problems.append(Problem(f"{source}:{line}", newer, newer=True))
            return layer
        lines = key_lines(text)
        if version < VERSION:
            data = tomllib.loads(migrated(text, version))
            data.pop("version")
    except tomllib.TOMLDecodeError as error:
        match = _TOML_LINE.search(str(error))
        line = int(match[1]) if match and match[1] else text.count("\n") + 1
        layer.problems.append(Problem(f"{source}:{line}", f"not valid TOML: {_TOML_LINE.sub('', str(error))}"))
        return layer
    for section, content in data.items():
        # A key that a migration renamed stands in no line under its new name.
        where = f"{source}:{lines[section]}" if section in lines else source
        if section not in section_models():
            layer.problems.append(Problem(where, _unknown_at_top(section, content)))
        elif not isinstance(content, dict):
            layer.problems.append(Problem(where, f'"{section}" is a section: write [{section}] above its settings'))
        else:
            for name, value in content.items():
                dotted = f"{section}.{name}"
                layer.put(dotted, value, f"{source}:{lines[dotted]}" if dotted in lines else source, strict=True)
    return layer


def environment_layer(environ: Mapping[str, str]) -> Layer:
    """What VOICEOS_SECTION__KEY variables set."""
    layer = Layer()
    known = {key.environment: key.dotted for key in KEYS.values()}
    for name in sorted(environ):
        if not name.startswith(ENVIRONMENT_PREFIX):
            continue
        if "__" not in name and name.replace("_", "") not in {one.replace("_", "") for one in known}:
            continue  # VOICEOS_MODELS and its like are no settings
        if name in known:
            layer.put(known[name], environ[name], f"environment {name}", strict=False)
        else:
            layer.problems.append(Problem(f"environment {name}", f"no such setting{did_you_mean(name, known)}"))
    return layer


def flag_layer(overrides: Mapping[str, object]) -> Layer:
    """What a caller sets, by dotted name."""
    layer = Layer()
    for dotted, value in overrides.items():
        if value is not None:
            layer.put(dotted, value, "flag", strict=False)
    return layer


@functools.cache
def _adapter(dotted: str) -> TypeAdapter[Any]:
    key = KEYS[dotted]
    info = section_models()[key.section].model_fields[key.name]
    constrained: Any = Annotated[(info.annotation, *info.metadata)] if info.metadata else info.annotation
    return TypeAdapter(constrained, config=Section.model_config)


def _refusal(dotted: str, value: object) -> str:
    key = KEYS[dotted]
    near = ""
    if isinstance(value, str) and key.choices:
        near = did_you_mean(value, key.choices)
    elif isinstance(value, str) and key.words:
        unknown = [word for word in map(str.strip, value.split(",")) if word not in key.words]
        near = did_you_mean(unknown[0], key.words) if unknown else ""
    return f"{dotted} = {show(value)} is not allowed; it takes {key.allowed}{near}"


def show(value: object) -> str:
    """A value as it may stand in a message: in TOML's words, short, on one line, fit for any terminal."""
    plain = json.dumps(value, ensure_ascii=False) if isinstance(value, bool | str) else repr(value)
    shown = " ".join(plain.encode(errors="backslashreplace").decode().split())
    return shown if len(shown) <= 60 else f"{shown[:57]}…"


def _unknown_at_top(name: str, content: object) -> str:
    if isinstance(content, dict | list):
        return f"unknown section [{name}]{did_you_mean(name, section_models())}"
    homes = [key.section for key in KEYS.values() if key.name == name]
    if homes:
        return f'"{name}" stands in no section; put it under ' + " or ".join(f"[{section}]" for section in homes)
    return f'unknown setting "{name}"{did_you_mean(name, ["version"])}'
