"""Files that are replaced whole or not at all, and the small ones that remember something from start to start."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import stat
import tempfile
from pathlib import Path
from typing import Any

import platformdirs

from voiceos.errors import StorageError

log = logging.getLogger(__name__)


def replace(path: Path, *parts: bytes, sync: bool = True) -> None:
    """Put `parts`, one behind the other, in the place of a file: an existing one keeps its mode (and a link stays a
    link), a new one is 0600.

    Args:
        sync: wait until the disk has it; not worth its time for what can be made again.

    Raises OSError; then the file is as it was.
    """
    target = path.resolve()
    mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else 0o600
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    unfinished = Path(name)
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


def state_file(name: str) -> Path:
    """Where voiceos remembers something from start to start: a file in `$XDG_STATE_HOME/voiceos`."""
    return platformdirs.user_state_path("voiceos") / name


def remember(name: str, content: dict[str, Any]) -> None:
    """Replace a state file by this JSON. Raises StorageError."""
    path = state_file(name)
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        replace(path, json.dumps(content, indent=1).encode() + b"\n")
    except OSError as error:
        raise StorageError(
            f"{path} cannot be written: {error.strerror}", hint=f"look at: df -h {path.parent}; ls -ld {path.parent}"
        ) from error


def recall(name: str) -> dict[str, Any] | None:
    """What `remember` wrote; None where there is nothing, or nothing that can be read, which the log says."""
    path = state_file(name)
    try:
        content = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except OSError as error:
        log.warning("%s cannot be read; going on without it: %s", path, error.strerror)
        return None
    except (ValueError, RecursionError):  # not UTF-8, not JSON, or JSON to crash a reader
        content = None
    if not isinstance(content, dict):
        set_aside(name)
        return None
    return content


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
