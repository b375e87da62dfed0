"""The meeting from start to start: a file of keys and counts (`stored.MEETING`), but for the name that it proposed."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from voiceos import files, stored
from voiceos.errors import StorageError
from voiceos.meeting import machine, nature
from voiceos.meeting.state import Meeting, Question, Stage

NAME = stored.MEETING.name


def load() -> Meeting:
    """As it was kept last. A file that holds anything else is set aside. Raises NewerFormat."""
    return files.recall(NAME, _meeting) or Meeting()


def keep(meeting: Meeting) -> None:
    """Raises StorageError."""
    files.remember(NAME, asdict(meeting))


def rest() -> None:
    """Put off a meeting that is open, without a word. Raises StorageError."""
    known = load()
    if (rested := machine.rested(known)) != known:
        keep(rested)


def tells(language: str) -> bool:
    """Whether anything is kept of what was made of the user's answers. Raises StorageError."""
    known = load()
    return known != _nothing_told(known) or bool(_copies()) or nature.tells(known.traits, known.topics, language)


def forget(language: str) -> Meeting:
    """Nothing of what was made of the user's answers is left, here or in the persona file that was written of them;
    returns the meeting as it is kept now. Raises StorageError."""
    known = load()
    left = _nothing_told(known)
    if left != known:
        keep(left)
    try:
        for copy in _copies():
            copy.unlink(missing_ok=True)
    except OSError as error:
        raise StorageError(f"{error.filename} cannot be deleted: {error.strerror}.") from error
    nature.forget(known.traits, known.topics, language)
    return left


def _nothing_told(meeting: Meeting) -> Meeting:
    """How far it got, without what was made of the answers."""
    return replace(meeting, traits=(), topics=(), proposed="", refused=())


def _copies() -> list[Path]:
    """Files of older formats, and broken ones, which may hold answers."""
    return [*stored.MEETING.path.parent.glob(f"{NAME}.bak*"), *stored.MEETING.path.parent.glob(f"{NAME}.broken")]


def _meeting(content: dict[str, Any]) -> Meeting:
    """ValueError, KeyError and their like where it is none."""
    return Meeting(
        stage=Stage(content["stage"]),
        question=Question(content["question"]),
        silences=int(content["silences"]),
        misses=int(content["misses"]),
        offers=int(content["offers"]),
        traits=tuple(str(one) for one in content["traits"]),
        topics=tuple(str(one) for one in content["topics"]),
        proposed=str(content["proposed"]),
        refused=tuple(str(one) for one in content["refused"]),
    )
