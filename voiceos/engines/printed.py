"""What an engine's child prints, line by line."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable

LINE_BYTES = 4096
"""So much is kept of a line: a progress bar may never end its own."""

NO_THREAD = "Thread creation failed"
"""GNU OpenMP ends the process with this where the stack of a thread finds no memory."""


def no_memory(printed: Iterable[str]) -> bool:
    """Whether these lines tell that a child ended for want of memory."""
    return any(NO_THREAD in line for line in printed)


async def lines(stream: asyncio.StreamReader) -> AsyncIterator[str]:
    """Until the end of the stream, however long a line becomes; of a longer one its end."""
    begun = b""
    while part := await stream.read(LINE_BYTES):
        *ended, begun = (begun + part).split(b"\n")
        for line in ended:
            yield _text(line)
        begun = begun[-LINE_BYTES:]
    if begun:
        yield _text(begun)


def _text(line: bytes) -> str:
    return line[-LINE_BYTES:].decode(errors="replace").rstrip()
