"""Wishes about the assistant itself: louder, slower, mute, repeat that, listen for your name."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from voiceos.events import CRISIS, Intent
from voiceos.languages import Phrases
from voiceos.skills import itself, preferences
from voiceos.skills.crisis import FirstAid
from voiceos.skills.initiative import Initiative
from voiceos.skills.meeting import Meetings
from voiceos.skills.memory import Memories
from voiceos.skills.preferences import Wants
from voiceos.thinking.answers import ANSWERED, answer

VOLUME_STEP = 0.15
SPEED_STEP = 0.15
SPEED_RANGE = (0.5, 2.0)


class Controls(Wants, Protocol):
    """What a wish may change."""

    volume: float
    """0 to 1."""
    speed: float

    @property
    def name(self) -> str:
        """The assistant's."""

    @property
    def first_aid(self) -> FirstAid: ...

    @property
    def initiative(self) -> Initiative: ...

    @property
    def meeting(self) -> Meetings: ...

    @property
    def memory(self) -> Memories: ...

    def mute(self) -> None: ...

    def set_mode(self, mode: str) -> None:
        """One of `voiceos.turn_taking.policy.Mode`."""

    def last_reply(self) -> str:
        """What was last said, as heard; empty where nothing was."""

    def health(self) -> str:
        """Key of the sentence that says what is wrong, `healthy` if nothing is."""

    def shut_down(self) -> None:
        """End the program once the goodbye has been heard."""


def perform(intent: Intent, controls: Controls, phrases: Phrases, now: datetime, language: str) -> str:
    """Do what is wished; returns what to say about it, empty where an earcon is enough."""
    match intent.name:
        case name if name == CRISIS:
            return controls.first_aid.answer(str(intent.slots["kind"]), now)
        case "stop" | "never_mind":
            return ""
        case "repeat":
            return controls.last_reply() or phrases.text("nothing_to_repeat")
        case "louder" | "quieter":
            return phrases.text(_step_volume(controls, intent.name))
        case "set_volume":
            controls.volume = min(1.0, max(0.0, float(intent.slots["percent"]) / 100))
            return phrases.text("done")
        case "slower" | "faster":
            return phrases.text(_step_speed(controls, intent.name))
        case "mute":
            controls.mute()
            return phrases.text("mute_how_back")
        case "unmute":
            return phrases.text("unmuted")
        case "mode_name" | "mode_open" | "mode_push" | "mode_wakeword":
            controls.set_mode(intent.name.removeprefix("mode_"))
            return phrases.text(intent.name, name=controls.name)
        case "what_is_wrong":
            return phrases.text(controls.health())
        case "what_is_your_name":
            return phrases.text("my_name", name=controls.name)
        case "shut_down":
            controls.shut_down()
            return phrases.text("goodbye")
        case name if name in itself.ANSWERED:
            return itself.answer(intent, phrases)
        case name if name in preferences.WISHES:
            return preferences.perform(intent, controls, phrases, now, language)
        case _:
            return answer(intent, now, language=language)


def reply_aside(intent: Intent | None, now: datetime, language: str, first_aid: FirstAid) -> str:
    """What a wish is answered with where there is nothing to control; empty for what the language model answers."""
    if intent is not None and intent.name == CRISIS:
        return first_aid.answer(str(intent.slots["kind"]), now)
    if intent is not None and intent.name in itself.ANSWERED:
        return itself.answer(intent, Phrases(language))
    return answer(intent, now, language=language) if intent is not None and intent.name in ANSWERED else ""


def _step_volume(controls: Controls, way: str) -> str:
    before = controls.volume
    if way == "louder":
        controls.volume = min(1.0, before + VOLUME_STEP)
    else:
        controls.volume = min(before, max(VOLUME_STEP, before - VOLUME_STEP))  # it may have been set lower still
    if controls.volume == before:
        return "loudest" if way == "louder" else "quietest"
    return way


def _step_speed(controls: Controls, way: str) -> str:
    before = controls.speed
    low, high = SPEED_RANGE
    controls.speed = min(high, max(low, before + (SPEED_STEP if way == "faster" else -SPEED_STEP)))
    if controls.speed == before:
        return "fastest" if way == "faster" else "slowest"
    return way
