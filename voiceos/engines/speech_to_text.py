"""The speech-to-text port over any engine in a child process that has `transcribe(samples, language)`."""

from __future__ import annotations

from collections.abc import Callable

from voiceos.audio.frames import Samples
from voiceos.engines.process import EngineProcess
from voiceos.listening.ports import Decoding


class ProcessSpeechToText:
    """`SpeechToText` over an `EngineProcess`; whoever made the process starts and stops it."""

    def __init__(self, process: EngineProcess) -> None:
        self.process = process
        """Another may take its place between calls."""

    async def transcribe(
        self, samples: Samples, *, language: str | None, on_encoded: Callable[[], None] | None = None
    ) -> Decoding:
        decoding = await self.process.call("transcribe", on_step=on_encoded, samples=samples, language=language)
        assert isinstance(decoding, Decoding)
        return decoding
