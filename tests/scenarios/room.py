"""A room with the whole program in it, scripted engines, and a user whose voice espeak-ng makes."""

from __future__ import annotations

import asyncio
import contextlib
import io
import subprocess
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from typing import Any, Self

import numpy as np
import soundfile
import soxr

from voiceos.app import Specs, Stage
from voiceos.audio import earcons
from voiceos.audio.frames import RATE_HZ, Samples
from voiceos.audio.listeners import Listeners
from voiceos.audio.virtual import VirtualDuplex
from voiceos.clock import SystemClock
from voiceos.config import Settings
from voiceos.daemon.part import Part
from voiceos.engines.process import EngineSpec
from voiceos.listening.ports import EndOfTurn
from voiceos.live import Live
from voiceos.observer import Observer, Observers, Witness
from voiceos.trace import Trace

FACTORIES: Mapping[Stage, str] = {
    "stt": "voiceos.engines.scripted:ScriptedRecogniser",
    "llm": "voiceos.engines.scripted:ScriptedLanguageModel",
    "tts": "voiceos.engines.scripted:ScriptedVoice",
}


def espeak(text: str) -> Samples:
    """A sentence in espeak-ng's voice, 16 kHz: speech to Silero, whatever it says."""
    wav = subprocess.run(["espeak-ng", "-s", "150", "--stdout", text], capture_output=True, check=True).stdout
    samples, rate_hz = soundfile.read(io.BytesIO(wav), dtype="float32")
    return np.asarray(soxr.resample(samples, rate_hz, RATE_HZ), dtype=np.float32)


def settings(**sections: dict[str, Any]) -> Settings:
    """Scripted engines, no end-of-turn model, and what else is given, section by section."""
    values: dict[str, dict[str, Any]] = {stage: {"engine": "scripted"} for stage in FACTORIES}
    values["end_of_turn"] = {"engine": "none"}
    # The scripted recogniser hears the next text at each call: a dip within a word must not make one.
    values["turn_taking"] = {"pause_ms": 100, "fade_ms": 0}
    values["initiative"] = {"level": "off", "quiet_hours": ""}  # whatever the hour at which the tests run
    for name, section in sections.items():
        values[name] = values.get(name, {}) | section
    return Settings.model_validate(values)


class Seen(Part, Witness):
    """What goes on in the room, remembered; a part of its daemon, where it has one."""


class Room:
    """`async with Room(hears=["hello"]) as room: await room.say("hello")`.

    Args:
        hears: what the recogniser makes of the user's utterances, one after the other.
        engines: further arguments of the scripted engines, by stage.
        end_of_turn: judges the ends of turns; None: they go by silence alone.
        hangs: stages whose engines are going to hang, and are given up soon.
    """

    def __init__(
        self,
        *,
        hears: Sequence[str] = ("hello there",),
        engines: Mapping[Stage, Mapping[str, Any]] | None = None,
        settings: Settings = settings(),  # noqa: B008 - frozen
        greet: bool = False,
        observer: Observer | None = None,
        end_of_turn: EndOfTurn | None = None,
        hangs: Collection[Stage] = (),
    ) -> None:
        arguments = {stage: dict((engines or {}).get(stage, {})) for stage in FACTORIES}
        arguments["stt"].setdefault("texts", list(hears))
        # The note of the time before the user's words is none of theirs.
        arguments["llm"].setdefault("replies", []).append((r"^(?:\[[^\]]*\] )*(.*)$", r"You said: \1"))
        self.seen = Seen()
        self._observers = [self.seen, *([observer] if observer else [])]
        self._end_of_turn = end_of_turn
        self._sound: VirtualDuplex | None = None
        self._test: asyncio.Task[Any] | None = None
        self._may_end = self._lost = False
        specs = {
            stage: EngineSpec(stage, factory, arguments[stage], budget_s=2.0, rest_s=1.0)
            if stage in hangs
            else EngineSpec(stage, factory, arguments[stage])
            for stage, factory in FACTORIES.items()
        }
        self.live = self._live(settings, specs, greet=greet)

    def _live(self, settings: Settings, specs: Specs, *, greet: bool) -> Live:
        return Live(
            settings,
            specs=specs,
            sound=self._open,
            greet=greet,
            observer=Observers(self._observers),
            end_of_turn=self._end_of_turn,
        )

    @property
    def traces(self) -> list[Trace]:
        """The waterfalls of the turns that were answered."""
        return self.seen.traces

    async def _run(self) -> None:
        await self.live.run()

    def _open(self, listeners: Listeners) -> VirtualDuplex:
        self._sound = VirtualDuplex(clock=SystemClock(), listeners=listeners)
        return self._sound

    @property
    def sound(self) -> VirtualDuplex:
        assert self._sound is not None
        return self._sound

    async def __aenter__(self) -> Self:
        self._test = asyncio.current_task()
        self.task = asyncio.create_task(self._run())
        self.task.add_done_callback(self._ended)
        try:
            await self.seen.listens.wait()
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        self._may_end = True
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)
        if self._lost:
            assert self._test is not None
            self._test.uncancel()
            error = None if self.task.cancelled() else self.task.exception()
            raise AssertionError("the program has ended in the middle of the test, by itself or by a signal") from error

    @contextlib.asynccontextmanager
    async def ending(self) -> AsyncIterator[None]:
        """Within it the program may end, and at its end it has; anywhere else its end breaks the test off."""
        self._may_end = True
        yield
        await self.task

    def _ended(self, task: asyncio.Task[None]) -> None:
        """Whatever the test waits for would never come."""
        if not self._may_end and self._test is not None:
            self._lost = True
            self._test.cancel()

    async def say(self, text: str) -> None:
        """The user says a sentence; returns when its last sample is out."""
        await self.sound.user_says(espeak(text))

    async def answered(self) -> None:
        await self.live.conductor.wait_answered()

    async def wait(self, seconds: float) -> None:
        """Let time pass in which the user is silent."""
        await self.sound.user_says(np.zeros(round(seconds * RATE_HZ), np.float32))

    def said(self) -> list[str]:
        """The assistant's side of the conversation."""
        return [one.text for one in self.live.history() if one.role == "assistant" and not one.aside]

    def heard_earcon(self, earcon: earcons.Earcon) -> bool:
        """Whether it has sounded."""
        return self.heard_clip(earcons.synthesise(earcon, RATE_HZ), RATE_HZ) > 0.9

    def heard_clip(self, samples: Samples, rate_hz: int) -> float:
        """Largest normalised correlation of a clip with what the assistant has sounded, 0 to 1."""
        clip = np.asarray(soxr.resample(samples, rate_hz, RATE_HZ), dtype=np.float64)
        sounded = self.sound.recording()[:, 1].astype(np.float64)
        if len(sounded) < len(clip):
            return 0.0
        size = 1 << (len(clip) + len(sounded)).bit_length()
        product = np.fft.irfft(np.fft.rfft(sounded, size) * np.conj(np.fft.rfft(clip, size)), size)
        total = np.concatenate([[0.0], np.cumsum(sounded**2)])

        energy = total[len(clip) :] - total[: -len(clip)]
        valid = product[: len(energy)]
        return float((valid / (np.sqrt(energy * np.dot(clip, clip)) + 1e-9)).max())
