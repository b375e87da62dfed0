"""Where a running assistant is found: a folder of the user's own that ends with the session."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path

from voiceos.errors import DaemonError


def runtime_folder() -> Path:
    """`$XDG_RUNTIME_DIR/voiceos`, else `/run/user/<uid>/voiceos`, else `voiceos-<uid>` in the temporary folder.

    The environment of a service and that of a remote login differ; where the variable is missing from one of them,
    they still find each other. Nothing is made.
    """
    if (named := os.environ.get("XDG_RUNTIME_DIR", "")).startswith("/"):
        return Path(named) / "voiceos"
    usual = Path(f"/run/user/{os.getuid()}")
    if usual.is_dir() and os.access(usual, os.W_OK | os.X_OK):
        return usual / "voiceos"
    return Path(tempfile.gettempdir()) / f"voiceos-{os.getuid()}"


def make_runtime_folder() -> Path:
    """The same, there and open to nobody else. Raises DaemonError where that cannot be."""
    folder = runtime_folder()
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
    except OSError as error:
        raise DaemonError(
            f"{folder} cannot be made: {error.strerror}.",
            hint="It holds the control socket. XDG_RUNTIME_DIR names the folder that it belongs into.",
        ) from error
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise DaemonError(f"{folder} is no folder of yours.", hint=f"Who put it there? ls -ld {folder}")
    if stat.S_IMODE(found.st_mode) != 0o700:
        folder.chmod(0o700)
    return folder


def socket_path() -> Path:
    """Where a running assistant listens for commands."""
    return runtime_folder() / "control.sock"
