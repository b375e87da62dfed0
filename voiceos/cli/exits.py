"""How a verb ends: errors in plain words on standard error, and an exit code that says which kind it was."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from collections.abc import Coroutine, Iterator
from typing import Any, TypeVar

from rich.console import Console

from voiceos.errors import VoiceosError

INTERRUPTED = 130
"""128 + SIGINT, as shells expect."""

T = TypeVar("T")


@contextlib.contextmanager
def plain_errors() -> Iterator[None]:
    """Print a VoiceosError and its hint, and exit with its code; Ctrl-C exits with 130."""
    try:
        yield
    except VoiceosError as error:
        complain(error)
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, asyncio.CancelledError):
        sys.exit(INTERRUPTED)
    except BrokenPipeError:  # `voiceos ask … | head`
        sys.stderr.close()
        sys.exit(128 + signal.SIGPIPE)


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
