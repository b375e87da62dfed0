"""Forgetting, by talking: in the memory, and in the running conversation, of which it is to leave no word.

A turn of the conversation goes where the store forgets it, where its words are those that are forgotten, and, where all
of a day or everything goes, also where it was said off the record and the store does not know it.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from voiceos.diary import Diary
from voiceos.errors import StorageError, VoiceosError
from voiceos.languages import Phrases
from voiceos.memory import Forgotten, Selection, Store, terms
from voiceos.skills import memory as says
from voiceos.thinking.persons import Persons
from voiceos.thinking.prompt import Conversation

log = logging.getLogger(__name__)

Deed = Callable[[datetime], Awaitable[str]]
"""Done at a moment; returns what to say about it. Raises StorageError."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be forgotten only where the user says so."""

    text: str
    deed: Deed | None
    """None where there is nothing to forget, so that nothing is asked."""


@dataclass(frozen=True, slots=True)
class Question:
    deed: Deed
    """What "yes" does."""
    until: float
    """Monotonic seconds."""


class Known(Protocol):
    """What the user has told of themselves and is kept outside of the memory: their name, and their first answers."""

    def told(self) -> tuple[str, ...]:
        """What there is of it: keys of `amounts` in answers.toml."""

    async def forget(self) -> None:
        """Raises VoiceosError where some of it cannot be forgotten."""


class Eraser:
    """Args:
    purge: has these turns of the running conversation forgotten, and what else holds words.
    known: goes too where all is forgotten; None: there is no such thing.
    """

    def __init__(
        self,
        diary: Diary,
        conversation: Conversation,
        phrases: Phrases,
        *,
        language: str,
        purge: Callable[[frozenset[int]], None],
        known: Callable[[], Known] | None = None,
    ) -> None:
        self._diary = diary
        self._conversation = conversation
        self._phrases = phrases
        self._persons = Persons(language)
        self._language = language
        self._purge = purge
        self._known = known

    async def fact(self, number: int, key: str = "forgotten") -> str:
        """Forget a fact, with all that would tell it again."""

        def choose(store: Store) -> Selection:
            chosen = store.select_fact(number)
            for one in says.tells_the_same(store, number, self._language):
                again = store.select_fact(one.id)
                chosen = replace(chosen, facts=chosen.facts | again.facts, episodes=chosen.episodes | again.episodes)
            return chosen

        return await self._forget(choose, key)

    async def last_turn(self) -> str:
        """Forget what the user said last, and the answer to it."""
        turn, _ = self._conversation.last_asked()
        if not turn:
            return self._phrases.text("nothing_to_forget")
        await self._diary.write()
        episode = self._diary.episode(turn)
        return await self._forget(
            lambda store: store.select_episodes([] if episode is None else [episode]), "forgotten_turn", [turn]
        )

    async def day(self, now: datetime) -> str:
        """Forget all since midnight."""
        since = now.replace(hour=0, minute=0, second=0, microsecond=0)
        return await self._forget(lambda store: store.select_between(since, None), "forgotten")

    async def about(self, topic: str) -> Asked:
        """Ask whether all that names it is to be forgotten; what that is, is looked up anew when it is done."""

        def choose(store: Store) -> Selection:
            return store.select_about(topic)

        await self._diary.write()
        chosen = await self._diary.ask(choose)
        others = await self._diary.ask(lambda store: store.elsewhere(chosen))
        turns = len(chosen.episodes) + sum(self._diary.episode(turn) is None for turn in self._named(chosen))
        if not (chosen.facts or turns or others.recordings or others.copies):
            return Asked(self._phrases.text("nothing_to_forget"), None)
        turned = self._persons.turned(topic)
        amount = says.amount(
            *(len(chosen.facts), turns, self._language),
            recordings=len(others.recordings),
            copies=0 if chosen or turns else len(others.copies),  # with all else they go unasked
        )
        text = self._phrases.text("forget_about" if turned else "forget_about_that", topic=turned, amount=amount)
        return Asked(text, lambda _: self._forget(choose, "forgotten"))

    async def everything(self) -> Asked:
        """Ask whether all is to be forgotten."""
        await self._diary.write()
        stats = await self._diary.ask(Store.stats)
        facts, turns = stats.facts + stats.superseded, max(stats.episodes, len(self._conversation.texts()))
        others = await self._diary.ask(lambda store: store.elsewhere(store.select_everything()))
        of_them = self._known().told() if self._known is not None else ()
        if not (facts or turns or others.recordings or others.copies or of_them):
            return Asked(self._phrases.text("nothing_to_forget"), None)
        amount = says.amount(
            *(facts, turns, self._language),
            recordings=len(others.recordings),
            copies=len(others.copies),
            also=of_them,
        )
        text = self._phrases.text("forget_everything", amount=amount)
        return Asked(text, lambda _: self._forget(Store.select_everything, "forgotten_everything"))

    async def conversation(self, now: datetime) -> str:
        """Keep nothing of this conversation, which goes on, and forget what was kept of it."""
        diary = self._diary
        diary.go_off(now)
        _, done, _ = await diary.erase(lambda store: store.select_conversation(diary.conversation))
        return self._told(done, "off_the_record")

    async def elsewhere(self) -> None:
        """Another process has had something forgotten: what the store has no more leaves this conversation, with what
        was said off the record, of which nobody knows whether it was meant."""
        try:
            gone = await self._diary.gone()
        except StorageError:  # rather too much than too little
            gone = frozenset(self._conversation.texts())
        self._purge(gone | frozenset(self._unknown()))

    async def _forget(self, choose: Callable[[Store], Selection], key: str, turns: Iterable[int] = ()) -> str:
        """Args:
        turns: that go in any case.
        """
        chosen, done, written = await self._diary.erase(choose)
        gone = {*turns, *written, *self._named(chosen)}
        if chosen.everything or chosen.since is not None:
            gone.update(self._unknown())
        self._purge(frozenset(gone))
        if chosen.everything and self._known is not None:
            return await self._forget_of_them(self._known(), done, key)
        nothing = not (chosen or gone or done.recordings or done.turns or done.copies)
        return self._phrases.text("nothing_to_forget") if nothing else self._told(done, key)

    async def _forget_of_them(self, known: Known, done: Forgotten, key: str) -> str:
        """What is kept outside of the memory goes with all that was in it."""
        told = known.told()
        try:
            await known.forget()
        except VoiceosError as error:
            log.warning("not all is forgotten: %s %s", error, error.hint)
            return self._phrases.text("forgotten_not_all")
        if done.lingering or not told:
            return self._told(done, key)
        return self._phrases.text("forgotten_everything_too", told=says.amount(0, 0, self._language, also=told))

    def _told(self, done: Forgotten, key: str) -> str:
        return self._phrases.text("forgotten_not_all" if done.lingering else key)

    def _named(self, chosen: Selection) -> list[int]:
        """Turns of this conversation that hold the words."""
        texts = self._conversation.texts()
        turns = list(texts)
        return [turns[place] for place in terms.matching(texts.values(), chosen.query)] if chosen.query else []

    def _unknown(self) -> list[int]:
        """Turns of this conversation that the store does not know."""
        return [turn for turn in self._conversation.texts() if self._diary.episode(turn) is None]
