"""The meeting from start to start: a file of keys and counts (`stored.MEETING`), but for the name that it proposed."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

from voiceos import files, stored
from voiceos.meeting import nature
from voiceos.meeting.state import Meeting, Question, Stage

NAME = stored.MEETING.name


def load() -> Meeting:
    """As it was kept last. A file that holds anything else is set aside. Raises NewerFormat."""
    return files.recall(NAME, _meeting) or Meeting()


def keep(meeting: Meeting) -> None:
    """Raises StorageError."""
    files.remember(NAME, asdict(meeting))


def forget(language: str) -> Meeting:
    """Nothing of what was made of the user's answers is left, here or in the persona file that was written of them;
    returns the meeting as it is kept now. Raises StorageError."""
    known = load()
    left = replace(known, traits=(), topics=(), proposed="", refused=())
    nature.forget(known.traits, known.topics, language)
    if left != known:
        keep(left)
    return left


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
