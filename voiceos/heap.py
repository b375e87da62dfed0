"""How the C library hands out memory to this process."""

from __future__ import annotations

import ctypes
import logging

log = logging.getLogger(__name__)

_M_ARENA_MAX = -8
"""mallopt(3), glibc."""


def one_arena() -> None:
    """From now on threads share one heap, in this process.

    glibc gives new threads other heaps than old ones, up to eight a core, and each keeps what was once needed: a
    process whose sound streams, a thread each, are opened anew for months grows by what it does not use
    (`python -m voiceos.bench.soak`). Elsewhere nothing is done: musl and macOS have one kind of heap for all threads.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None and mallopt(_M_ARENA_MAX, 1) != 1:
        log.debug("the C library keeps a heap for each thread")


def trim() -> None:
    """Give back to the system what this process has freed: some milliseconds, and what is needed again costs its time
    anew. Where the C library is another, nothing is done.

    glibc keeps the most that was ever needed (malloc_trim(3)): after one long utterance a process stays as large as for
    that one.
    """
    malloc_trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if malloc_trim is not None:
        malloc_trim(0)
