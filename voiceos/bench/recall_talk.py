"""A year of everyday talk, made up from templates, with facts hidden in it: `recall.toml` holds the words."""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

SECOND_SENTENCE = 0.5
"""Share of turns with two of them."""


@dataclass(frozen=True, slots=True)
class Hidden:
    said: str
    asked: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Questions:
    facts: tuple[Hidden, ...]
    never: tuple[str, ...]
    """About what nobody told."""
    plain: tuple[str, ...]
    """Turns that need no memory."""


@cache
def words() -> Mapping[str, Any]:
    return tomllib.loads(Path(__file__).with_name("recall.toml").read_text("utf-8"))


def questions(part: str) -> Questions:
    """Of "tuned" or "judged"."""
    table = words()[part]
    facts = tuple(Hidden(one["said"], tuple(one["asked"])) for one in table["facts"])
    return Questions(facts, tuple(table["never"]), tuple(table["plain"]))


def turns(count: int, seed: int) -> list[tuple[str, str]]:
    """What was said and answered, in order: everyday talk, no two turns alike, and all facts spread over it."""
    chance = random.Random(seed)  # noqa: S311  # no secret
    hidden = [one.said for part in ("tuned", "judged") for one in questions(part).facts]
    if count < len(hidden):
        raise ValueError(f"there are {len(hidden)} facts to hide, more than {count} turns")
    replies: Sequence[str] = words()["talk"]["replies"]
    talk = _talk(chance)
    made = [next(talk) for _ in range(count - len(hidden))]
    chance.shuffle(hidden)
    for number, said in enumerate(hidden):
        place = (number * count + chance.randrange(count)) // len(hidden)
        made.insert(min(place, len(made)), (said, chance.choice(replies)))
    return made


def _talk(chance: random.Random) -> Iterator[tuple[str, str]]:
    seen: set[str] = set()
    while True:
        said, reply = _pair(chance)
        if chance.random() < SECOND_SENTENCE:
            more, reply = _pair(chance)
            said = f"{said} {more}"
        if said not in seen:
            seen.add(said)
            yield said, reply


def _pair(chance: random.Random) -> tuple[str, str]:
    pair = chance.choice(words()["talk"]["pairs"])
    chosen: dict[str, str] = {}

    def fill(slot: re.Match[str]) -> str:
        return chosen.setdefault(slot[1], chance.choice(words()["words"][slot[1]]))

    said, reply = (re.sub(r"\{(\w+)\}", fill, one) for one in pair)
    return said[0].upper() + said[1:], reply
