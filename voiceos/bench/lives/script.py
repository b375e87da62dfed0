"""The format of a life: who tells what when, and what is asked about it. docs/lives.md explains it for who adds one."""

from __future__ import annotations

import re
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from voiceos.errors import ConfigError

FOLDER = Path(__file__).parent

Kind = Literal["told", "superseded", "forgotten", "never"]

FEWEST_TURNS = 60
"""Turns of the user that make a life."""


def _compiles(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"{pattern!r} is no regular expression: {error}") from error
    return pattern


Pattern = Annotated[str, Field(min_length=1), AfterValidator(_compiles)]
"""A regular expression, found anywhere, whatever the case."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Fact(_Strict):
    """What a turn tells, as "subject | relation | value"; "a/b" stands for either, "*" for any subject or relation."""

    subjects: tuple[str, ...]
    relations: tuple[str, ...]
    value: Pattern
    wanted: bool
    """False where it may be drawn, and need not be: it was written with a "~" before it."""

    @model_validator(mode="before")
    @classmethod
    def _read(cls, line: object) -> object:
        if not isinstance(line, str):
            return line
        parts = [part.strip() for part in line.removeprefix("~").split("|", 2)]
        if len(parts) != 3 or not all(parts):
            raise ValueError(f"a fact is written as 'subject | relation | value', not {line!r}")
        subjects, relations = (tuple(one.strip() for one in part.split("/")) for part in parts[:2])
        return {
            "subjects": subjects,
            "relations": relations,
            "value": parts[2],
            "wanted": not line.startswith("~"),
        }


class Turn(_Strict):
    """One of the user's: something that they say, or a question that is judged."""

    say: str = ""
    facts: tuple[Fact, ...] = ()
    ask: str = ""
    accept: tuple[Pattern, ...] = ()
    """One of them is in a right answer."""
    old: tuple[Pattern, ...] = ()
    """What is no longer so: an answer that gives it as being so is wrong."""
    leak: tuple[Pattern, ...] = ()
    """What was forgotten: no answer holds it, nor does anything that is kept."""
    never: bool = False
    """Nobody ever told it: an answer that claims to know is invented."""

    @model_validator(mode="after")
    def _is_one_thing(self) -> Turn:
        if bool(self.say) == bool(self.ask):
            raise ValueError("a turn has either `say` or `ask`")
        judged = bool(self.accept) + bool(self.leak) + self.never
        if self.say and (judged or self.old):
            raise ValueError("`accept`, `old`, `leak` and `never` belong to `ask`")
        if self.ask and judged != 1:
            raise ValueError("a question has one of `accept`, `leak` and `never`")
        if self.old and not self.accept:
            raise ValueError("`old` stands beside `accept`")
        if self.ask and self.facts:
            raise ValueError("a question tells no facts")
        for pattern in (*self.leak, *self.accept):
            if self.ask and re.search(pattern, self.ask, re.IGNORECASE):
                raise ValueError(f"the question {self.ask!r} holds {pattern!r} already")
        return self

    @property
    def text(self) -> str:
        return self.say or self.ask

    @property
    def kind(self) -> Kind:
        """Of a question."""
        if self.never:
            return "never"
        return "forgotten" if self.leak else "superseded" if self.old else "told"


def _in_utc(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=UTC)


class Sitting(_Strict):
    """One conversation; the program is started for it anew, so that nothing is in its mind but what it remembers."""

    at: Annotated[datetime, AfterValidator(_in_utc)]
    turns: tuple[Turn, ...] = Field(min_length=1)


class Life(_Strict):
    name: str
    """Of its file."""
    about: str = Field(min_length=1)
    use: Literal["tuning", "figure", "test"]
    """Prompts may be tuned on "tuning"; the figure is of "figure" alone."""
    sittings: tuple[Sitting, ...] = Field(min_length=1, alias="sitting")

    @model_validator(mode="after")
    def _is_lived_forward(self) -> Life:
        for before, after in zip(self.sittings, self.sittings[1:], strict=False):
            if after.at <= before.at:
                raise ValueError(f"the sitting of {after.at:%Y-%m-%d %H:%M} does not come behind the one before it")
        if self.use != "test" and len(self.turns) < FEWEST_TURNS:
            raise ValueError(f"a life has {FEWEST_TURNS} turns or more, this one has {len(self.turns)}")
        return self

    @property
    def turns(self) -> list[Turn]:
        return [turn for sitting in self.sittings for turn in sitting.turns]

    @property
    def questions(self) -> list[Turn]:
        return [turn for turn in self.turns if turn.ask]

    def facts(self, *, until: int | None = None) -> list[Fact]:
        """All that may be drawn from it, or from its first sittings."""
        return [fact for sitting in self.sittings[:until] for turn in sitting.turns for fact in turn.facts]


def read(path: Path) -> Life:
    """A life from its file. Raises ConfigError, which names the place and what is wrong with it."""
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(
            f"{path} cannot be read: {error}", hint="docs/lives.md shows what a life looks like."
        ) from None
    try:
        return Life.model_validate({**data, "name": path.stem})
    except ValidationError as error:
        wrong = "\n".join(f"  {_place(one['loc'])}: {one['msg']}" for one in error.errors())
        raise ConfigError(f"{path} is no life:\n{wrong}", hint="docs/lives.md explains the format.") from None


def _place(parts: tuple[int | str, ...]) -> str:
    """Counted from one, as people do."""
    return ".".join(str(part + 1) if isinstance(part, int) else part for part in parts) or "all of it"


def lives(use: str = "", folder: Path = FOLDER) -> list[Life]:
    """Those of the folder, in the order of their names; of one use only, where that is given."""
    found = [read(path) for path in sorted(folder.glob("*.toml"))]
    return [life for life in found if not use or life.use == use]
