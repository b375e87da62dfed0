"""The text-to-speech port over any engine in a child process that has `synthesize(text, speed)`."""

from __future__ import annotations

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
