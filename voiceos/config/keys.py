"""The settings as a flat table, "section.key" by "section.key": what errors, the reference and the shell verbs need."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from annotated_types import Ge, Le, MaxLen, MinLen
from pydantic.fields import FieldInfo
from rapidfuzz import fuzz, process

from voiceos.config.model import Settings
from voiceos.config.section import Effect, Section

ENVIRONMENT_PREFIX = "VOICEOS_"


@dataclass(frozen=True, slots=True)
class Key:
    """One setting."""

    section: str
    name: str
    default: bool | int | float | str
    why: str
    """One line for the user, with the unit."""
    allowed: str
    """In words: "true or false", "a number from 0 to 2"."""
    choices: tuple[str, ...]
    """Empty where any value of the type is allowed."""
    effect: Effect
    """How a change reaches a running voiceos."""
    words: tuple[str, ...] = ()
    """Those that its text may list with commas between them; empty where it is no such list."""

    @property
    def dotted(self) -> str:
        return f"{self.section}.{self.name}"

    @property
    def environment(self) -> str:
        """The variable that sets it."""
        return f"{ENVIRONMENT_PREFIX}{self.section}__{self.name}".upper()


def section_models() -> Mapping[str, type[Section]]:
    """Sections in the order of the file."""
    models: dict[str, type[Section]] = {}
    for name, field in Settings.model_fields.items():
        assert isinstance(field.annotation, type)
        assert issubclass(field.annotation, Section)
        models[name] = field.annotation
    return models


def _bound(field: FieldInfo, kind: type, attribute: str) -> object:
    return next((getattr(mark, attribute) for mark in field.metadata if isinstance(mark, kind)), None)


def _allowed(field: FieldInfo, choices: tuple[str, ...]) -> str:
    extra = field.json_schema_extra
    if isinstance(extra, dict) and extra["allowed"]:
        return str(extra["allowed"])
    if choices:
        return " or ".join(f'"{choice}"' for choice in choices)
    if field.annotation is bool:
        return "true or false"
    if field.annotation in (int, float):
        kind = "a whole number" if field.annotation is int else "a number"
        return f"{kind} from {_bound(field, Ge, 'ge')} to {_bound(field, Le, 'le')}"
    least, most = _bound(field, MinLen, "min_length"), _bound(field, MaxLen, "max_length")
    return f"text in quotes, {least} to {most} characters" if least else f"text in quotes, at most {most} characters"


def _keys() -> dict[str, Key]:
    found: dict[str, Key] = {}
    for section, model in section_models().items():
        for name, field in model.model_fields.items():
            extra = field.json_schema_extra
            assert isinstance(extra, dict)
            is_choice = typing.get_origin(field.annotation) is Literal
            choices = tuple(str(choice) for choice in typing.get_args(field.annotation)) if is_choice else ()
            why = field.description or ""
            effect = typing.cast(Effect, extra["effect"])
            words = tuple(str(word) for word in typing.cast(list[str], extra["words"]))
            key = Key(section, name, field.default, why, _allowed(field, choices), choices, effect, words)
            found[key.dotted] = key
    return found


KEYS: Mapping[str, Key] = types.MappingProxyType(_keys())
"""Every setting by its dotted name, in the order of the file."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """'; did you mean "x"?' for the nearest of `known`, or "" where none is near."""
    near = _nearest(word, known)
    return f'; did you mean "{near}"?' if near else ""


def _nearest(word: str, known: Iterable[str]) -> str:
    # 60 of 100: one wrong letter of three passes, an unrelated word does not.
    best = process.extractOne(word.lower(), list(known), scorer=fuzz.ratio, processor=str.lower, score_cutoff=60)
    return best[0] if best else ""


def nearest_key(dotted: str) -> str:
    """Like `did_you_mean`, for a dotted name: its own section first, then the name alone in any other section."""
    section, _, name = dotted.rpartition(".")
    own = {key.name: key.dotted for key in KEYS.values() if key.section == section}
    if own and (near := _nearest(name, own)):
        return f'; did you mean "{own[near]}"?'
    if elsewhere := [key.dotted for key in KEYS.values() if key.name == name]:
        return "; did you mean " + " or ".join(f'"{key}"' for key in elsewhere) + "?"
    return did_you_mean(dotted, KEYS)
