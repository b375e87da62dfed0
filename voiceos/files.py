"""Files that are replaced whole or not at all, and the small ones that remember something from start to start."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import logging
import os
import re
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from voiceos import stored
from voiceos.errors import NewerFormat, StorageError
from voiceos.stored import Stored

log = logging.getLogger(__name__)

T = TypeVar("T")

_UNFINISHED = re.compile(r"\.[a-z0-9_]{8}$")
"""How `tempfile` ends the names that it makes up."""


def replace(path: Path, *parts: bytes, sync: bool = True) -> None:
    """Put `parts`, one behind the other, in the place of a file: an existing one keeps its mode (and a link stays a
    link), a new one is 0600.

    Whenever the program or the machine ends, the file is the old or the new one; what is left of an unfinished one is
    found by `sweep`.

    Args:
        sync: wait until the disk has it; not worth its time for what can be made again.

    Raises OSError; then the file is as it was.
    """
    target = path.resolve()
    mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else 0o600
    handle, unfinished = _begin(target)
    try:
        with os.fdopen(handle, "wb") as file:
            for part in parts:
                file.write(part)
            file.flush()
            if sync:
                os.fsync(handle)
            os.fchmod(handle, mode)
            unfinished.replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            unfinished.unlink()
        raise
    if sync:
        _sync_folder(target.parent)


def _begin(target: Path) -> tuple[int, Path]:
    """A new file beside the target that is locked while it is written: one that is not was left by a crash."""
    while True:
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        with contextlib.suppress(OSError):  # a file system without locks: then nothing of it is swept away either
            fcntl.flock(handle, fcntl.LOCK_EX)
        if os.fstat(handle).st_nlink:
            return handle, Path(name)
        os.close(handle)  # swept away before it was locked


def _sync_folder(folder: Path) -> None:
    """Until then a crash of the machine may bring the old file back."""
    with contextlib.suppress(OSError):  # some file systems cannot; the file itself is whole either way
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def append(path: Path, line: bytes) -> None:
    """Put a line, with its end, behind those of a file, which is made 0600 where there is none. Raises OSError; then
    the file is as it was. A crash may leave a part of the line, which `mend_lines` cuts off."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        before = os.fstat(handle).st_size
        if os.write(handle, line) < len(line):
            os.ftruncate(handle, before)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    finally:
        os.close(handle)


def lines(path: Path) -> list[str]:
    """The whole lines of a file, none where it cannot be read."""
    try:
        whole, end, _ = path.read_text("utf-8", errors="replace").rpartition("\n")
    except OSError:
        return []
    return whole.split("\n") if end else []


def mend_lines(path: Path) -> bool:
    """Cut off the part of a line at the end that a crash has left; whether there was one."""
    try:
        with path.open("r+b") as file:
            data = file.read()
            whole = data.rfind(b"\n") + 1
            if whole == len(data):
                return False
            file.truncate(whole)
    except OSError:
        return False
    return True


def sweep(folder: Path, name: str) -> int:
    """Delete what crashes have left of unfinished replacements of the file `name`; how many there were.

    What another process is writing just now stays."""
    swept = 0
    for path in folder.glob(f".{name}*"):
        if not _UNFINISHED.search(path.name) or path.name == f".{name}" or path.is_symlink() or not path.is_file():
            continue
        with contextlib.suppress(OSError):
            handle = os.open(path, os.O_RDONLY)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                path.unlink()
                swept += 1
            finally:
                os.close(handle)
    return swept


def state_file(name: str) -> Path:
    """Where voiceos remembers something from start to start: a file in `$XDG_STATE_HOME/voiceos`."""
    return stored.called(name).path


def remember(name: str, content: dict[str, Any]) -> None:
    """Replace a state file of the list in `stored.py` by this JSON, with the number of its format. Raises
    StorageError."""
    kept = stored.called(name)
    try:
        _write(kept, content)
    except OSError as error:
        folder = kept.path.parent
        raise StorageError(
            f"{kept.path} cannot be written: {error.strerror}.", hint=f"Look at: df -h {folder}; ls -ld {folder}"
        ) from error


def _write(kept: Stored, content: dict[str, Any]) -> None:
    kept.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    replace(kept.path, json.dumps({"version": kept.version} | content, indent=1).encode() + b"\n")


def recall(name: str, make: Callable[[dict[str, Any]], T]) -> T | None:
    """What `remember` wrote, as `make` makes it of the JSON; None where there is nothing, or nothing that can be used,
    which the log says. A file that is no JSON object, or of which `make` raises an error of Python's own, is set aside.

    A file of an older format is made new, and kept beside the new one. Raises NewerFormat for one of a newer format.
    """
    kept = stored.called(name)
    try:
        content = json.loads(kept.path.read_bytes())
        version = _format(content.pop("version", 0))
        if version <= kept.version:
            for step in kept.steps[version:]:
                content = step(content)
            made = make(content)
    except FileNotFoundError:
        return None
    except OSError as error:
        log.warning("%s cannot be read; going on without it: %s", kept.path, error.strerror)
        return None
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
        set_aside(name)
        return None
    if version > kept.version:
        raise NewerFormat(
            f"{kept.path} was written by a newer voiceos: format {version}, this one reads up to {kept.version}.",
            hint=f"Update voiceos. Or begin anew: mv {kept.path} {kept.path}.newer",
        )
    if version < kept.version:
        _keep_made_new(kept, version, content)
    return made


def _format(number: object) -> int:
    """ValueError for what is no format's number."""
    if type(number) is not int or number < 0:
        raise ValueError(f"format {number!r}")
    return number


def _keep_made_new(kept: Stored, version: int, content: dict[str, Any]) -> None:
    backup = free_name(kept.path.with_name(f"{kept.path.name}.bak-v{version}"))
    try:
        replace(backup, kept.path.read_bytes())
        _write(kept, content)
    except OSError as error:  # what it holds is the same either way
        log.warning("%s stays in format %d: %s", kept.path, version, error.strerror)
    else:
        log.info("%s brought to format %d; the old one is in %s", kept.path, kept.version, backup.name)


def free_name(wanted: Path) -> Path:
    """`wanted`, or the first of `wanted.2` … that is free."""
    candidate, number = wanted, 1
    while candidate.exists():
        number += 1
        candidate = wanted.with_name(f"{wanted.name}.{number}")
    return candidate


def set_aside(name: str) -> None:
    """A state file that does not hold what it should makes room for a new one; the log says where it is kept."""
    path = state_file(name)
    kept = path.with_name(path.name + ".broken")
    try:
        path.replace(kept)
    except OSError as error:
        log.warning("%s is broken and cannot be moved: %s", path, error.strerror)
    else:
        log.warning("%s is broken; begun anew, and the old one kept as %s", path, kept.name)
