"""Mood: how the user seems to be, from what they say and how, and what that makes of how answers sound.

Pure but for `tracker.py`, which keeps the estimate from turn to turn, in memory alone. No word is kept or logged.
"""

from voiceos.mood.delivery import Delivery, delivery
from voiceos.mood.estimate import Mood, after, later
from voiceos.mood.signs import Lexicon, Prosody, Signs, Usual, signs
from voiceos.mood.tracker import MoodTracker, Steady

__all__ = [
    "Delivery",
    "Lexicon",
    "Mood",
    "MoodTracker",
    "Prosody",
    "Signs",
    "Steady",
    "Usual",
    "after",
    "delivery",
    "later",
    "signs",
]
