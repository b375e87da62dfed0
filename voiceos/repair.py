"""What start-up finds amiss among the stored files: mended where it can be, said, and never made worse."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from voiceos import config, files, habits, muted, off_the_record, quiet, stored
from voiceos.catalogue import Store
from voiceos.engines import tuned
from voiceos.errors import StorageError
from voiceos.meeting import kept as meeting
from voiceos.memory import Store as Memory
from voiceos.traits import kept as traits


@dataclass(frozen=True, slots=True)
class Mended:
    what: str
    """For the log and the terminal."""
    lost: bool
    """Something that was stored is no longer in use, which the user is told aloud."""


def repair() -> list[Mended]:
    """Look at every stored file, and mend what a crash or a foreign hand has left. Raises NewerFormat."""
    return [*_leftovers(), *_broken()]


def _leftovers() -> Iterator[Mended]:
    """Unfinished replacements; the files themselves are whole."""
    places = [(one.path.parent, one.name) for one in stored.EVERYTHING if one is not stored.MODELS]
    places.append((config.user_file().parent, stored.SETTINGS.name))
    models = Store().root
    places += [(folder, ".verified.json") for folder in models.glob("[!.]*")]
    for folder, name in dict.fromkeys(places):
        if count := files.sweep(folder, name):
            yield Mended(f"{count} unfinished copies of {folder / name}, left by a crash, are deleted", lost=False)


def _broken() -> Iterator[Mended]:
    """Files that are read only when they are needed are read now, so that it is known at once."""
    for name in (stored.RECORDS.name, stored.RECORDS.name + stored.OLDER):
        if files.mend_lines(path := stored.RECORDS.path.with_name(name)):
            yield Mended(f"the half line of a crash is cut off {path}", lost=False)
    for kept, read in (
        (stored.PAUSES, habits.load_pauses),
        (stored.TUNED, tuned.load),
        (stored.QUIET, quiet.load),
        (stored.MICROPHONE, muted.load),
        (stored.MEETING, meeting.load),
        (stored.OFF_THE_RECORD, off_the_record.load),
        (stored.TRAITS, traits.load),
    ):
        there = kept.path.exists()
        read()
        if there and not kept.path.exists():
            yield Mended(f"{kept.path} was broken, and is set aside: {kept.lost}", lost=True)
    if stored.MEMORY.path.exists() and _opened_memory() is not None:
        yield Mended(f"{stored.MEMORY.path} was broken, and is set aside: {stored.MEMORY.lost}", lost=True)


def _opened_memory() -> Path | None:
    """Where it was set aside. What else is wrong with it is said by whoever needs it: the conversation goes on without
    one that a newer voiceos wrote."""
    try:
        with Memory() as memory:
            return memory.set_aside
    except StorageError:
        return None
