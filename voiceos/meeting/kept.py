"""The meeting from start to start: a file of keys and counts (`stored.MEETING`), but for the name that it proposed."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from voiceos import files, stored
from voiceos.meeting.state import Meeting, Question, Stage

NAME = stored.MEETING.name


def load() -> Meeting:
    """As it was kept last. A file that holds anything else is set aside. Raises NewerFormat."""
    return files.recall(NAME, _meeting) or Meeting()


def keep(meeting: Meeting) -> None:
    """Raises StorageError."""
    files.remember(NAME, asdict(meeting))


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
