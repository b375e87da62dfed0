"""What is said in the first meeting: answers to its questions, and wishes about it."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from voiceos.events import ANSWER, Intent

MEET = "meet"
"""To have it, at any time."""

ABOUT = (*("meeting_skip", "meeting_back", "meeting_again", "meeting_why", "meeting_later", "meeting_never"),)
"""Wishes while a question is open."""

WISHES = (ANSWER, MEET, *ABOUT)
"""Intents that are for this."""


class Meetings(Protocol):
    """The first meeting, as it is talked through."""

    def answer(self, intent: Intent, *, said: str, now: datetime) -> str:
        """Take an answer, or do what is wished; returns what to say. What is kept is written beside it.

        Args:
            intent: one of `WISHES`.
            said: in the user's own words, the assistant's name included.
        """
