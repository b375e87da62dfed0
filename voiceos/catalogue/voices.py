"""The voices that are here, by names that can be said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from voiceos.catalogue.catalog import Kind, Model, catalog
from voiceos.catalogue.store import Store

ALIKE = 60
"""Of 100: a recogniser that does not know a name writes "Jo" or "Jow" for "Joe"."""


@dataclass(frozen=True, slots=True)
class Voice:
    model: str
    """As in the catalogue."""
    spoken: str
    """As it is called when talking: "Joe"; with its quality where two have one name."""


def voices_here(language: str, store: Store) -> list[Voice]:
    """Those of a language whose files are here, by a look at their sizes: whether they are whole is seen when one is
    loaded."""
    here = [
        model for model in catalog() if model.kind is Kind.TTS and model.speaks(language) and _is_here(model, store)
    ]
    names = Counter(_name(model.name) for model in here)
    return [Voice(model.name, _name(model.name, in_full=names[_name(model.name)] > 1)) for model in here]


def called(said: str, voices: Sequence[Voice]) -> Voice | None:
    """The voice that somebody means, however a recogniser spells its name."""
    known = {voice.spoken.lower(): voice for voice in voices}
    found = process.extractOne(said.lower(), list(known), scorer=fuzz.ratio, score_cutoff=ALIKE)
    return known[found[0]] if found else None


def spoken_name(model: str) -> str:
    """How a voice is called: "en_US-joe-medium" is Joe."""
    return _name(model)


def _name(model: str, *, in_full: bool = False) -> str:
    """Of <locale>-<name>-<quality>."""
    parts = model.split("-")
    name = parts[1].replace("_", " ").title() if len(parts) > 1 else model
    return f"{name} {parts[-1].replace('_', ' ')}" if in_full else name


def _is_here(model: Model, store: Store) -> bool:
    folder = store.folder(model)
    try:
        return all((folder / file.name).stat().st_size == file.size for file in model.files)
    except OSError:
        return False
