"""`voiceos demo`: a whole conversation through the real engines, on a machine without a sound card.

The user's sentences are spoken by the voice itself, a little higher, into a `VirtualDuplex`; everything behind it is
what `voiceos run` runs.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import soxr
from numpy.typing import NDArray

from voiceos import languages
from voiceos.audio.frames import RATE_HZ, Samples
from voiceos.audio.listeners import Listeners
from voiceos.audio.virtual import VirtualDuplex
from voiceos.clock import SystemClock
from voiceos.config import Settings
from voiceos.live import Live
from voiceos.observer import Witness
from voiceos.trace import Trace

PITCH = 1.12
"""The user's voice is the assistant's, this much higher and faster: one model, two people."""

BETWEEN_S = 0.6
"""Silence between an answer and the next question."""


@dataclass(frozen=True, slots=True)
class Conversation:
    sound: NDArray[np.float32]
    """Shape (n, 2), 16 kHz: the user left, the assistant right."""
    traces: tuple[Trace, ...]


async def converse(settings: Settings, on_turn: Callable[[str, str, Trace], None]) -> Conversation:
    """Hold the conversation; `on_turn` is told question, answer and waterfall of each turn. Raises VoiceosError."""
    clock = SystemClock()
    rooms: list[VirtualDuplex] = []
    seen = Witness()

    def room(listeners: Listeners) -> VirtualDuplex:
        rooms.append(VirtualDuplex(clock=clock, listeners=listeners))
        return rooms[0]

    live = Live(settings, observer=seen, sound=room, greet=False)
    running = asyncio.create_task(live.run(), name="demo")
    started = asyncio.create_task(seen.listens.wait())
    try:
        await asyncio.wait({running, started}, return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            await running
        for question in languages.table(settings.assistant.language, "demo")["turns"]:
            samples = await _user_voice(live, question)
            before = len(seen.traces)
            await rooms[0].user_says(samples)
            await live.conductor.wait_answered()
            if len(seen.traces) > before:
                on_turn(question, live.conductor.last_reply(), seen.traces[-1])
            await rooms[0].user_says(np.zeros(round(BETWEEN_S * RATE_HZ), np.float32))
        live.shut_down()
        await running
    finally:
        for task in (running, started):
            task.cancel()
        await asyncio.gather(running, started, return_exceptions=True)
    return Conversation(rooms[0].recording(), tuple(seen.traces))


async def _user_voice(live: Live, text: str) -> Samples:
    speech = await live.engines.tts.synthesize(text, speed=1.0)
    samples: Samples = soxr.resample(speech.samples, speech.rate_hz * PITCH, RATE_HZ)
    return samples
