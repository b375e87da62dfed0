"""The error tree.

    VoiceosError
    ├── ConfigError         a settings file or value is wrong                          exit 3
    ├── ModelError          a model file is missing, broken or cannot be fetched       exit 4
    ├── AudioError          no usable microphone, loudspeaker or sound server          exit 5
    ├── EngineError         an engine cannot do its work                               exit 6
    │   ├── EngineMissing   its package is not installed
    │   ├── EngineCrashed   its process ended
    │   ├── EngineStarved   it found no memory, or was ended by the system, which mostly means that it ran out
    │   └── EngineTimeout   it was silent for longer than its budget, and was killed
    ├── StorageError        a file cannot be written (full disk, permissions)          exit 7
    │   └── NewerFormat     a newer voiceos wrote it; it is left as it is
    ├── DaemonError         the running assistant cannot be reached, or is in the way  exit 8
    │   ├── AlreadyRunning  another one runs
    │   └── NotRunning      none runs
    └── ServiceError        systemd is missing, or did not do what it was asked for    exit 1
        └── LeftAlone       systemd has given up on starting it

Each carries what happened (`str(error)`), what to do next (`hint`), and the key of the sentence that is spoken
(`spoken`, a key of `languages/<code>/phrases.toml`), so that no failure ends in silence.
"""

from __future__ import annotations


class VoiceosError(Exception):
    """Base of every error that a user may meet.

    Args:
        message: what happened, one sentence, no secrets and nothing anyone said.
        hint: what to do next, one sentence or a command; empty if nothing helps.
    """

    exit_code = 1
    spoken = "error.unknown"

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class ConfigError(VoiceosError):
    exit_code = 3
    spoken = "error.config"


class ModelError(VoiceosError):
    exit_code = 4
    spoken = "error.model"


class AudioError(VoiceosError):
    exit_code = 5
    spoken = "error.audio"


class EngineError(VoiceosError):
    exit_code = 6
    spoken = "error.engine"


class EngineMissing(EngineError):
    """The engine's package is not installed; `hint` is the exact install command."""


class EngineCrashed(EngineError):
    """The engine's process ended before it answered."""


class EngineStarved(EngineCrashed):
    """There was no memory for the engine, or the system killed it: Linux does so to the largest one when that runs
    out."""

    spoken = "error.memory"


class EngineTimeout(EngineError):
    """The engine gave no sign of life within its budget and was killed."""


class StorageError(VoiceosError):
    exit_code = 7
    spoken = "error.storage"


class NewerFormat(StorageError):
    """A file in a format that this voiceos does not know yet; it is not touched."""

    spoken = "error.newer"


class DaemonError(VoiceosError):
    exit_code = 8


class AlreadyRunning(DaemonError):
    """One assistant a user; the text says who runs."""


class NotRunning(DaemonError):
    """None runs that could be asked."""


class ServiceError(VoiceosError):
    """systemd is missing, cannot be reached, or did not do what it was asked for."""


class LeftAlone(ServiceError):
    """It failed too often in a row, and systemd starts it no more."""

    spoken = "error.start"


def bug(error: BaseException) -> str:
    """What can be told of an exception that nobody foresaw: its text may hold what was said, its kind and place do not.

    "a bug: KeyError at changes.py:196"
    """
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}" if trace is not None else "?"
    return f"a bug: {type(error).__name__} at {place}"
