"""Facts drawn from conversation in idle time: the language model goes through what was said, statement by statement.

It works on the background lane, which the conversation overtakes between two batches, and only while nobody speaks.
Broken off, it loses the one statement that it was at; what it is to go on with lies in the store, so that a restart
changes nothing. What it writes is held to what the user said by `memory.drawing`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import aclosing
from typing import Protocol, TypeVar

from voiceos.errors import EngineError
from voiceos.memory import Episode, Store, drawing, provenance
from voiceos.memory.plain import Plain
from voiceos.memory.relations import Vocabulary
from voiceos.memory.spoken import Spoken, around
from voiceos.thinking.crisis import Crisis
from voiceos.thinking.ports import Lane, LanguageModel, Message, Sampling

log = logging.getLogger(__name__)

T = TypeVar("T")

MOST_WRITTEN_TOKENS = 120
"""Behind one statement: four facts, and what JSON puts around them."""
SHORTEST_TOKENS = 60
"""A statement that there has to be room for."""
SHOWN_BEFORE = 3
"""Statements before one that are shown with it, so that "she" is somebody."""
NAMED_WITHIN = 20
"""Statements in which somebody may have been named."""
AT_A_TIME = 8
"""Episodes read from the store."""


class Ask(Protocol):
    """Reaches the store from the loop."""

    async def __call__(self, question: Callable[[Store], T], /) -> T: ...


class Reflection:
    """
    Args:
        ask: answers a question about the store, in a thread.
        room_tokens: of the background lane.
        user_name: as the settings have it; empty where they have none.
        lane: held while a statement is gone through, so that the background lane is nobody else's.
    """

    def __init__(
        self,
        model: LanguageModel,
        ask: Ask,
        *,
        language: str,
        room_tokens: int,
        user_name: str = "",
        lane: asyncio.Lock | None = None,
    ) -> None:
        self._model = model
        self._ask = ask
        self._vocabulary = Vocabulary.of(language)
        self._plain = Plain(language)
        self._spoken = Spoken(language)
        self._crisis = Crisis(language)
        self._room_tokens = room_tokens
        self._user_name = user_name
        self._lane = lane or asyncio.Lock()
        self._head = [Message("system", drawing.instructions(self._vocabulary))]
        for said, drawn in drawing.examples(self._vocabulary):
            self._head += [Message("user", said), Message("assistant", drawn)]
        self._shown: list[tuple[int, Message, Message]] = []
        """What was gone through last: the episode, what was said, and what was written behind it."""

    async def draw(self) -> int:
        """Go through all that waits; how many facts were told in it. Cancelling it loses nothing but the statement that
        it is at.

        Raises EngineError where the model does not answer, or has no room for the instructions, and StorageError.
        """
        told = 0
        while episodes := await self._ask(lambda store: store.undrawn(limit=AT_A_TIME)):
            for episode in episodes:
                told += await self._draw_from(episode)
        return told

    async def _draw_from(self, episode: Episode) -> int:
        before, behind = await self._ask(lambda store: around(store, episode))
        meant, _ = self._spoken.put_right(episode.said, [one.said for one in before], [one.said for one in behind])
        said = provenance.telling(meant, self._vocabulary)
        found: list[drawing.Drawn] = []
        over: list[drawing.Over] = []
        in_need = self._crisis.find(episode.said)
        if said and not in_need:  # nothing that was said in need is kept as a plan or a wish
            named = await self._ask(lambda store: _before(store, episode))
            async with self._lane:
                written = await self._write_behind(episode, said, named)
            found = drawing.check(
                written,
                said,
                at=episode.at,
                vocabulary=self._vocabulary,
                before=[one.said for one in named],
                user_name=self._user_name,
            )
        if not in_need:
            plainly = self._plain.telling(meant)
            found = drawing.merged(self._plain.drawn(plainly), found)
            over = self._plain.over(plainly)
        learnt = await self._ask(lambda store: store.take_in(episode.id, found, over))
        if learnt:
            log.debug("episode %d told %d facts", episode.id, len(learnt))
        return len(learnt)

    async def _write_behind(self, episode: Episode, said: str, before: Sequence[Episode]) -> str:
        numbers = {one.id for one in before}
        self._shown = [one for one in self._shown if one[0] in numbers]
        tokens = await self._fit(Message("user", said))
        if tokens is None:
            log.info("episode %d is too long to look for facts in it", episode.id)
            return drawing.NOTHING
        await self._model.extend(Lane.BACKGROUND, tokens)
        sampling = Sampling(max_tokens=MOST_WRITTEN_TOKENS, temperature=0.0, repeat_penalty=1.0)
        written = ""
        grammar = drawing.grammar(said, [one.said for one in before], self._vocabulary)
        pieces = self._model.generate(Lane.BACKGROUND, sampling=sampling, grammar=grammar)
        async with aclosing(pieces) as stream:  # type: ignore[type-var]
            async for piece in stream:
                written += piece
        self._shown.append((episode.id, Message("user", said), Message("assistant", written)))
        return written

    async def _fit(self, asked: Message) -> Sequence[int] | None:
        """Tokens up to where the model writes, with as much before as there is room for; None where there is none."""
        budget = self._room_tokens - MOST_WRITTEN_TOKENS
        while True:
            shown = [message for _, *pair in self._shown for message in pair]
            tokens = await self._model.render([*self._head, *shown, asked], open_role="assistant")
            if len(tokens) <= budget:
                return tokens
            if not self._shown:
                await self._require_room(budget)
                return None
            self._shown = self._shown[-SHOWN_BEFORE:] if len(self._shown) > SHOWN_BEFORE else self._shown[1:]

    async def _require_room(self, budget: int) -> None:
        """Raises EngineError where the instructions alone take all of it."""
        head = len(await self._model.render(self._head, open_role="user"))
        if head + SHORTEST_TOKENS > budget:
            needed = head + SHORTEST_TOKENS + MOST_WRITTEN_TOKENS
            raise EngineError(
                f"the instructions for drawing facts take {head} tokens, and the background has room for {budget}",
                hint=f"Set llm.background_tokens to {needed} or more, or memory.learn to false.",
            )


def _before(store: Store, episode: Episode) -> list[Episode]:
    """What was said before it in the same conversation, the oldest first."""
    found = store.episodes(conversation=episode.conversation, until=episode.at, limit=NAMED_WITHIN)
    return [one for one in reversed(found) if one.said]


async def in_thread(store: Store, question: Callable[[Store], T]) -> T:
    """The plainest `Ask`: `functools.partial(in_thread, store)`."""
    return await asyncio.to_thread(question, store)
