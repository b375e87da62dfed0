"""What `ask`, `say` and `transcribe` go through: the whole chain without a sound card.

`Client` is what both offer: `LocalClient` loads the engines into this program, `daemon.client.DaemonClient` goes to the
running assistant, so that no second model is loaded.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from types import TracebackType
from typing import Protocol

import numpy as np
import soxr

from voiceos import events as ev
from voiceos.app import Engines, Stage, gate, stt_language
from voiceos.audio import files
from voiceos.audio.frames import RATE_HZ, Samples
from voiceos.audio.speaker import Finished, Speaker
from voiceos.clock import Clock, SystemClock
from voiceos.config import Settings
from voiceos.errors import AudioError, StorageError
from voiceos.listening.backchannels import Backchannels
from voiceos.listening.ears import Ears
from voiceos.listening.gate import SpeechPaused, UtteranceFull
from voiceos.meeting import kept
from voiceos.skills.controls import reply_aside
from voiceos.skills.crisis import FirstAid
from voiceos.skills.region import region
from voiceos.speaking.reply import Reply
from voiceos.thinking.intents import SentenceMatcher

log = logging.getLogger(__name__)

OUT_RATE_HZ = 22_050
"""Rate of what `ask` and `say` hand out: that of medium Piper voices, so that most need no conversion."""


class Client(Protocol):
    def ask(self, text: str) -> AsyncIterator[str]:
        """The answer to `text`, in pieces, as the language model writes them."""

    async def speak(self, pieces: AsyncIterator[str]) -> tuple[str, Samples, int]:
        """Say pieces of text; returns all the text, its sound, shape (n,), and the sound's rate in Hz.

        Raises AudioError where nothing of it can be spoken."""

    async def say(self, text: str) -> None:
        """Say a text through the loudspeaker; returns when it has been heard.

        Raises AudioError, also where nothing of it can be spoken."""


class Recorder:
    """A player that only keeps: all that is played counts as heard."""

    rate_hz = OUT_RATE_HZ

    def __init__(self) -> None:
        self._parts: list[Samples] = []
        self._rate_hz = OUT_RATE_HZ

    def play(self, number: int, samples: Samples, rate_hz: int) -> None:
        converted = soxr.resample(samples, rate_hz, self.rate_hz) if rate_hz != self.rate_hz else samples
        self._parts.append(np.asarray(converted, dtype=np.float32))

    def hold(self, number: int) -> None:
        """Nothing sounds here anyway."""

    release = finish = hold

    def pause(self) -> None:
        """Nothing sounds here anyway."""

    resume = pause

    def stop(self, number: int) -> int:
        return self.heard(number)

    def heard(self, number: int) -> int:
        return sum(len(part) for part in self._parts)

    def samples(self) -> Samples:
        return np.concatenate(self._parts) if self._parts else np.zeros(0, np.float32)


class LocalClient:
    """`async with LocalClient(settings, {"stt", "llm"}) as client`; raises ModelError where a model is missing."""

    def __init__(self, settings: Settings, stages: set[Stage], *, clock: Clock | None = None) -> None:
        self._settings = settings
        self._clock = clock or SystemClock()
        self._engines = Engines(settings, stages)
        self._matcher = SentenceMatcher(settings.assistant.language, settings.assistant.name)
        self._thinker = self._engines.thinker() if "llm" in stages else None
        self._first_aid = FirstAid(settings.assistant.language, lambda: region(settings.assistant.region))

    async def __aenter__(self) -> LocalClient:
        await self._engines.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._engines.__aexit__(kind, error, trace)

    async def transcribe(self, samples: Samples) -> str:
        """The words in 16 kHz mono sound of any length; empty where nobody speaks."""
        ears = Ears(
            gate=gate(self._settings),
            stt=self._engines.stt,
            end_of_turn=None,
            judge=self._engines.judge(),
            backchannels=Backchannels(self._settings.assistant.language),
            matcher=self._matcher,
            name=self._settings.assistant.name,
            own_words=lambda since: "",
            language=stt_language(self._settings),
        )
        # Silence behind the last word lets the gate notice its end.
        silence_s = self._settings.turn_taking.pause_ms / 1000 + 0.5
        padded = np.concatenate([samples, np.zeros(round(silence_s * RATE_HZ), np.float32)])
        words: list[str] = []
        pending: tuple[Samples, float] | None = None
        for frame in files.frames(padded):
            for event in ears.gate.feed(frame):
                if isinstance(event, SpeechPaused | UtteranceFull):
                    pending = ears.gate.utterance(), ears.gate.voiced_s
                if isinstance(event, UtteranceFull):
                    words.append(await self._words(ears, *pending))  # type: ignore[misc]  # set in the line before
                    pending = None
                    ears.gate.discard()
        if pending is not None:
            words.append(await self._words(ears, *pending))
        return " ".join(word for word in words if word)

    async def _words(self, ears: Ears, samples: Samples, voiced_s: float) -> str:
        heard = await ears.understand(samples, voiced_s)
        return heard.text if isinstance(heard, ev.Words) else ""

    async def ask(self, text: str) -> AsyncIterator[str]:
        assert self._thinker is not None
        now = self._clock.now()
        intent = self._matcher.match(text)
        if intent is not None and intent.name == ev.CRISIS:
            await asyncio.to_thread(_rest_the_meeting)
        aside = reply_aside(intent, now, self._settings.assistant.language, self._first_aid)
        if aside:
            yield aside
            return
        async for piece in self._thinker.reply(text, now):
            yield piece

    async def speak(self, pieces: AsyncIterator[str]) -> tuple[str, Samples, int]:
        recorder = Recorder()
        reply = Reply(
            1,
            tts=self._engines.tts,
            player=recorder,
            language=self._settings.assistant.language,
            speed=self._settings.tts.speed,
        )
        await reply.speak(pieces)
        if reply.empty:
            raise unspeakable()
        return reply.text, recorder.samples(), recorder.rate_hz

    async def say(self, text: str) -> None:
        audio = self._settings.audio
        async with Speaker(
            audio.output_device,
            clock=self._clock,
            block_ms=audio.output_block_ms,
            volume=audio.volume,
            latency_s=audio.output_latency_ms / 1000 or None,
        ) as speaker:
            reply = Reply(
                1,
                tts=self._engines.tts,
                player=speaker,
                language=self._settings.assistant.language,
                speed=self._settings.tts.speed,
            )
            heard = asyncio.create_task(_finished(speaker), name="heard")
            speaking = asyncio.create_task(reply.speak(_once(text)), name="speak")
            try:
                # A long text waits for its sound; a loudspeaker that is gone would have it wait for ever.
                await asyncio.wait({heard, speaking}, return_when=asyncio.FIRST_COMPLETED)
                await (heard if heard.done() else speaking)
                if reply.empty:
                    raise unspeakable()
                await heard
            finally:
                heard.cancel()
                speaking.cancel()
                await asyncio.gather(heard, speaking, return_exceptions=True)


def _rest_the_meeting() -> None:
    """Somebody is in danger: a first meeting that is open asks nothing more. Help comes before all else."""
    try:
        kept.rest()
    except StorageError as error:
        log.warning("%s %s", error, error.hint)


async def _finished(speaker: Speaker) -> None:
    """Return when a reply has been heard to its end. Raises AudioError where the loudspeaker is gone."""
    async for event in speaker.events():
        if isinstance(event, Finished):
            return


def unspeakable() -> AudioError:
    """What to raise for a text that nobody could say."""
    return AudioError("There is nothing in this text that can be spoken.", hint="Signs and emoji alone have no sound.")


async def _once(text: str) -> AsyncIterator[str]:
    yield text
