"""An answer from what was told."""

from __future__ import annotations

from dataclasses import dataclass

from voiceos.skills.in_force import Held


@dataclass(frozen=True, slots=True)
class Told:
    """What is to be said."""

    text: str
    facts: tuple[int, ...] = ()
    """Their numbers in the store, the weightiest last; empty where nothing was known."""
    said: Held | None = None
    """The sentence that it goes by, where that only shares words with the question."""
    known: bool = True
    """It tells what was asked for; else that it was never told, or not for sure."""
    fact: Held | None = None
    """The fact in force that it tells, where that is exactly one, of which there is one at a time."""
