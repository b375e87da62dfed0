"""Whether the user has muted the microphone: kept from start to start, as a restart is no reason to listen."""

from __future__ import annotations

from voiceos import files, stored

NAME = stored.MICROPHONE.name


def load() -> bool:
    """As it was left the last time. Anything else in the file is set aside."""
    return bool(files.recall(NAME, lambda content: _truth(content["muted"])))


def _truth(value: object) -> bool:
    """TypeError for anything but true and false."""
    if not isinstance(value, bool):
        raise TypeError("neither true nor false")
    return value


def keep(muted: bool) -> None:
    """Raises StorageError."""
    files.remember(NAME, {"muted": muted})
