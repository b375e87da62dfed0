"""Tells when a settings file has become another: edited, replaced by an editor, made, removed, or its folder was."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

import watchfiles

log = logging.getLogger(__name__)

STEP_MS = 400
"""Quiet after which a burst of writes counts as done; an editor's several steps take less. Each step wakes a thread."""

LONGEST_BURST_MS = 2000
"""A file that is written again and again is looked at this often all the same."""

WAKE_MS = 600_000
"""The watching thread looks up so often at the longest, for nothing."""

POLL_MS = 3000
"""Files are looked at this often where the system gives no word of changes, as on some network drives."""


async def changes(*paths: Path) -> AsyncIterator[None]:
    """Each time that the content of one of the files has changed, or whether it is there; until closed.

    Folders are watched, not files: an editor puts another file in the place of one. A folder that is missing is waited
    for in the nearest one that is there.
    """
    known = _contents(paths)
    polling = False
    while True:
        folders = _folders(paths)
        watching = watchfiles.awatch(
            *folders,
            watch_filter=None,
            step=STEP_MS,
            debounce=LONGEST_BURST_MS,
            rust_timeout=WAKE_MS,
            recursive=False,
            ignore_permission_denied=True,
            force_polling=polling or None,
            poll_delay_ms=POLL_MS,
        )
        coming = asyncio.ensure_future(anext(watching))
        try:
            await asyncio.sleep(0)  # from here on nothing is missed: what changed before is seen by the next look
            while True:
                if (now := _contents(paths)) != known:
                    known = now
                    yield
                if _folders(paths) != folders:
                    break
                await asyncio.shield(coming)
                coming = asyncio.ensure_future(anext(watching))
        except OSError as error:
            if polling:
                raise
            log.warning("no word of changed settings from the system, so they are looked for: %s", error)
            polling = True
        finally:
            coming.cancel()
            await asyncio.gather(coming, return_exceptions=True)
            with contextlib.suppress(OSError):
                await watching.aclose()


def _folders(paths: Iterable[Path]) -> set[Path]:
    """Where to look: the folder of each file, and of what it links to, or the nearest one that is there."""
    found = set()
    for path in paths:
        for one in (path, path.resolve()):
            found.add(next(folder for folder in one.absolute().parents if folder.is_dir()))
    return found


def _contents(paths: Iterable[Path]) -> tuple[bytes | str, ...]:
    return tuple(_content(path) for path in paths)


def _content(path: Path) -> bytes | str:
    try:
        return path.read_bytes()
    except OSError as error:
        return type(error).__name__
