"""The whole program over a virtual sound card, with scripted engines, in this process: to be disturbed and asked."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Callable, Mapping
from types import MappingProxyType
from typing import Any, Self

import numpy as np

from voiceos.app import FACTORIES, Stage
from voiceos.audio.duplex import Duplex
from voiceos.audio.frames import RATE_HZ as HEARD_HZ
from voiceos.audio.frames import Samples
from voiceos.audio.listeners import Listeners
from voiceos.audio.sound_server import SoundServer
from voiceos.bench.sound import ASSISTANT_LEVEL
from voiceos.bench.virtual_card import VirtualCard
from voiceos.bench.virtual_headset import Headsets, at_home, places
from voiceos.clock import SystemClock, asleep_s
from voiceos.config import Settings
from voiceos.engines.process import EngineSpec
from voiceos.errors import AudioError
from voiceos.live import Live
from voiceos.observer import Witness

PATIENCE_S = 30.0
"""Longest wait for sound to flow again."""

QUESTION = "What is the capital of Germany?"

STEADY_LOOKS = 4
LOOK_S = 0.1
"""So often in a row, and so long apart, all has to be well."""


def _settings(audio: Mapping[str, Any]) -> Settings:
    quick = {stage: {"engine": "scripted", "timeout_s": 10} for stage in ("stt", "llm", "tts")}
    return Settings.model_validate(
        {
            **quick,
            "end_of_turn": {"engine": "none"},
            # at night it speaks slower: what is told here has one length, whatever the hour
            "assistant": {"openers": False, "mood": False},
            "audio": {"hold_during_calls": False, "earcons": False, **audio},
        }
    )


class Life:
    """`async with Life(card, question) as life`: the assistant, at the mercy of whoever holds it.

    Args:
        question: what the user says, 16 kHz.
        reply: what it answers.
        audio: settings of that section.
    """

    def __init__(
        self,
        card: VirtualCard,
        question: Samples,
        *,
        reply: str = "It is Berlin, I think.",
        audio: Mapping[str, Any] = MappingProxyType({}),
        greet: bool = False,
    ) -> None:
        self.card = card
        self.headsets = Headsets(card)
        self.slept_s = 0.0
        self._question = question
        self._settings = _settings(audio)
        arguments: Mapping[Stage, dict[str, Any]] = {
            "stt": {"texts": [QUESTION]},
            "llm": {"replies": [(".", reply)]},
            "tts": {},
        }
        self._seen = Witness()
        self._viewed = asyncio.Event()
        self._server = SoundServer(lambda view: self._viewed.set())
        self.live = Live(
            self._settings,
            specs={
                stage: EngineSpec(stage, FACTORIES[stage, "scripted"], given, budget_s=10.0)
                for stage, given in arguments.items()
            },
            sound=self._open,
            observer=self._seen,
            greet=greet,
        )

    def _open(self, listeners: Listeners) -> Duplex:
        self.sound = Duplex(
            self._settings.audio,
            clock=SystemClock(),
            listeners=listeners,
            asleep_s=lambda: asleep_s() + self.slept_s,
        )
        return self.sound

    async def __aenter__(self) -> Self:
        await self._server.__aenter__()
        self._running = asyncio.create_task(self.live.run())
        ready = asyncio.create_task(self._seen.listens.wait())
        await asyncio.wait({self._running, ready}, return_when=asyncio.FIRST_COMPLETED)
        if self._running.done():
            ready.cancel()
            self._running.result()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._running.cancel()
        await asyncio.gather(self._running, return_exceptions=True)
        await self._server.__aexit__()

    def said(self) -> list[str]:
        """The assistant's side of the history."""
        return [message.text for message in self.live.history() if message.role == "assistant"]

    async def until(self, state: Callable[[], bool], what: str) -> None:
        """Raises AudioError naming `what` where it does not come to that."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                while not state():  # noqa: ASYNC110 - whatever it is
                    await asyncio.sleep(0.02)
        except TimeoutError:
            raise AudioError(f"{what}: it did not come to that; sound says {self.sound.presence}") from None

    async def flows(self) -> None:
        """Return once frames come, what was to be said has been said, and both streams are where they belong."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                while not await self._steady():
                    pass
                await self.live.conductor.wait_idle()
        except TimeoutError:
            raise AudioError(f"sound does not flow: {self.sound.presence}, {self.places()}") from None

    async def _steady(self) -> bool:
        """Whether all is well, and has been for a while: what has just gone may not have been noticed yet."""
        for _ in range(STEADY_LOOKS):
            if self.sound.presence.reason or not self.at_home:
                await asyncio.sleep(LOOK_S)
                return False
            self._viewed.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_S):
                    await self._viewed.wait()
        return True

    @property
    def at_home(self) -> bool:
        """Both streams are on the default devices."""
        return self._server.view is not None and at_home(self._server.view, os.getpid())

    def places(self) -> tuple[str, str]:
        """Names of the sink that it plays to and of the source that it records."""
        return places(self._server.view, os.getpid()) if self._server.view is not None else ("no server", "no server")

    async def answers(self) -> bool:
        """Talk to it; whether an answer was heard at the ear."""
        before = len(self.said())
        async with self.card.room_noise(), self.card.record() as recording:
            await self.card.play_to_microphone(self._question, HEARD_HZ)
            with contextlib.suppress(AudioError):
                await self.until(lambda: len(self.said()) > before, "an answer")
            await asyncio.sleep(0.2)
            heard = bool((np.abs(recording.samples[:, 0]) > ASSISTANT_LEVEL).any())
        return len(self.said()) > before and heard


@contextlib.asynccontextmanager
async def lived(card: VirtualCard, question: Samples, **arguments: Any) -> AsyncIterator[Life]:
    """One whose sound flows."""
    async with Life(card, question, **arguments) as life:
        await life.flows()
        yield life
