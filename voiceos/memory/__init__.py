"""What it knows of you: one SQLite database of episodes and facts, open to your inspection and your eraser."""

from voiceos.memory.records import NOTE, USER, Episode, Fact, Hit, Kind, Source, Stats, Telling
from voiceos.memory.store import Store

__all__ = ["NOTE", "USER", "Episode", "Fact", "Hit", "Kind", "Source", "Stats", "Store", "Telling"]
