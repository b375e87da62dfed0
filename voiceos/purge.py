"""Has what is forgotten leave the running conversation: prompt, lanes, last words, and whoever else holds some."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Protocol

from voiceos.app import Engines
from voiceos.errors import VoiceosError
from voiceos.observer import Observer
from voiceos.thinking.asides import Asides
from voiceos.thinking.ports import Lane, LanguageModel
from voiceos.thinking.thinker import Thinker

log = logging.getLogger(__name__)


class Mouth(Protocol):
    """What speaks: the conductor, while it runs."""

    def let_go(self) -> None:
        """Of what was said something is forgotten: nothing of it is left there."""


class Purge:
    """`purge(turns)`.

    Args:
        asides: whose answers pass through the background lane of the language model.
    """

    def __init__(
        self,
        thinker: Thinker,
        observer: Observer,
        engines: Engines,
        *,
        conductor: Callable[[], Mouth],
        asides: Callable[[], Asides],
    ) -> None:
        self._thinker = thinker
        self._conductor = conductor
        self._observer = observer
        self._engines = engines
        self._asides = asides
        self._task: asyncio.Task[None] | None = None

    def __call__(self, turns: frozenset[int]) -> None:
        """From within the loop; the language model's lanes follow as soon as nobody needs them."""
        self._thinker.forget(turns)
        self._conductor().let_go()
        self._observer.forgotten()
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._empty_background(), name="forget the background lane")

    async def aclose(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _empty_background(self) -> None:
        async with self._asides().at_rest():
            try:
                await empty(self._engines.llm_of_now())
            except VoiceosError as error:  # it is not there, and begins anew with empty lanes
                log.info("the lanes beside the conversation were not emptied: %s", error)


async def empty(model: LanguageModel) -> None:
    """Have nothing left in the lanes beside the conversation. Raises EngineError."""
    for lane in (Lane.BACKGROUND, Lane.JUDGEMENT):
        await model.extend(lane, [])
