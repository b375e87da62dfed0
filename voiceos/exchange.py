"""One turn that is over: what the user said, and what they heard of the answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Exchange:
    turn: int
    """Its number in turn-taking."""
    said: str
    """Empty where the assistant spoke of its own accord."""
    heard: str
    """Not what was written and never sounded; empty where a deed was the answer."""
    at: datetime
    """When it began, with its time zone."""
    cut_off: bool = False
    """The user broke the answer off."""
