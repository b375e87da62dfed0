"""How many threads an engine should have."""

from __future__ import annotations

import os

import psutil


def cores() -> int:
    """Processor cores this process may run on; second threads of one core only slow the arithmetic down."""
    # macOS has no affinity.
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(allowed, max(2, psutil.cpu_count(logical=False) or allowed))
