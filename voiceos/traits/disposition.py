"""How it is now: where its persona begins, and how far it has come from there, within bounds. Pure but for the file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from voiceos.config.model import Assistant
from voiceos.thinking import character
from voiceos.thinking.character import DIRECTNESS, Character
from voiceos.traits.book import Book, Limits, in_force

FURTHEST = 2
"""No trait goes farther to either side."""


@dataclass(frozen=True, slots=True)
class Disposition:
    values: Mapping[str, int]
    """Of each trait, −2 to 2."""
    limits: Limits


def disposition(assistant: Assistant, book: Book) -> Disposition:
    """
    Args:
        assistant: the settings; its persona file is read, but for a persona in the user's own words.

    Raises ConfigError where that is missing or wrong.
    """
    own = bool(assistant.persona.strip())
    who = Character(who="-") if own else character.load(assistant.language, assistant.character)
    begins = {**who.traits.model_dump(), "directness": DIRECTNESS[who.directness]}
    limits = {
        trait: (
            max(-min(steps, assistant.drift), -FURTHEST - begins[trait]),
            min(min(steps, assistant.drift), FURTHEST - begins[trait]),
        )
        for trait, steps in who.bounds.model_dump().items()
    }
    come = in_force(book.drift, limits)
    return Disposition({trait: begins[trait] + come[trait] for trait in limits}, limits)
