"""Wishes about how it has become: "have you changed?", "be as you were before"."""

from __future__ import annotations

from collections.abc import Coroutine
from datetime import datetime
from typing import Any, Protocol

from voiceos.events import Intent

WISHES = ("changed_how", "be_as_before", "be_as_at_first")
"""Intents that are for this."""


class Character(Protocol):
    """How it has become, as wishes turn it."""

    def answer(self, intent: Intent, *, now: datetime) -> Coroutine[Any, Any, str]:
        """Do what is wished; returns what to say about it. Raises StorageError.

        Args:
            intent: one of `WISHES`.
        """
