"""A file that is still arriving: hashed while it is written, put in place whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from voiceos.catalogue.catalog import ModelFile
from voiceos.errors import StorageError

CHUNK_BYTES = 1 << 20

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class WrongContent(Exception):
    """What arrived is not the file that the catalogue names."""


@contextlib.contextmanager
def storage_errors(path: Path) -> Iterator[None]:
    """Turn a failure to write below `path` into a StorageError that says what to do."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise StorageError(
                f"The disk that holds {path} is full.",
                hint="Free some space and run the same command again: what has arrived is kept.",
            ) from error
        raise StorageError(
            f"{path} cannot be written: {error.strerror or error}.",
            hint="Check who owns the folder, or set VOICEOS_MODELS to another.",
        ) from error


class Partial:
    """The arriving bytes of one file, beside its place: `.<name>.<hash>.part`.

    Opening it takes up what an earlier attempt left. Leaving without `place()` keeps what has arrived.
    """

    def __init__(self, target: Path, file: ModelFile) -> None:
        self.target = target
        self.file = file
        self.path = path_of(target, file)
        self.done_bytes = 0
        self._hash = hashlib.sha256()
        self._out: BinaryIO | None = None

    def __enter__(self) -> Self:
        with storage_errors(self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._out = self.path.open("a+b")
            self._out.seek(0)
            while chunk := self._out.read(CHUNK_BYTES):
                self._hash.update(chunk)
                self.done_bytes += len(chunk)
        if self.done_bytes > self.file.size:
            self.restart()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._out is None:
            return
        out, self._out = self._out, None
        if error is None:
            with storage_errors(self.path):
                out.close()
        else:
            # The first error is the one to tell; a full disk would only repeat itself here.
            with contextlib.suppress(OSError):
                out.close()

    def restart(self) -> None:
        """Forget what has arrived."""
        assert self._out is not None
        with storage_errors(self.path):
            self._out.truncate(0)
        self._hash = hashlib.sha256()
        self.done_bytes = 0

    def write(self, chunk: bytes) -> None:
        """Append a chunk.

        Raises:
            WrongContent: there is more than the file may hold; nothing of the chunk is kept.
            StorageError: it cannot be written.
        """
        assert self._out is not None
        if self.done_bytes + len(chunk) > self.file.size:
            raise WrongContent(f"it sends more than the {self.file.size} bytes of {self.file.name}")
        with storage_errors(self.path):
            self._out.write(chunk)
        self._hash.update(chunk)
        self.done_bytes += len(chunk)

    def place(self) -> None:
        """Put the file in its place, durably and at once.

        Raises:
            WrongContent: size or hash differ; what has arrived is forgotten, and what was in place stays.
            StorageError: it cannot be written.
        """
        assert self._out is not None
        if self.done_bytes != self.file.size:
            raise WrongContent(f"{self.file.name} has {self.done_bytes} bytes instead of {self.file.size}")
        if (found := self._hash.hexdigest()) != self.file.sha256:
            self.restart()
            raise WrongContent(f"{self.file.name} has the sha256 {found} instead of {self.file.sha256}")
        with storage_errors(self.target):
            self._out.flush()
            os.fsync(self._out.fileno())
            self._out.close()
            self._out = None
            self.path.replace(self.target)
            folder = os.open(self.target.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)


def path_of(target: Path, file: ModelFile) -> Path:
    """Where the arriving bytes of `target` lie; a new hash in the catalogue never takes up old bytes."""
    return target.with_name(f".{target.name}.{file.sha256[:12]}.part")
