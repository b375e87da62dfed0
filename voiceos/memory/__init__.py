"""What it knows of you: one SQLite database of episodes and facts, open to your inspection and your eraser."""

from voiceos.memory.chronicle import Acquaintance, Chronicle, Sources
from voiceos.memory.elsewhere import Elsewhere
from voiceos.memory.forgetting import Forgotten
from voiceos.memory.records import NOTE, USER, Episode, Fact, Hit, Kind, Scope, Source, Stats, Summary, Telling
from voiceos.memory.selection import Selection
from voiceos.memory.store import Store
from voiceos.memory.vectors import Batch, Unread, Vector

__all__ = [
    "NOTE",
    "USER",
    "Acquaintance",
    "Batch",
    "Chronicle",
    "Elsewhere",
    "Episode",
    "Fact",
    "Forgotten",
    "Hit",
    "Kind",
    "Scope",
    "Selection",
    "Source",
    "Sources",
    "Stats",
    "Store",
    "Summary",
    "Telling",
    "Unread",
    "Vector",
]
