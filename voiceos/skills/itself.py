"""What it is: no person, no body, no past. Said in its own words where the question is a known sentence."""

from __future__ import annotations

from collections.abc import Mapping

from voiceos.events import Intent
from voiceos.languages import Phrases

ANSWERED: Mapping[str, str] = {
    "itself_human": "itself.human",
    "itself_real": "itself.real",
    "itself_feelings": "itself.feelings",
    "itself_conscious": "itself.conscious",
    "itself_past": "itself.past",
    "itself_age": "itself.age",
    "itself_looks": "itself.looks",
    "itself_love": "itself.love",
}
"""The sentences by intent; their variants take turns."""


def answer(intent: Intent, phrases: Phrases) -> str:
    """What it says of itself. Raises KeyError for an intent that is not in `ANSWERED`."""
    return phrases.text(ANSWERED[intent.name])
