"""What rules read out of turns: once for each, as they take some milliseconds, and a question waits for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from voiceos.memory import Episode, Store
from voiceos.memory.drawing import Drawn, Over
from voiceos.memory.plain import Plain
from voiceos.memory.spoken import Spoken, around
from voiceos.thinking.crisis import Crisis

Value = TypeVar("Value")

Key = tuple[int, int]
"""Number and hash of a turn and of those around it: a number comes again once the turn is forgotten."""

MOST = 200
"""Turns whose reading is kept in mind: those that wait, and those that questions have found."""


@dataclass(frozen=True, slots=True)
class Reading:
    said: str
    """What it tells, as it was meant."""
    at: datetime
    """When it was said, or put right."""
    drawn: tuple[Drawn, ...]
    over: tuple[Over, ...]


class Readings:
    """Of one language. Raises ConfigError where it has no rules."""

    def __init__(self, language: str, plain: Plain) -> None:
        self._plain = plain
        self._crisis = Crisis(language)
        self._spoken = Spoken(language)
        self._read: dict[Key, Reading] = {}
        """The oldest reading first."""
        self._in_need: dict[Key, bool] = {}
        """Likewise."""

    def of(self, episode: Episode, store: Store) -> Reading:
        """Raises StorageError."""
        before, behind = around(store, episode)
        key = (episode.id, hash((episode.said, *(one.said for one in before), "", *(one.said for one in behind))))
        reading = self._read.get(key)
        if reading is None:
            meant, later = self._spoken.put_right(
                episode.said, [one.said for one in before], [one.said for one in behind]
            )
            said = self._plain.telling(meant)
            at = behind[later - 1].at if later else episode.at
            reading = Reading(said, at, tuple(self._plain.drawn(said)), tuple(self._plain.over(said)))
            _keep(self._read, key, reading)
        return reading

    def in_need(self, episode: Episode) -> bool:
        """Whether it was said by somebody in danger: then nothing is drawn from it, and it is not read back."""
        in_need = self._in_need.get(_key(episode))
        if in_need is None:
            in_need = bool(self._crisis.find(episode.said))
            _keep(self._in_need, _key(episode), in_need)
        return in_need

    def forget(self) -> None:
        """Keep none of it in mind."""
        self._read.clear()
        self._in_need.clear()


def _key(episode: Episode) -> Key:
    return episode.id, hash(episode.said)


def _keep(kept: dict[Key, Value], key: Key, value: Value) -> None:
    kept[key] = value
    if len(kept) > MOST:
        kept.pop(next(iter(kept), key), None)
