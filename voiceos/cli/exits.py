"""How a verb ends: errors in plain words on standard error, and an exit code that says which kind it was."""

from __future__ import annotations

import asyncio
import codecs
import contextlib
import errno
import io
import os
import signal
import sys
from collections.abc import Coroutine, Iterator
from typing import Any, TypeVar

import typer
from rich.console import Console

from voiceos.errors import StorageError, VoiceosError

INTERRUPTED = 130
"""128 + SIGINT, as shells expect."""

T = TypeVar("T")


@contextlib.contextmanager
def plain_errors() -> Iterator[None]:
    """Print a VoiceosError and its hint, and exit with its code; Ctrl-C exits with 130, also at a question."""
    try:
        with _whole_output():
            yield
    except VoiceosError as error:
        complain(error)
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, asyncio.CancelledError):
        sys.exit(INTERRUPTED)
    except typer.Abort as error:
        if isinstance(error.__context__, KeyboardInterrupt):
            sys.exit(INTERRUPTED)
        raise
    except BrokenPipeError:  # `voiceos ask … | head`
        sys.stderr.close()
        sys.exit(128 + signal.SIGPIPE)


@contextlib.contextmanager
def _whole_output() -> Iterator[None]:
    """What is printed and cannot be written is an error of the disk, and is found out while that can still be told.
    Signs that the terminal's encoding lacks come as their numbers."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and codecs.lookup(stream.encoding).name != "utf-8":
            stream.reconfigure(errors="backslashreplace")
    try:
        try:
            yield
        finally:
            if sys.stdout is not None and not sys.stdout.closed:
                sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EIO, errno.EDQUOT) or error.filename is not None:
            raise
        _let_go_of_output()
        raise StorageError(
            f"What was to be printed cannot be written: {error.strerror}.", hint="Look at where its output goes: df -h"
        ) from error


def _let_go_of_output() -> None:
    """What could not be written is not tried again as the program ends."""
    with contextlib.suppress(OSError, ValueError):
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, sys.stdout.fileno())
        os.close(null)


def complain(error: VoiceosError) -> None:
    """Say on standard error what happened, and what to do."""
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    console.print(str(error), markup=False, style="bold red")
    if error.hint:
        console.print(error.hint, markup=False)


def run(work: Coroutine[Any, Any, T]) -> T:
    """asyncio.run, with errors in plain words."""
    with plain_errors():
        return asyncio.run(work)
