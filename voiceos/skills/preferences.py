"""Wishes about how it is set: another voice, what the user is called, quiet for a while, and all of that put back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from babel.dates import format_time
from babel.lists import format_list

from voiceos import languages
from voiceos.catalogue.voices import Voice, called, spoken_name
from voiceos.events import Intent
from voiceos.languages import Phrases
from voiceos.skills.until import quiet_ends

UNDONE: Mapping[str, str] = {
    "audio.volume": "undone_volume",
    "tts.speed": "undone_speed",
    "listening.mode": "undone_mode",
    "tts.voice": "undone_voice",
    "assistant.user_name": "undone_name",
    "initiative.level": "undone_initiative",
    "quiet": "undone_quiet",
}
"""What is said where a change was put back."""

WISHES = ("use_voice", "another_voice", "which_voices", "call_me", "call_me_how", "quiet_until", "talk_again", "undo")
"""Intents that this module carries out."""


class Wants(Protocol):
    """What the user may want changed."""

    @property
    def voice(self) -> str:
        """Model of the voice in force."""

    def voices(self) -> Sequence[Voice]:
        """Those that are here."""

    def use_voice(self, voice: Voice) -> None:
        """Begin to change over to it; what came of that is said later."""

    def call_user(self, name: str) -> None: ...

    def hush(self, until: datetime | None) -> None:
        """Be quiet until then; None: no more."""

    def undo(self) -> str:
        """Put the last change back; returns which, "" where there is none."""


def perform(intent: Intent, wants: Wants, phrases: Phrases, now: datetime, language: str) -> str:
    """Do what is wished; returns what to say about it."""
    match intent.name:
        case "use_voice" | "another_voice" | "which_voices":
            return _voice(intent, wants, phrases, language)
        case "call_me":
            name = str(intent.slots["name"])
            wants.call_user(name)
            return phrases.text("user_named", name=name)
        case "quiet_until":
            return _quiet(intent, wants, phrases, now, language)
        case "talk_again":
            wants.hush(None)
            return phrases.text("talks_again")
        case "undo":
            undone = wants.undo()
            return phrases.text(UNDONE.get(undone, "done") if undone else "nothing_to_undo")
        case _:
            return phrases.text("call_me_how")


def _voice(intent: Intent, wants: Wants, phrases: Phrases, language: str) -> str:
    here = list(wants.voices())
    others = [voice for voice in here if voice.model != wants.voice]
    now = next((voice.spoken for voice in here if voice.model == wants.voice), spoken_name(wants.voice))
    if intent.name == "which_voices" or not others:
        if not others:
            return phrases.text("one_voice", voice=now)
        return phrases.text("voices", voices=_listed(others, language), voice=now)
    if intent.name == "another_voice":
        behind = [voice.model for voice in here].index(wants.voice) + 1 if len(others) < len(here) else 0
        chosen = here[behind % len(here)]
    else:
        found = called(str(intent.slots["voice"]), here)
        if found is None:
            return phrases.text("no_such_voice", voices=_listed(here, language))
        if found.model == wants.voice:
            return phrases.text("voice_already", voice=found.spoken)
        chosen = found
    wants.use_voice(chosen)
    return phrases.text("voice_changing", voice=chosen.spoken)


def _listed(voices: Sequence[Voice], language: str) -> str:
    return format_list([voice.spoken for voice in voices], locale=language)


def _quiet(intent: Intent, wants: Wants, phrases: Phrases, now: datetime, language: str) -> str:
    until = quiet_ends(intent.slots, now)
    wants.hush(until)
    time = format_time(until, languages.table(language, "answers")["time_pattern"], locale=language)
    if until - now > timedelta(days=1):
        return phrases.text("quiet_until_told")
    return phrases.text("quiet_until" if until.date() == now.date() else "quiet_until_tomorrow", time=time)
