"""The text-to-speech port over any engine in a child process that has `synthesize(text, speed)`, and `speak`, a
generator of the same in parts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing

from voiceos.engines.process import EngineProcess
from voiceos.speaking.ports import Speech


class ProcessTextToSpeech:
    """`TextToSpeech` over an `EngineProcess`; whoever made the process starts and stops it."""

    def __init__(self, process: EngineProcess) -> None:
        self.process = process
        """Another may take its place between calls."""

    async def synthesize(self, text: str, *, speed: float) -> Speech:
        speech = await self.process.call("synthesize", text=text, speed=speed)
        assert isinstance(speech, Speech)
        return speech

    async def speak(self, text: str, *, speed: float) -> AsyncIterator[Speech]:
        parts = self.process.stream("speak", text=text, speed=speed)
        async with aclosing(parts) as stream:  # type: ignore[type-var]
            async for part in stream:
                assert isinstance(part, Speech)
                yield part

    async def in_one_piece(self) -> str:
        """Why no phrase can begin to sound before all of it is made; empty where it can."""
        return str(await self.process.call("in_one_piece"))
