"""A question beside the conversation, as from the command line: answered in the background lane, remembered nowhere."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import datetime

from voiceos.errors import EngineError
from voiceos.thinking.ports import Lane, LanguageModel, Sampling
from voiceos.thinking.prompt import Conversation, Persona


class Asides:
    """One question at a time; the conversation goes before it, between any two of its tokens."""

    def __init__(self) -> None:
        self._lane = asyncio.Lock()

    async def answer(
        self,
        model: LanguageModel,
        text: str,
        now: datetime,
        *,
        persona: Persona,
        sampling: Sampling,
        budget_tokens: int,
    ) -> AsyncIterator[str]:
        """Pieces of an answer to `text`. Closing the iterator stops the model.

        Args:
            budget_tokens: length of the background lane.

        Raises EngineError, also where `text` is too long.
        """
        async with self._lane:
            prompt = Conversation(persona).for_user(text, now)
            tokens = await model.render(prompt, open_role="assistant")
            if len(tokens) + sampling.max_tokens > budget_tokens:
                raise EngineError(
                    f"That is too long: {len(tokens)} tokens, and {budget_tokens - sampling.max_tokens} are left "
                    "for a question.",
                    hint="Ask it in fewer words, or raise llm.background_tokens.",
                )
            await model.extend(Lane.BACKGROUND, tokens)
            async with aclosing(model.generate(Lane.BACKGROUND, sampling=sampling)) as pieces:  # type: ignore[type-var]
                async for piece in pieces:
                    yield piece
