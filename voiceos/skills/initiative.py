"""Wishes about speaking first: reminders, "not now", "why did you say that?", "speak up less"."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any, Protocol

from voiceos.events import Intent
from voiceos.thinking.intents import REMIND_AT, REMIND_OF

WISHES = (
    *(
        "remind",
        REMIND_AT,
        REMIND_OF,
        "reminders",
        "cancel_reminder",
        "cancel_reminders",
        "accept_reminder",
        "decline_reminder",
    ),
    *("not_now", "why_first", "speak_less", "speak_more", "speak_never"),
)
"""Intents that are for this."""


class Initiative(Protocol):
    """Speaking first, as wishes turn it."""

    def answer(self, intent: Intent, *, turn: int, said: str, now: datetime) -> Coroutine[Any, Any, str]:
        """Do what is wished; returns what to say about it. Raises StorageError.

        Args:
            intent: one of `WISHES`.
            turn: its number, under which `said` is remembered, where it is.
        """

    def undo(self) -> Callable[[datetime], Coroutine[Any, Any, str]] | None:
        """What takes back the last deed, where that was about a reminder, and tells; None where it was another's."""

    def moved_on(self) -> None:
        """The user has said something else: what was asked is asked no more."""
