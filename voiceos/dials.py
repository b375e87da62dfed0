"""What wishes turn: the conversation's own dials, with what the user changes written down and undone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from voiceos.catalogue.voices import Voice
from voiceos.conductor import Conductor
from voiceos.languages import Phrases
from voiceos.preferences import Preferences
from voiceos.quiet import Until
from voiceos.skills.crisis import FirstAid
from voiceos.skills.initiative import Initiative
from voiceos.skills.meeting import Meetings
from voiceos.skills.memory import Memories


class Dials:
    """`Controls` and `Wants` of the skills.

    Args:
        memory: what wishes about it are for.
        voice: model of the voice in force.
        voices: those that are here.
    first_aid: knows what to say to somebody in danger.
    initiative: what wishes about speaking first are for.
    meeting: what is said in the first meeting is for.
    """

    def __init__(
        self,
        conductor: Conductor,
        preferences: Preferences,
        phrases: Phrases,
        *,
        memory: Memories,
        voice: Callable[[], str],
        voices: Callable[[], Sequence[Voice]],
        first_aid: FirstAid,
        initiative: Initiative,
        meeting: Meetings,
    ) -> None:
        self.first_aid = first_aid
        self.initiative = initiative
        self.meeting = meeting
        self.memory = memory
        self._conductor = conductor
        self._preferences = preferences
        self._phrases = phrases
        self._voice = voice
        self._voices = voices
        self._telling: set[asyncio.Task[None]] = set()

    @property
    def name(self) -> str:
        return self._conductor.name

    @property
    def volume(self) -> float:
        return self._conductor.volume

    @volume.setter
    def volume(self, volume: float) -> None:
        self._preferences.change("audio.volume", round(volume, 2))

    @property
    def speed(self) -> float:
        return self._conductor.speed

    @speed.setter
    def speed(self, speed: float) -> None:
        self._preferences.change("tts.speed", round(speed, 2))

    def set_mode(self, mode: str) -> None:
        self._preferences.change("listening.mode", mode)

    def mute(self) -> None:
        self._conductor.mute()

    def last_reply(self) -> str:
        return self._conductor.last_reply()

    def health(self) -> str:
        return self._conductor.health()

    def shut_down(self) -> None:
        self._conductor.shut_down()

    @property
    def voice(self) -> str:
        return self._voice()

    def voices(self) -> Sequence[Voice]:
        return self._voices()

    def use_voice(self, voice: Voice) -> None:
        """Told once the change has come about, or could not."""
        change = self._preferences.change("tts.voice", voice.model)

        async def tell() -> None:
            failed = await change
            if not failed and self.voice != voice.model:
                return  # put back before its turn came
            told = self._phrases.text("voice_refused" if failed else "voice_changed", voice=voice.spoken)
            self._conductor.announce(told)

        self._beside(tell(), "another voice")

    def call_user(self, name: str) -> None:
        self._preferences.change("assistant.user_name", name)

    def hush(self, until: Until) -> None:
        self._preferences.hush(until)

    @property
    def quiet_until(self) -> Until:
        return self._conductor.quiet_until

    def undo(self) -> str:
        """Told later where it could not be put back, as where that voice was deleted since."""
        undone = self._preferences.undo()
        if undone is None:
            return ""
        key, task = undone.key, undone.task

        async def tell() -> None:
            if task is not None and await task:
                self._conductor.announce("settings_refused_voice" if key == "tts.voice" else "error.unknown", key=True)

        self._beside(tell(), "put back")
        return key

    def _beside(self, telling: Coroutine[Any, Any, None], name: str) -> None:
        task = asyncio.create_task(telling, name=name)
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)
