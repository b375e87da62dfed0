"""Answers of the language model, begun as early as can be: the lane is always warm up to what has been said.

A turn goes: `prepare` while the user talks, `reply` once or more (each is a guess that leaves no trace), `heard` with
what they really heard, and `settle` in the silence that follows. One of these uses the lane at a time; warming gives
way to whatever comes after it, and a reply holds the lane until its iterator is closed.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import itertools
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from datetime import datetime
from pathlib import Path

from voiceos.errors import EngineError, StorageError
from voiceos.thinking.ports import Lane, LanguageModel, Message, Recalled, Remembrance, Role, Sampling
from voiceos.thinking.prompt import KEPT_SHARE, Conversation, Persona, spoken_so_far

log = logging.getLogger(__name__)

SENTENCE_ENDS = (".", "?", "!")
WORDS_ROOM_TOKENS = 256
"""Kept free for what the user says in one turn: about a minute and a half of speech."""
WORTH_SAVING_TOKENS = 16
"""Evaluating fewer takes no longer than reading them from a file."""
EXACT_TEMPERATURE = 0.1
"""Where an answer is to hold to what was told."""
AHEAD_TOKENS = 4
"""Fewer new ones are not read while the user speaks: they save little at the end, and even one takes a third of the
time that all do then (`python -m voiceos.bench.llm`), on cores on which the recogniser may be at work."""
READ_ANEW_TOKENS = 256
"""Of a history that has to be read anew, the newest part that is kept: some eight turns, and three seconds of reading
on two cores (`voiceos bench engines`). One that fills the context took half a minute, in which nobody was answered."""


class Thinker:
    """
    Args:
        saved: file that keeps the evaluated persona from one start to the next; None keeps none.
    """

    def __init__(
        self,
        model: LanguageModel,
        conversation: Conversation,
        *,
        sampling: Sampling | None = None,
        saved: Path | None = None,
    ) -> None:
        self.conversation = conversation
        self._model = model
        self._sampling = sampling or Sampling()
        self._saved = saved
        self._lane = asyncio.Lock()
        self._warming: asyncio.Task[int] | None = None
        self._turns = 0
        self._closing_tokens: dict[Role, int] = {}
        """How many tokens the template puts behind the words of a role."""
        self._context_tokens: int | None = None
        self._stale = False
        """The lane holds what was forgotten."""
        self._anew = False
        """All of the history has to be read anew."""
        self._read: Sequence[int] = ()
        """Tokens that the lane holds, as far as is known."""
        self.remembrance: Remembrance | None = None
        """What answers go by beside the conversation; None: nothing."""
        self._recalled: dict[str, Recalled | None] = {}
        """By the words of the turn that began at `_recalled_at`."""
        self._recalled_at: datetime | None = None

    async def warm_up(self) -> int:
        """After a start of the model: read the evaluated persona from its file, evaluate what is missing there, and
        write the file where that was much. Of a long history the newest part is kept. Returns as `prepare`."""
        self.lost()
        return await self._warm(self._bring_up)

    def lost(self) -> None:
        """The lane is empty, or of no use: before the next turn no more is read anew than a turn has time for."""
        self._anew = True
        self._read = ()

    async def _bring_up(self) -> int:
        self._read = ()
        if self._saved is not None:
            await self._model.restore(Lane.CONVERSATION, self._saved)
        alone = [Message("system", self.conversation.persona.system)]
        persona = await self._model.render(alone, open_role="user")
        evaluated = await self._extend(persona)
        # Nothing else is in the lane, and nobody can put anything there meanwhile: no word that was said is ever kept.
        if evaluated > WORTH_SAVING_TOKENS and self._saved is not None:
            try:
                self._saved.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                await self._model.save(Lane.CONVERSATION, self._saved)
            except (StorageError, OSError) as error:  # the next start is slow again; nothing else is lost
                log.warning("the next start will be slower, as the evaluated persona cannot be kept: %s", error)
        if len(self.conversation) or self.conversation.known:
            evaluated += await self._extend(await self._history())
        return evaluated

    def go_by(self, persona: Persona, sampling: Sampling) -> None:
        """Be somebody else, or answer otherwise, from the next turn on; what was said stays. Warm up afterwards."""
        self.conversation.persona = persona
        self._sampling = sampling

    @contextlib.asynccontextmanager
    async def at_rest(self) -> AsyncIterator[None]:
        """Within, nothing uses the model, so that another may take its place."""
        await self._stop_warming()
        async with self._lane:
            yield
            self._closing_tokens.clear()
            self._context_tokens = None

    def forget(self, turns: Collection[int]) -> None:
        """Let go of turns. Before the lane is used again all of it is evaluated anew, as what stands behind them was
        read in their light; `settle` does it. Of a long history the newest part is kept."""
        self.conversation.forget(turns)
        self._stale = True
        self.lost()
        self._recalled.clear()
        self.conversation.known = ""
        if self.remembrance is not None:
            self.remembrance.forgotten()

    def know(self, known: str) -> None:
        """Have this known of the user from the next turn on. Settle afterwards: all that follows it is read anew, of a
        long history the newest part."""
        if known != self.conversation.known:
            self.conversation.known = known
            self.lost()

    async def tokens(self, text: str) -> int:
        """How many a text takes in the prompt, with the marks around it."""
        return len(await self._model.render([Message("system", text)], open_role=None))

    async def _begin_anew(self) -> None:
        if not self._stale:
            return
        await self._extend([])
        if self._saved is not None:
            await self._model.restore(Lane.CONVERSATION, self._saved)
        self._stale = False

    async def _history(self) -> Sequence[int]:
        return await self._model.render(self.conversation.messages(), open_role="user")

    async def prepare(self, now: datetime, text: str = "") -> int:
        """Evaluate all that is known of the turn that began at `now`, while the user still talks.

        Args:
            now: when the turn began; the same in `prepare` and `reply`, as the prompt may tell it.
            text: what they have said so far; where it changes, only what is behind the change was in vain.

        Returns:
            How many tokens were evaluated; 0 if something else needed the lane before it was done, or where too few
            are new.
        """

        async def evaluate() -> int:
            words = await self._until_words(self.conversation.for_user(text, now))
            if len(words) - self._holds(words) < AHEAD_TOKENS:
                return 0
            evaluated = await self._extend(words)
            log.debug("read %d tokens while the user speaks", evaluated)
            return evaluated

        return await self._warm(evaluate)

    async def settle(self) -> int:
        """Evaluate the history after a turn, in idle time; cuts what no longer fits. Returns as `prepare`."""

        async def evaluate() -> int:
            return await self._extend(await self._history())

        return await self._warm(evaluate)

    async def reply(
        self, text: str, now: datetime, *, on_judged: Callable[[float], None] | None = None, opening: str = ""
    ) -> AsyncIterator[str]:
        """Pieces of an answer to `text`. Closing the iterator stops the model within one token.

        The history stays as it is until `heard`. Raises EngineError, also where `text` alone is too long.

        Args:
            on_judged: told, before the first piece, how likely the user's turn is over after `text`, 0 to 1, as the
                language model sees it: the probability that a sentence's end mark or the end of the turn follows the
                words without their own end mark. Read off what the reply needs evaluated anyway.
            opening: what the answer begins with; the pieces go on behind it.
        """
        recalled = await self._recall(text, now)
        by_rule = f"{' ' if opening else ''}{recalled.answer}" if recalled and recalled.answer else ""
        if by_rule and on_judged is None:
            yield by_rule
            return
        await self._stop_warming()
        async with self._lane:
            await self._begin_anew()
            await self._fit()
            asked = self.conversation.for_user(text, now, recalled.note if recalled else "")
            if opening:
                tokens = await self._until_words([*asked, Message("assistant", opening)])
            else:
                tokens = await self._model.render(asked, open_role="assistant")
            if self._context_tokens is not None and len(tokens) >= self._context_tokens:
                error = EngineError(
                    f"that is too long: {len(tokens)} tokens, and the language model takes {self._context_tokens}",
                    hint="Say it in fewer words, or raise llm.context_tokens.",
                )
                error.spoken = "no_answer"
                raise error
            if on_judged is None:
                await self._extend(tokens)
            else:
                on_judged(await self._extend_and_judge(tokens, text, now))
            if by_rule:
                yield by_rule
                return
            # Another seed each turn, so that a question asked twice is not answered word for word the same.
            sampling = dataclasses.replace(self._sampling, seed=self._sampling.seed + self._turns)
            if recalled and recalled.exact:
                sampling = dataclasses.replace(sampling, temperature=min(EXACT_TEMPERATURE, sampling.temperature))
            async with contextlib.aclosing(self._model.generate(Lane.CONVERSATION, sampling=sampling)) as pieces:  # type: ignore[type-var]
                async for piece in pieces:
                    yield piece

    def heard(
        self, user_text: str, assistant_text: str, now: datetime, *, cut_off: bool = False, turn: int = 0
    ) -> None:
        """Take a turn into the history: what the user said, and what they heard of the answer.

        Args:
            user_text: the final transcript.
            assistant_text: as far as it was heard; may be empty.
            now: as given to `reply`.
            cut_off: the user broke the answer off.
            turn: its number, by which it may be forgotten.
        """
        self._turns += 1
        recalled = self._recalled.get(user_text) if now == self._recalled_at else None
        self.conversation.add_user(user_text, now, turn=turn, note=recalled.note if recalled else "")
        if recalled and recalled.facts and assistant_text and self.remembrance is not None:
            self.remembrance.used(recalled.facts, now)
        self.conversation.add_assistant(assistant_text, cut_off=cut_off, turn=turn)

    def announced(self, text: str, *, cut_off: bool = False, turn: int = 0) -> None:
        """Take what the assistant said unasked into the history, as far as it was heard."""
        self.conversation.add_assistant(text, cut_off=cut_off, turn=turn)

    async def _recall(self, text: str, now: datetime) -> Recalled | None:
        """What belongs to the words of a turn: looked for once, so that its note stays as it is."""
        if self.remembrance is None:
            return None
        if self._recalled_at != now:
            self._recalled_at, self._recalled = now, {}
        if text not in self._recalled:
            before, since = self.conversation.told()
            self._recalled[text] = await self.remembrance.recall(text, now, before=before, since=since)
        return self._recalled[text]

    async def _warm(self, evaluate: Callable[[], Awaitable[int]]) -> int:
        await self._stop_warming()
        self._warming = task = asyncio.create_task(self._in_lane(evaluate), name="warm the language model")
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            if not task.cancelled():  # it is the caller who was cancelled
                task.cancel()
                await asyncio.wait([task])
                raise
            return 0

    async def _in_lane(self, evaluate: Callable[[], Awaitable[int]]) -> int:
        async with self._lane:
            await self._begin_anew()
            await self._fit()
            return await evaluate()

    async def _extend_and_judge(self, tokens: Sequence[int], text: str, now: datetime) -> float:
        words = await self._until_words(self.conversation.for_user(spoken_so_far(text), now))
        watch = len(words)
        if tokens[:watch] != words:  # the end mark joins the last word in one token
            evaluated = await self._extend(words, watch=watch)
        else:
            evaluated = await self._extend(tokens, watch=watch)
        log.debug("read %d tokens at the end of the turn", evaluated)
        odds = await self._model.next_probabilities(Lane.CONVERSATION, [*SENTENCE_ENDS, ""], watched=True)
        if tokens[:watch] != words:
            await self._extend(tokens)
        return min(1.0, sum(odds))

    async def _extend(self, tokens: Sequence[int], *, watch: int | None = None) -> int:
        """Make the conversation's lane equal `tokens`."""
        self._read = tokens[: self._holds(tokens)]
        evaluated = await self._model.extend(Lane.CONVERSATION, tokens, watch=watch)
        self._read = tokens
        return evaluated

    def _holds(self, tokens: Sequence[int]) -> int:
        """How many of `tokens`, from the first on, the lane holds."""
        same = (one == other for one, other in zip(tokens, self._read, strict=False))
        return sum(itertools.takewhile(bool, same))

    async def _until_words(self, messages: Sequence[Message]) -> Sequence[int]:
        """Tokens up to the end of the last message's words, without the marks that close it."""
        role = messages[-1].role
        if role not in self._closing_tokens:
            before = messages[:-1]
            opened = await self._model.render(before, open_role=role)
            closed = await self._model.render([*before, Message(role, "")], open_role=None)
            self._closing_tokens[role] = len(closed) - len(opened)
        tokens = await self._model.render(messages, open_role=None)
        return tokens[: len(tokens) - self._closing_tokens[role]]

    async def _stop_warming(self) -> None:
        while (task := self._warming) and not task.done():  # another may have begun while this one ended
            task.cancel()
            await asyncio.wait([task])

    async def _fit(self) -> None:
        """Cut history that leaves too little room for the user's words and the answer.

        Raises EngineError where the persona alone leaves too little."""
        if self._context_tokens is None:
            self._context_tokens = (await self._model.info()).context_tokens
        budget = self._context_tokens - self._sampling.max_tokens - WORDS_ROOM_TOKENS
        size, alone = await self._size(0), 0
        if self._anew or size > budget:
            alone = await self._size(len(self.conversation))
        allowed = min(budget, alone + READ_ANEW_TOKENS) if self._anew else budget
        self._anew = False
        if size <= allowed:
            return
        if alone > budget:
            error = EngineError(
                f"the character takes {alone} tokens, and the language model has room for {budget}",
                hint="Shorten assistant.persona, or raise llm.context_tokens.",
            )
            error.spoken = "error.config"
            raise error
        borders = [*self.conversation.borders(), len(self.conversation)]
        for border in borders:
            if border == borders[-1] or await self._size(border) <= min(allowed, KEPT_SHARE * budget):
                self.conversation.drop(border)
                return

    async def _size(self, start: int) -> int:
        return len(await self._model.render(self.conversation.messages(start), open_role="user"))
