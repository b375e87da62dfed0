"""Logging that never prints what people said.

Everything that was spoken or heard goes through `speech(text)`, which yields a length unless the user asked for
speech in the log (`log.speech = true`, and only at DEBUG).
"""

from __future__ import annotations

import contextlib
import faulthandler
import io
import logging
import os
import sys
import time
from collections.abc import Mapping
from typing import Any, TextIO

_show_speech = False


def setup(level: str = "INFO", *, show_speech: bool = False) -> None:
    """Send the log to standard error; `show_speech` lets `speech()` print words instead of lengths."""
    global _show_speech
    _show_speech = show_speech and level == "DEBUG"
    handler: logging.Handler = _Stderr(sys.stderr) if sys.stderr is not None else logging.NullHandler()
    handler.setFormatter(_Journal() if to_journal() else _Terminal())
    root = logging.getLogger("voiceos")
    for before in root.handlers[:]:
        root.removeHandler(before)
        before.close()
    root.addHandler(handler)
    root.setLevel(level)
    root.propagate = False


def adjust(level: str, *, show_speech: bool) -> None:
    """Another level while it runs; as in `setup`."""
    global _show_speech
    _show_speech = show_speech and level == "DEBUG"
    logging.getLogger("voiceos").setLevel(level)


def to_journal(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether standard error is systemd's journal, which puts the time before each line itself (systemd.exec(5))."""
    try:
        status = os.fstat(sys.stderr.fileno())
    except (AttributeError, OSError, ValueError):
        return False
    return environ.get("JOURNAL_STREAM") == f"{status.st_dev}:{status.st_ino}"


class _Terminal(logging.Formatter):
    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s: %(message)s", "%H:%M:%S")

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802 - logging's name
        time.tzset()  # the machine's zone may have changed
        return super().formatTime(record, datefmt)


class _Journal(logging.Formatter):
    """Each line begins with its priority, as sd-daemon(3) reads it."""

    def __init__(self) -> None:
        super().__init__("%(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        levels = ((logging.CRITICAL, 2), (logging.ERROR, 3), (logging.WARNING, 4), (logging.INFO, 6))
        priority = next((number for level, number in levels if record.levelno >= level), 7)
        return "\n".join(f"<{priority}>{line}" for line in super().format(record).split("\n"))


def claim_stderr() -> None:
    """Keep standard error to the program itself, for as long as it runs.

    Native sound libraries write to descriptor 2 whatever happens to them (ALSA a line for each underrun); from here on
    that leads nowhere, and `sys.stderr` to where it led. A crash of the interpreter still tells where it was.
    """
    try:
        descriptor = os.dup(sys.stderr.fileno())
    except (AttributeError, OSError, ValueError):  # closed, or no file: there is nothing to keep clean
        return
    sys.stderr = _Patient(os.fdopen(descriptor, "wb", buffering=0), encoding="utf-8", errors="backslashreplace")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)
    faulthandler.enable(sys.stderr)


class _Patient(io.TextIOWrapper):
    """Text that cannot be written is lost (a full disk, a reader that went away): no reason to stop listening."""

    def __init__(self, raw: Any, **options: Any) -> None:
        super().__init__(raw, write_through=True, **options)

    def write(self, text: str, /) -> int:
        with contextlib.suppress(OSError):
            super().write(text)
        return len(text)

    def flush(self) -> None:
        with contextlib.suppress(OSError):
            super().flush()


class _Stderr(logging.StreamHandler[TextIO]):
    """Writes to what standard error was at the start: while native libraries are probed, theirs goes elsewhere."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__(stream)
        with contextlib.suppress(OSError, ValueError):  # a stream that is no file, as under some test runners
            self.setStream(
                _Patient(os.fdopen(os.dup(stream.fileno()), "wb", buffering=0), encoding="utf-8", errors="replace")
            )
            self._own = self.stream

    def close(self) -> None:
        super().close()
        if (own := getattr(self, "_own", None)) is not None:
            own.close()


def shows_speech() -> bool:
    """Whether the user allowed words in the log."""
    return _show_speech


def speech(text: str) -> str:
    """What of `text` may be logged: itself where the user allowed it, else only its length."""
    return repr(text) if _show_speech else f"<{len(text)} characters>"
