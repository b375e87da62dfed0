"""What the user wants of the memory by talking: that something be remembered, told, put right, forgotten.

"That" is what was told from memory last, until something else is talked of. What is forgotten, `eraser.py` sees to.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, partial
from typing import Any

from voiceos.clock import Clock
from voiceos.diary import Diary
from voiceos.eraser import Asked, Deed, Eraser, Known, Question
from voiceos.errors import StorageError
from voiceos.events import Intent
from voiceos.exchange import Exchange
from voiceos.languages import Phrases
from voiceos.memory import NOTE, USER, Fact, Source, Store
from voiceos.memory.records import plain
from voiceos.retelling import Retelling
from voiceos.skills import memory as says
from voiceos.thinking.persons import Persons
from voiceos.thinking.prompt import Conversation

ASKED_S = 45.0
"""A question about forgetting stands open for so long: it is said in some ten seconds, and whoever thinks for longer
than half a minute means something else by "yes". Set by hand."""

AT_ONCE = 3
"""Facts told in one answer: more at a time nobody keeps in mind."""

MOST = 10_000
"""Facts that are told of one after the other, at the very most."""

MOST_ASIDE = 20
"""Facts in an answer that is read; `voiceos memory list` shows all."""


@dataclass(frozen=True, slots=True)
class _Turn:
    number: int
    said: str
    now: datetime


class Remembering:
    """`Memories` of the skills.

    Args:
        diary: None: nothing is remembered, and each wish is told so.
        conversation: see `Eraser`.
        purge, known: likewise.
    """

    def __init__(
        self,
        diary: Diary | None,
        conversation: Conversation,
        phrases: Phrases,
        *,
        language: str,
        clock: Clock,
        purge: Callable[[frozenset[int]], None],
        known: Callable[[], Known] | None = None,
    ) -> None:
        self._diary_or_none = diary
        self._eraser_or_none = (
            None
            if diary is None
            else Eraser(*(diary, conversation, phrases), language=language, purge=self._let_go, known=known)
        )
        self._conversation = conversation
        self._phrases = phrases
        self._persons = Persons(language)
        self._language = language
        self._clock = clock
        self._purge = purge
        self._question: Question | None = None
        self._focus: tuple[Fact, ...] = ()
        """Told in the last answer from memory."""
        self._reminders: tuple[Fact, ...] = ()
        """Told since then."""
        self._used: tuple[int, ...] = ()
        """Numbers of facts that the last answer of the language model went by."""
        self._wrong: Fact | None = None
        """What is right instead of it was asked."""
        self._left: tuple[Fact, ...] = ()
        """Yet to be told."""
        self._undo: Deed | None = None
        self._unclear = {*phrases.variants("didnt_catch"), *phrases.variants("didnt_catch_again")}
        self._tasks: set[asyncio.Task[Any]] = set()
        if diary is not None:
            diary.erased = self.erased_elsewhere

    def asked(self) -> frozenset[str]:
        """What is open just now; see `SentenceMatcher`."""
        open_now = {
            "question": self._question is not None and self._clock.monotonic() < self._question.until,
            "told": bool(self._focus),
            "correction": self._wrong is not None,
            "more": bool(self._left),
        }
        return frozenset(name for name, is_open in open_now.items() if is_open)

    def asked_with(self, others: frozenset[str]) -> frozenset[str]:
        """With what is open elsewhere: a question about forgetting is the newest there is, as whatever else is said
        closes it, so that its "yes" answers nothing else."""
        asked = self.asked()
        return asked | (others - {"offer"} if "question" in asked else others)

    def over(self, exchange: Exchange) -> None:
        """A turn is over. What the assistant has said of its own accord may ask something too: a "yes" behind it is not
        one to the question before."""
        if not exchange.said and exchange.heard not in self._unclear:
            self._question = None
        if self._diary_or_none is not None:
            self._diary_or_none.keep(exchange)

    def used(self, facts: Sequence[int]) -> None:
        """The answer that is being given goes by these facts, the weightiest last."""
        self._used = tuple(facts)

    def reminded(self, facts: Sequence[Fact]) -> None:
        """These reminders were just told: "forget that" means the last of them."""
        self._focus, self._left, self._wrong = (), (), None
        self._reminders = tuple(facts)

    def moved_on(self, *, answered: bool) -> None:
        self._question = None
        self._undo = None
        if answered:
            self._focus = self._left = self._reminders = ()
            self._wrong = None

    def undo(self, now: datetime) -> Callable[[], Coroutine[Any, Any, str]] | None:
        deed, self._undo = self._undo, None
        return None if deed is None else lambda: self._beside(deed(now))

    def answer(self, intent: Intent, *, turn: int, said: str, now: datetime) -> Coroutine[Any, Any, str]:
        return self._beside(self._answer(intent, _Turn(turn, said, now)))

    async def aclose(self) -> None:
        """Wait for what is under way."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _beside(self, work: Awaitable[str]) -> str:
        """What was begun is done to its end, whoever speaks meanwhile."""
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return await asyncio.shield(task)

    async def _answer(self, intent: Intent, turn: _Turn) -> str:
        if self._diary_or_none is None:
            return self._phrases.text("memory_off")
        question, self._question, self._undo = self._question, None, None
        slots = {name: str(value) for name, value in intent.slots.items()}
        match intent.name:
            case "yes":
                if question is None or self._clock.monotonic() >= question.until:
                    return self._phrases.text("question_over")
                return await question.deed(turn.now)
            case "no":
                self._wrong = None
                return self._phrases.text("kept_all")
            case "remember":
                return await self._remember(slots["text"], turn)
            case "remember_last":
                return await self._remember_last(turn)
            case "known_about_me" | "known_about":
                return self._tell(*await self._known(slots.get("topic"), turn.now), turn.now)
            case "known_more":
                return self._tell(self._left, self._phrases.text("known_nothing"), turn.now)
            case "talked_about" | "thought_of_me":
                return await self._retell(slots.get("past"), turn.now)
            case "told_when":
                return await self._told_when(turn.now)
            case "wrong":
                return self._ask_what_is_right()
            case "correct":
                return await self._correct(slots["value"], turn)
            case "forget_that":
                return await self._forget_that()
            case "forget_about":
                return self._ask(await self._eraser.about(slots["topic"]))
            case "forget_today":
                return await self._eraser.day(turn.now)
            case "forget_everything":
                return self._ask(await self._eraser.everything())
            case "off_the_record":
                return await self._eraser.conversation(turn.now)
            case _:
                return self._on_the_record()

    @property
    def _diary(self) -> Diary:
        assert self._diary_or_none is not None
        return self._diary_or_none

    @property
    def _eraser(self) -> Eraser:
        assert self._eraser_or_none is not None
        return self._eraser_or_none

    def _ask(self, asked: Asked) -> str:
        if asked.deed is not None:
            self._question = Question(asked.deed, self._clock.monotonic() + ASKED_S)
        return asked.text

    # Remembering.

    async def _remember(self, text: str, turn: _Turn, *, of: int | None = None) -> str:
        """Args:
        of: a turn in which it was said before.
        """

        def keep(store: Store) -> Fact:
            number = episode if episode is not None else self._episode(store, turn)
            return store.remember_fact(
                USER, NOTE, text, at=turn.now, sentence=text, single=False, episode=number, source=Source.TOLD
            )

        self._diary.enter(turn.now)
        if of is not None:
            await self._diary.write()
        episode = None if of is None else self._diary.episode(of)
        fact = await self._diary.ask(keep)
        self._focus = (fact,)
        self._undo = partial(self._take_back, fact)
        if fact.weight > 1:
            return self._phrases.text("remembered_again")
        return self._in_second_person(text, "remembered", "remembered_as_said")

    def _episode(self, store: Store, turn: _Turn) -> int | None:
        """The turn that tells it, written before its answer is heard, so that it is there even where nothing comes
        behind; None off the record."""
        if self._diary.off_the_record:
            return None
        episode = store.remember_turn(turn.said, "", at=turn.now, conversation=self._diary.conversation)
        self._diary.written_as(turn.number, episode.id)
        return episode.id

    async def _remember_last(self, turn: _Turn) -> str:
        number, said = self._conversation.last_asked()
        if not said:
            return self._phrases.text("remember_what")
        return await self._remember(said, turn, of=number)

    async def _take_back(self, fact: Fact, _: datetime) -> str:
        return await self._eraser.fact(fact.id)

    def _in_second_person(self, text: str, key: str, as_said: str) -> str:
        turned = self._persons.turned(text.rstrip(" ."))
        return self._phrases.text(key, fact=turned) if turned else self._phrases.text(as_said, said=text.rstrip(" ."))

    # Telling.

    async def aside(self, topic: str | None, now: datetime) -> str:
        """What is known of a topic, or of the user, for who asks beside the conversation. Raises StorageError."""
        if self._diary_or_none is None:
            return self._phrases.text("memory_off")
        facts, otherwise = await self._known(topic, now)
        return " ".join(self._sentences(facts[:MOST_ASIDE], now)) or otherwise

    def _tell(self, facts: Sequence[Fact], otherwise: str, now: datetime) -> str:
        self._focus, self._left, self._wrong = tuple(facts[:AT_ONCE]), tuple(facts[AT_ONCE:]), None
        if self._focus:
            self._later(self._touch([fact.id for fact in self._focus], now))
        return says.listed(self._sentences(self._focus, now), len(self._left), self._phrases) if facts else otherwise

    async def _touch(self, numbers: Sequence[int], now: datetime) -> None:
        """What was of use is not forgotten so soon; that it was is worth no word where it cannot be written."""
        with contextlib.suppress(StorageError):
            await self._diary.ask(lambda store: store.touch(numbers, now))

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work, name="memory")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _sentences(self, facts: Sequence[Fact], now: datetime) -> list[str]:
        return [says.sentence(fact, now, self._phrases, self._persons, self._language) for fact in facts]

    async def _known(self, topic: str | None, now: datetime) -> tuple[list[Fact], str]:
        """Facts about a topic, or about the user, the best first, and what to say where there are none."""
        if topic is None:
            facts = says.once_each(await self._diary.ask(lambda store: store.facts(limit=MOST)))
            return facts, "" if facts else self._phrases.text("known_nothing")
        facts, episode = await self._diary.ask(partial(says.found, topic=topic, language=self._language))
        if facts:
            return says.once_each(facts), ""
        if episode is not None:
            when = says.moment(episode[0], now, self._language)
            said = episode[1].rstrip(" .")
            return [], self._phrases.text("known_episode", when=when[:1].upper() + when[1:], said=said)
        turned = self._persons.turned(topic)
        return [], self._phrases.text("nothing_about" if turned else "nothing_about_that", topic=turned)

    @cached_property
    def _retelling(self) -> Retelling:
        return Retelling(self._diary, self._phrases, language=self._language)

    async def _retell(self, past: str | None, now: datetime) -> str:
        self._focus, self._left, self._wrong = (), (), None
        if past is not None:
            return await self._retelling.talked(past, now)
        if thought := await self._retelling.thought():
            return thought
        facts, _ = await self._known(None, now)
        told = self._tell(facts, "", now).rstrip(".")
        return self._phrases.text("thought_by_facts" if facts else "thought_nothing", told=told)

    async def _told_when(self, now: datetime) -> str:
        numbers = [fact.id for fact in self._focus] or list(self._used)
        if not numbers:
            return self._phrases.text("told_nothing")
        tellings = await self._diary.ask(lambda store: store.tellings(numbers[-1]))
        if not tellings:
            return self._phrases.text("told_nothing")
        first, last = (says.moment(telling.at, now, self._language) for telling in (tellings[0], tellings[-1]))
        if first == last:
            return self._phrases.text("told_when", when=first)
        return self._phrases.text("told_first_and_last", first=first, last=last)

    # Putting right.

    def _ask_what_is_right(self) -> str:
        if not self._focus:
            return self._phrases.text("told_nothing")
        self._wrong = self._focus[-1]
        return self._phrases.text("correct_how")

    async def _correct(self, value: str, turn: _Turn) -> str:
        wrong = self._wrong or (self._focus[-1] if self._focus else None)
        if wrong is None:
            return self._phrases.text("told_nothing")
        sentence = self._corrected(wrong, value)
        if not sentence:
            self._wrong = None
            return self._phrases.text("correct_whole")

        def correct(store: Store) -> Fact:
            new = sentence if wrong.relation == NOTE else value
            return store.correct(wrong.id, new, at=turn.now, sentence=sentence, episode=self._episode(store, turn))

        self._diary.enter(turn.now)
        self._focus, self._wrong = (await self._diary.ask(correct),), None
        return self._in_second_person(sentence, "corrected", "corrected_as_said")

    def _corrected(self, wrong: Fact, value: str) -> str:
        if wrong.relation != NOTE:
            before, found, after = wrong.sentence.partition(wrong.value)
            return f"{before}{value}{after}" if found else plain(wrong.subject, wrong.relation, value)
        return self._persons.other_value(wrong.value, value)

    # Forgetting.

    async def _forget_that(self) -> str:
        told = self._focus or self._reminders
        if not told:
            return await self._eraser.last_turn()
        return await self._eraser.fact(told[-1].id, "forgotten_last" if len(told) > 1 else "forgotten")

    def _on_the_record(self) -> str:
        if not self._diary.off_the_record:
            return self._phrases.text("on_the_record_already")
        self._diary.go_on()
        return self._phrases.text("on_the_record")

    def _let_go(self, turns: frozenset[int]) -> None:
        self._focus = self._left = self._used = self._reminders = ()
        self._wrong = None
        self._undo = self._final
        self._purge(turns)

    async def _final(self, _: datetime) -> str:
        return self._phrases.text("forgetting_is_final")

    async def look_for_erasures(self) -> None:
        """Another process may have had something forgotten: return once it has left this conversation. Raises
        StorageError."""
        if self._diary_or_none is None:
            self._let_go(frozenset(self._conversation.texts()))
            return
        await self._diary.write()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def erased_elsewhere(self) -> None:
        """Another process has had something forgotten."""
        self._later(self._eraser.elsewhere())
