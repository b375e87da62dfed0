"""Traits: how its character changes with time together, in small steps that are told and can be taken back.

Pure but for `kept.py`. Rules, not a model; counts, no words.
"""

from voiceos.traits import kept
from voiceos.traits.book import Book, Change, in_force, reset, taken, undone
from voiceos.traits.disposition import Disposition, disposition
from voiceos.traits.evidence import Evidence
from voiceos.traits.rule import decide
from voiceos.traits.wording import WORDS, Wording

__all__ = [
    "WORDS",
    "Book",
    "Change",
    "Disposition",
    "Evidence",
    "Wording",
    "decide",
    "disposition",
    "in_force",
    "kept",
    "reset",
    "taken",
    "undone",
]
