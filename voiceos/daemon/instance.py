"""One assistant a user: two would listen to the same words, and both would answer."""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import filelock

from voiceos import files
from voiceos.daemon.places import make_runtime_folder, runtime_folder
from voiceos.errors import AlreadyRunning, VoiceosError


@dataclass(frozen=True, slots=True)
class Instance:
    pid: int
    since: float
    """Seconds since the epoch."""
    after_kill: bool = field(default=False, compare=False)
    """The one before it was killed, or crashed, while the machine went on."""

    def __str__(self) -> str:
        day = "%H:%M" if time.time() - self.since < 12 * 3600 else "%Y-%m-%d %H:%M"
        return f"process {self.pid}, since {time.strftime(day, time.localtime(self.since))}"


@contextlib.contextmanager
def claim() -> Iterator[Instance]:
    """Be the one that runs. Raises AlreadyRunning where another does, DaemonError where nothing can be locked."""
    folder = make_runtime_folder()
    lock = filelock.FileLock(folder / "lock", timeout=0, mode=0o600)
    try:
        lock.acquire()
    except filelock.Timeout:
        other = running()
        raise AlreadyRunning(
            f"voiceos runs already: {other}." if other else "voiceos runs already.",
            hint="`voiceos status` tells how it is, `voiceos stop` ends it.",
        ) from None
    bug = False
    try:
        # The folder ends with the session and with a power cut, so this was left by one that was killed.
        me = Instance(os.getpid(), time.time(), after_kill=(folder / "running.json").exists())
        files.replace(folder / "running.json", json.dumps({"pid": me.pid, "since": me.since}).encode(), sync=False)
        yield me
    except Exception as error:
        bug = not isinstance(error, VoiceosError)  # nobody has heard of it; the next one will say so
        raise
    finally:
        if not bug:
            (folder / "running.json").unlink(missing_ok=True)
        lock.release()


def running() -> Instance | None:
    """Who says that it runs; None where nobody does. One that was killed may still be named."""
    try:
        told = json.loads((runtime_folder() / "running.json").read_bytes())
        return Instance(int(told["pid"]), float(told["since"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
