"""What has to be done for other settings to be in force. Pure: it compares, and whoever is running carries it out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from pydantic import ValidationError

from voiceos.config.keys import KEYS
from voiceos.config.model import Settings

Value = bool | int | float | str


@dataclass(frozen=True, slots=True)
class Plan:
    """The keys that change, dotted and in the order of the file, by how that reaches a running voiceos."""

    live: tuple[str, ...] = ()
    sound: tuple[str, ...] = ()
    """Microphone and loudspeaker are opened anew."""
    engines: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    """By section: "stt", "end_of_turn", "llm", "tts"."""
    restart: tuple[str, ...] = ()
    """Nothing changes before the next start."""

    @property
    def keys(self) -> tuple[str, ...]:
        """All of them."""
        return (*self.live, *self.sound, *(key for keys in self.engines.values() for key in keys), *self.restart)


def value(settings: Settings, dotted: str) -> Value:
    """A setting by its dotted name, which must exist."""
    section, _, name = dotted.partition(".")
    found: Value = getattr(getattr(settings, section), name)
    return found


def changed(old: Settings, new: Settings) -> tuple[str, ...]:
    """Keys whose values differ, in the order of the file."""
    return tuple(dotted for dotted in KEYS if value(old, dotted) != value(new, dotted))


def plan(old: Settings, new: Settings) -> Plan:
    """How to get from one set of settings to another while it runs."""
    keys = changed(old, new)
    by_effect = {effect: tuple(key for key in keys if KEYS[key].effect == effect) for effect in ("live", "sound")}
    engines: dict[str, tuple[str, ...]] = {}
    for key in keys:
        if KEYS[key].effect == "engine":
            engines[KEYS[key].section] = (*engines.get(KEYS[key].section, ()), key)
    restart = tuple(key for key in keys if KEYS[key].effect == "restart")
    return Plan(by_effect["live"], by_effect["sound"], MappingProxyType(engines), restart)


def with_values(settings: Settings, values: Mapping[str, object]) -> Settings:
    """Other values for some keys, by their dotted names. Raises ValidationError where they do not fit together."""
    sections = settings.model_dump()
    for dotted, new in values.items():
        section, _, name = dotted.partition(".")
        sections[section][name] = new
    return Settings.model_validate(sections, strict=True)


def laid_over(in_force: Settings, new: Settings, keys: Iterable[str]) -> Settings:
    """What is in force, but with the values of `new` for `keys`; for a while the two may not fit together."""
    updates: dict[str, dict[str, Value]] = {}
    for key in keys:
        section, _, name = key.partition(".")
        updates.setdefault(section, {})[name] = value(new, key)
    sections = {name: getattr(in_force, name).model_copy(update=update) for name, update in updates.items()}
    return in_force.model_copy(update=sections)


def fits(settings: Settings) -> bool:
    """Whether the values go together."""
    try:
        Settings.model_validate(settings.model_dump(), strict=True)
    except ValidationError:
        return False
    return True


def overlaid(in_force: Settings, new: Settings, keys: Iterable[str]) -> Settings:
    """Likewise, but all of `new` where the two do not fit together.

    What was changed by voice and could not be written stays so when something else in the file changes.
    """
    both = laid_over(in_force, new, keys)
    return both if fits(both) else new
