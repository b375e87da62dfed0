"""How it is just now: what the mood of the conversation makes of its voice and of the length of its answers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from voiceos.config import Settings
from voiceos.initiative import quiet_hours
from voiceos.mood import MoodTracker


def mood(language: str, settings: Callable[[], Settings]) -> MoodTracker:
    """The mood of a conversation.

    Args:
        settings: in force.
    """

    def night(at: datetime) -> bool:
        hours = quiet_hours(settings().initiative.quiet_hours)
        return hours is not None and hours.cover(at)

    return MoodTracker(language, enabled=lambda: settings().assistant.mood, night=night)
