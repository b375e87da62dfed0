"""A voice that has some sentences ready: those that are said again and again are synthesised once, ahead of time."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from contextlib import aclosing

from voiceos.speaking.ports import Speech, TextToSpeech


class AheadOfTime:
    """`TextToSpeech` that keeps the speech of `texts`, for the speeds that were prepared; whatever else is said, at
    the pace of the moment, is not kept."""

    def __init__(self, voice: TextToSpeech, texts: Collection[str]) -> None:
        self._voice = voice
        self._texts = frozenset(texts)
        self._ready: dict[tuple[str, float], Speech] = {}

    def begin_anew(self, texts: Collection[str]) -> None:
        """Keep the speech of these from now on; what was kept is forgotten, as after a change of the voice."""
        self._texts = frozenset(texts)
        self._ready = {}

    async def prepare(self, speed: float) -> None:
        """Synthesise what is missing. Raises EngineError."""
        ready = self._ready
        for text in sorted(self._texts):
            if (text, speed) not in ready:
                ready[text, speed] = await self._voice.synthesize(text, speed=speed)

    async def synthesize(self, text: str, *, speed: float) -> Speech:
        """Say one phrase; at once, where it is ready."""
        ready = self._ready.get((text, speed))
        return ready if ready is not None else await self._voice.synthesize(text, speed=speed)

    async def speak(self, text: str, *, speed: float) -> AsyncIterator[Speech]:
        """Say one phrase in parts; at once, where it is ready."""
        if (ready := self._ready.get((text, speed))) is not None:
            yield ready
            return
        async with aclosing(self._voice.speak(text, speed=speed)) as parts:  # type: ignore[type-var]
            async for part in parts:
                yield part
