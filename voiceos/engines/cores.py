"""How many threads an engine should have where nobody has measured it (`tuned.py`)."""

from __future__ import annotations

import os

import psutil


def allowed_cores() -> int:
    """Hardware threads that this process may run on."""
    # macOS has no affinity.
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def cores() -> int:
    """Processor cores this process may run on; second threads of one core only slow the arithmetic down."""
    allowed = allowed_cores()
    return min(allowed, max(2, psutil.cpu_count(logical=False) or allowed))
