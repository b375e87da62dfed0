"""Logging that never prints what people said.

Everything that was spoken or heard goes through `speech(text)`, which yields a length unless the user asked for
speech in the log (`log.speech = true`, and only at DEBUG).
"""

from __future__ import annotations

import logging
import sys

_show_speech = False


def setup(level: str = "INFO", *, show_speech: bool = False) -> None:
    """Send the log to standard error; `show_speech` lets `speech()` print words instead of lengths."""
    global _show_speech
    _show_speech = show_speech and level == "DEBUG"
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)-7s %(name)s: %(message)s", "%H:%M:%S"))
    root = logging.getLogger("voiceos")
    root.handlers[:] = [handler]
    root.setLevel(level)
    root.propagate = False


def speech(text: str) -> str:
    """What of `text` may be logged: itself where the user allowed it, else only its length."""
    return repr(text) if _show_speech else f"<{len(text)} characters>"
