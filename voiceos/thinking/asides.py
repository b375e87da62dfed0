"""A question beside the conversation, as from the command line: answered in the background lane, remembered nowhere."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager, suppress
from datetime import datetime

from voiceos.errors import EngineError
from voiceos.thinking.ports import Lane, LanguageModel, Sampling
from voiceos.thinking.prompt import Conversation, Persona

PATIENCE_S = 20.0
"""How long a model that is to go may still answer a question: most are answered by then."""


class Asides:
    """One question at a time; the conversation goes before it, between any two of its tokens."""

    def __init__(self) -> None:
        self._lane = asyncio.Lock()

    @asynccontextmanager
    async def at_rest(self) -> AsyncIterator[None]:
        """Within, no question is being answered, so that another model may take the place of the one that answers;
        what takes longer than `PATIENCE_S` goes on, and fails when its model goes."""
        taken = False
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_S):
                taken = await self._lane.acquire()
        try:
            yield
        finally:
            if taken:
                self._lane.release()

    def lane(self) -> asyncio.Lock:
        """Held by whoever else uses the background lane, for as long as it is not to be given to a question."""
        return self._lane

    async def answer(
        self,
        model: Callable[[], LanguageModel],
        text: str,
        now: datetime,
        *,
        persona: Persona,
        sampling: Sampling,
        budget_tokens: int,
    ) -> AsyncIterator[str]:
        """Pieces of an answer to `text`. Closing the iterator stops the model.

        Args:
            model: asked once the question's turn has come; one for the whole answer, since another knows neither its
                tokens nor its lane.
            budget_tokens: length of the background lane.

        Raises EngineError, also where `text` is too long.
        """
        async with self._lane:
            answering = model()
            prompt = Conversation(persona).for_user(text, now)
            tokens = await answering.render(prompt, open_role="assistant")
            if len(tokens) + sampling.max_tokens > budget_tokens:
                raise EngineError(
                    f"That is too long: {len(tokens)} tokens, and {budget_tokens - sampling.max_tokens} are left "
                    "for a question.",
                    hint="Ask it in fewer words, or raise llm.background_tokens.",
                )
            await answering.extend(Lane.BACKGROUND, tokens)
            async with aclosing(answering.generate(Lane.BACKGROUND, sampling=sampling)) as pieces:  # type: ignore[type-var]
                async for piece in pieces:
                    yield piece
