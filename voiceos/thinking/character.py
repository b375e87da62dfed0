"""Persona files: who the assistant is, as fields that are composed to the beginning of its system message.

Shipped ones lie in `languages/<code>/personas/`, the user's in `stored.PERSONAS` and go before those.
How it talks, what it never claims and whom it points to is in `persona.toml`, and the same for all of them.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from babel.lists import format_list
from pydantic import ValidationError

from voiceos import languages, stored
from voiceos.config.section import Section, key
from voiceos.errors import ConfigError

DEFAULT = "warm"

SUFFIX = ".toml"


DIRECTNESS: Mapping[str, int] = {"gentle": -1, "": 0, "plain": 1, "blunt": 2}
"""As steps of the trait; one softer than "gentle" is "gentlest"."""


class Traits(Section):
    """Where its traits begin: −2 (much less) to 2 (much more) than it is by itself."""

    talkativeness: int = key(0, "Length of answers.", ge=-2, le=2)
    humour: int = key(0, "How readily it jokes.", ge=-2, le=2)
    warmth: int = key(0, "How warm it is.", ge=-2, le=2)


class Bounds(Section):
    """How many steps each may change by itself, to either side; `assistant.drift` is the most."""

    talkativeness: int = key(2, "Length of answers.", ge=0, le=2)
    humour: int = key(2, "How readily it jokes.", ge=0, le=2)
    directness: int = key(1, "How it puts what is unwelcome.", ge=0, le=2)
    warmth: int = key(1, "How warm it is.", ge=0, le=2)


class Character(Section):
    """One persona file."""

    summary: str = key("", "One line for lists of personas; the language model does not read it.", max_length=80)
    who: str = key(..., 'Who it is, behind "You are NAME,".', min_length=1, max_length=400)
    tone: str = key("", 'How it sounds, behind "Your tone is".', max_length=200)
    humour: str = key("", 'What makes it funny, behind "Your humour is"; "" leaves that to the model.', max_length=200)
    interests: tuple[str, ...] = key((), "What it likes to talk about, a few words each.", max_length=8)
    directness: Literal["", "gentle", "plain", "blunt"] = key("", "How it puts what is unwelcome.")

    traits: Traits = key(Traits(), "Where its traits begin.")
    bounds: Bounds = key(Bounds(), "How far they may change by themselves.")

    def told(self, language: str, directness: int | None = None) -> str:
        """The beginning of the system message, with {name} where its name belongs.

        Args:
            directness: −2 to 2, where it has become another.
        """
        directness = DIRECTNESS[self.directness] if directness is None else directness
        table = languages.table(language, "persona")["composed"]
        parts = [table["who"].replace("{who}", self.who)]
        parts += [table["tone"].format(tone=self.tone)] if self.tone else []
        parts += [table["humour"].format(humour=self.humour)] if self.humour else []
        if self.interests:
            parts.append(table["interests"].format(interests=format_list(list(self.interests), locale=language)))
        by_step = {step: name for name, step in DIRECTNESS.items()} | {-2: "gentlest"}
        parts += [table["directness"][by_step[directness]]] if directness else []
        return " ".join(parts)


def folder() -> Path:
    """Where the user's own lie; it need not be there."""
    return stored.PERSONAS.path


def available(language: str) -> Mapping[str, Path]:
    """The personas that there are, by name, sorted. Raises ConfigError for an unknown language."""
    found: dict[str, Path] = {}
    for place in (languages.folder(language) / "personas", folder()):
        found |= {path.stem: path for path in place.glob(f"*{SUFFIX}")}
    return dict(sorted(found.items()))


def load(language: str, name: str) -> Character:
    """The persona of this name. Raises ConfigError that names the file and what is wrong with it."""
    known = available(language)
    if name not in known:
        raise ConfigError(
            f'there is no persona "{name}"; there are: {", ".join(known)}',
            hint=f"`voiceos persona use NAME` chooses one of them; your own go into {folder()}/{name}{SUFFIX}",
        )
    return read(known[name])


def read(path: Path) -> Character:
    """The persona in a file. Raises ConfigError."""
    hint = "docs/character.md explains each field; what was in force stays so"
    try:
        data: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        what = error.strerror if isinstance(error, OSError) else error
        raise ConfigError(f"{path}: cannot be read: {what}", hint=hint) from error
    if isinstance(data.get("interests"), list):
        data["interests"] = tuple(data["interests"])
    try:
        return Character.model_validate(data, strict=True)
    except ValidationError as error:
        problems = [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors(include_url=False)]
        raise ConfigError(f"{path}: {'; '.join(problems)}", hint=hint) from None
