"""What a source of model files must do. Sources move bytes; whether they are the right ones is `Partial`'s to say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from voiceos.catalogue.catalog import Model, ModelFile
from voiceos.catalogue.partial import Partial

Report = Callable[[int], None]
"""Called with the number of bytes of the file that have arrived."""


class SourceFailed(Exception):
    """This source cannot deliver; the message says why, and the next source is asked."""


class Source(Protocol):
    name: str

    def offers(self, file: ModelFile) -> bool:
        """Whether the source carries the file at all."""
        ...

    def fetch(self, model: Model, file: ModelFile, partial: Partial, report: Report) -> None:
        """Write what is still missing of the file into `partial`.

        Raises:
            SourceFailed: it cannot be had from here.
            WrongContent: more was sent than the file holds.
            StorageError: the disk is full or may not be written.
        """
        ...

    def forget(self, model: Model) -> None:
        """Drop whatever was kept for another try: it is no longer needed, or was wrong."""
        ...
