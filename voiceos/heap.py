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
