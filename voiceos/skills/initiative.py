"""Wishes about speaking first: reminders, "not now", "why did you say that?", "speak up less"."""

from __future__ import annotations

from collections.abc import Coroutine
from datetime import datetime
from typing import Any, Protocol

from voiceos.events import Intent

WISHES = (
    *("remind", "reminders", "cancel_reminder", "cancel_reminders", "accept_reminder", "decline_reminder"),
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
