"""How the C library hands out memory to this process."""

from __future__ import annotations

import ctypes
import logging
from collections.abc import Mapping

log = logging.getLogger(__name__)

_M_ARENA_MAX, _M_MMAP_THRESHOLD = -8, -3
"""mallopt(3), glibc."""

_LARGE_BYTES = 256 * 1024

_TUNABLES, _HUGE_PAGES = "GLIBC_TUNABLES", "glibc.malloc.hugetlb"
"""https://www.gnu.org/software/libc/manual/html_node/Memory-Allocation-Tunables.html"""


def one_arena() -> None:
    """From now on threads share one heap, in this process.

    glibc gives new threads other heaps than old ones, up to eight a core, and each keeps what was once needed: a
    process whose sound streams, a thread each, are opened anew for months grows by what it does not use
    (`python -m voiceos.bench.soak`). Elsewhere nothing is done: musl and macOS have one kind of heap for all threads.
    """
    _set(_M_ARENA_MAX, 1)


def large_apart() -> None:
    """From now on what is large (256 KiB) is taken from the system, in this process, and goes back as it is freed.

    glibc does so from 128 KiB on, but raises that to the size of whatever was freed so, up to 32 MiB: once that was the
    state of a language model, its logits, a megabyte each time, lie in the heap between small things that stay, and the
    holes that they leave fit the next ones badly.
    """
    _set(_M_MMAP_THRESHOLD, _LARGE_BYTES)


def in_huge_pages(environment: Mapping[str, str]) -> dict[str, str]:
    """`environment` for a process whose heap lies in pages of 2 MiB, where Linux gives them to those who ask (madvise
    in /sys/kernel/mm/transparent_hugepage/enabled): weights that are read from end to end for each token are found
    sooner in five hundred pages than in a quarter of a million. Whoever set glibc's switch keeps it; glibc before
    2.35, musl and macOS take no notice.
    """
    asked = environment.get(_TUNABLES, "")
    if _HUGE_PAGES in asked:
        return dict(environment)
    return {**environment, _TUNABLES: ":".join(filter(None, (asked, f"{_HUGE_PAGES}=1")))}


def _set(parameter: int, value: int) -> None:
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None and mallopt(parameter, value) != 1:
        log.debug("the C library does not take %d for %d", value, parameter)


def trim() -> None:
    """Give back to the system what this process has freed: some milliseconds, and what is needed again costs its time
    anew. Where the C library is another, nothing is done.

    glibc keeps the most that was ever needed (malloc_trim(3)): after one long utterance a process stays as large as for
    that one.
    """
    malloc_trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if malloc_trim is not None:
        malloc_trim(0)
