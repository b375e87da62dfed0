"""All that voiceos keeps on the disk, in one list: where it lies, in which format, and what it means to lose it.

A format has a number. A file of an older one is made new when it is read (`steps`, with a backup beside it); one of a
newer is refused, and stays as it is. `docs/stored-data.md` is made from this list.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import platformdirs

Place = Literal["config", "state", "cache", "data"]
"""Folders of the XDG base directory specification, each with a folder `voiceos` in it."""

Step = Callable[[dict[str, Any]], dict[str, Any]]
"""Makes the content of a JSON file of version n, its index among the steps, one of version n + 1."""


def _same(content: dict[str, Any]) -> dict[str, Any]:
    """Version 0 has the keys of version 1; only the number is new."""
    return content


@dataclass(frozen=True, slots=True)
class Stored:
    """One file or folder."""

    name: str
    place: Place
    version: int
    """Of its format; 0 is a format without a number."""
    what: str
    """For the user, one line."""
    lost: str
    """What it means when it is gone."""
    steps: tuple[Step, ...] = ()
    """Of a JSON file that `files.remember` writes: from each older version to the next."""

    @property
    def path(self) -> Path:
        folders = {
            "config": platformdirs.user_config_path,
            "state": platformdirs.user_state_path,
            "cache": platformdirs.user_cache_path,
            "data": platformdirs.user_data_path,
        }
        return folders[self.place]("voiceos") / self.name


SETTINGS = Stored(
    "config.toml", "config", 1, "your settings; in a clone it lies at the root", "every setting is at its default"
)
PAUSES = Stored(
    "pauses.json",
    "state",
    1,
    "how long you pause when you talk (`turn_taking.learn_pauses`): numbers, no words",
    "it gets used to you again",
    (_same,),
)
TUNED = Stored(
    "tune.json",
    "state",
    1,
    "thread counts that `voiceos tune` measured",
    "it takes as many threads as there are cores",
    (_same,),
)
QUIET = Stored("quiet.json", "state", 1, "until when you asked for quiet", "it may speak up sooner", (_same,))
INITIATIVE = Stored(
    "initiative.json",
    "state",
    2,
    "what it said of its own accord or did not, when and why, and how you took it (`initiative`): no words",
    "it may say something a second time, and learns anew what you like to be told",
    (_same, _same),
)
MEETING = Stored(
    "meeting.json",
    "state",
    2,
    "how far you got in the first meeting, what it made of your answers, and the name it proposed "
    "([first-meeting.md](first-meeting.md)): none of your sentences",
    "a first meeting that was broken off begins anew, if it does not know you otherwise",
    (_same, _same),
)
TRAITS = Stored(
    "traits.json",
    "state",
    1,
    "how its character has changed with you and why, and what was counted for that (`assistant.drift`): no words",
    "it is as it was at first",
    (_same,),
)
RECORDS = Stored(
    "turns.jsonl",
    "state",
    1,
    "how soon the last turns were answered (`records.turns`): times, no words unless `log.speech`",
    "nothing",
)
OLDER = ".1"
"""Ends the name of the file with the turns before those of `RECORDS`."""
RECORDINGS = Stored(
    "recordings",
    "state",
    1,
    "whole conversations, words included, only where you ask for it (`records.conversations`)",
    "what happened in them cannot be replayed",
)
PERSONAS = Stored(
    "personas",
    "config",
    0,
    "persona files of your own ([character.md](character.md))",
    "it is one of those that come with it",
)
MICROPHONE = Stored(
    "microphone.json", "state", 1, "whether you muted it", "it starts with its microphone open", (_same,)
)
MEMORY = Stored(
    "memory.db",
    "state",
    4,
    "what you said, what it answered, what it knows from it, and all that in short (`memory.enabled`): an SQLite "
    "database, [memory.md](memory.md)",
    "it does not know you any more",
)
OFF_THE_RECORD = Stored(
    "off_the_record.json",
    "state",
    1,
    "until when nothing is to be remembered, where you asked for that",
    "what you say is remembered again",
    (_same,),
)
LANE = Stored("persona.lane", "cache", 1, "its character, as the language model reads it", "one start is slower")
MODELS = Stored(
    "models",
    "data",
    0,
    "the models, each file known by its hash, and a copy of the language model",
    "`voiceos models pull` fetches them",
)

EVERYTHING = (
    SETTINGS,
    PERSONAS,
    PAUSES,
    TUNED,
    QUIET,
    INITIATIVE,
    TRAITS,
    MEETING,
    MICROPHONE,
    RECORDS,
    RECORDINGS,
    MEMORY,
    OFF_THE_RECORD,
    LANE,
    MODELS,
)


def called(name: str) -> Stored:
    """What is stored under this name. KeyError where this list does not have it."""
    for one in EVERYTHING:
        if one.name == name:
            return one
    raise KeyError(f"{name} is not in voiceos/stored.py, which lists all that is kept")


def page() -> str:
    """docs/stored-data.md."""
    lines = [
        "# What is stored",
        "",
        "Generated from `voiceos/stored.py` by `make docs`. [Decision 25](decisions/0025-stored-data.md) tells why.",
        "",
        "Files are the user's alone (0600) and are replaced whole or not at all. A file of an older format is made new",
        "when it is read, and the old one kept beside it (`pauses.json.bak-v0`); one of a newer voiceos is refused and",
        "not touched. A broken one is set aside (`pauses.json.broken`). `$XDG_CONFIG_HOME` and its like move the",
        "folders.",
        "",
        "| file | format | what | if it is lost |",
        "|---|---|---|---|",
    ]
    folders = {"config": "~/.config", "state": "~/.local/state", "cache": "~/.cache", "data": "~/.local/share"}
    for one in EVERYTHING:
        number = str(one.version) if one.version else "–"
        lines.append(f"| `{folders[one.place]}/voiceos/{one.name}` | {number} | {one.what} | {one.lost} |")
    return "\n".join(lines) + "\n"
