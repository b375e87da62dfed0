"""The heap of this process: asked of the C library itself, in a process of its own."""

from __future__ import annotations

import ctypes
import subprocess
import sys

import pytest

from voiceos.heap import in_huge_pages

_COUNT = """
import ctypes, sys, threading
from voiceos.heap import one_arena

if sys.argv[1] == "one":
    one_arena()
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
libc.fopen.restype = ctypes.c_void_p
libc.fclose.argtypes = [ctypes.c_void_p]
libc.malloc_info.argtypes = [ctypes.c_int, ctypes.c_void_p]
together = threading.Barrier(4)

def allocate():
    together.wait()
    libc.malloc(100_000)
    together.wait()

threads = [threading.Thread(target=allocate) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
told = libc.fopen(sys.argv[2].encode(), b"w")
libc.malloc_info(0, told)
libc.fclose(told)
print(open(sys.argv[2]).read().count("<heap nr="))
"""


def _heaps(how: str, told: str) -> int:
    return int(subprocess.run([sys.executable, "-c", _COUNT, how, told], check=True, capture_output=True).stdout)


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_info"), reason="the C library has one kind of heap")
def test_threads_share_one_heap(tmp_path: object) -> None:
    assert _heaps("many", f"{tmp_path}/many") > 1
    assert _heaps("one", f"{tmp_path}/one") == 1


_FREED = """
import ctypes
from pathlib import Path
from voiceos.heap import trim

libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
libc.free.argtypes = [ctypes.c_void_p]

def own_mb():
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss_Anon")) / 1000

blocks = [libc.malloc(100_000) for _ in range(1000)]
for block in blocks:
    ctypes.memset(block, 1, 100_000)
for block in blocks[:-1]:  # the last holds them all
    libc.free(block)
kept = own_mb()
trim()
print(kept - own_mb())
"""


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="the C library gives back by itself")
def test_what_was_freed_is_given_back() -> None:
    assert float(subprocess.run([sys.executable, "-c", _FREED], check=True, capture_output=True).stdout) > 80


_HOLES = """
import ctypes, sys
from voiceos.heap import large_apart

if sys.argv[1] == "apart":
    large_apart()
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
libc.free.argtypes = [ctypes.c_void_p]
libc.memset.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_size_t]

def taken(size):
    block = libc.malloc(size)
    libc.memset(block, 1, size)
    return block

def held():
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("RssAnon"))

libc.free(taken(30 << 20))
before = held()
for _ in range(20):
    large, small = taken(1 << 20), taken(1 << 10)
    small, large = taken((1 << 17) - 64), libc.free(large)
print(held() - before)
"""


def _grown_kb(how: str) -> int:
    return int(subprocess.run([sys.executable, "-c", _HOLES, how], check=True, capture_output=True).stdout)


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_info"), reason="the C library has one kind of heap")
def test_what_is_large_leaves_no_holes_once_something_larger_was_freed() -> None:
    small_kb = 20 * 129
    assert _grown_kb("within") > small_kb + 512
    assert _grown_kb("apart") < small_kb + 512


def test_whoever_set_the_size_of_pages_keeps_it() -> None:
    assert in_huge_pages({"A": "b"}) == {"A": "b", "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}
    others = {"GLIBC_TUNABLES": "glibc.malloc.check=1"}
    assert in_huge_pages(others) == {"GLIBC_TUNABLES": "glibc.malloc.check=1:glibc.malloc.hugetlb=1"}
    own = {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=0"}
    assert in_huge_pages(own) == own
