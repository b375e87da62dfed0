"""What is known of the user, brought to answers, and added to in idle time.

With each turn it looks for what belongs to the words; mostly that is nothing, and then nothing is added to the prompt.
While nobody speaks, facts are drawn from what was said, vectors are made, and what is always in mind is chosen anew;
all of it breaks off when somebody speaks. The block of what is always in mind changes only where the language model
has time to read all that follows it again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing
from datetime import datetime, timedelta

from voiceos.app import Engines
from voiceos.conductor import Conductor
from voiceos.config import Settings
from voiceos.config.model import Memory
from voiceos.diary import Diary
from voiceos.errors import EngineError, NewerFormat, VoiceosError, bug
from voiceos.idleness import unless_busy
from voiceos.memory import Fact, Store
from voiceos.memory.ports import Embedder
from voiceos.memory.recollection import Recollection, at_once
from voiceos.memory.worth import worth
from voiceos.recalling import RECALL_S, Recalling
from voiceos.skills.comprehension import PATIENCE_S, Comprehension
from voiceos.skills.recounting import Recounting
from voiceos.thinking.consolidation import Consolidation
from voiceos.thinking.judgement import Judgement
from voiceos.thinking.notes import Notes
from voiceos.thinking.ports import Recalled
from voiceos.thinking.reflection import Reflection
from voiceos.thinking.thinker import Thinker

log = logging.getLogger(__name__)

SETTLED_S = 600.0
"""After so long a silence what is always in mind may change: the prompt behind it is read anew, which takes seconds."""
AGAIN_S = 60.0
"""After a failure."""
CANDIDATES = 60
"""Facts that are considered for what is always in mind."""
PROFILE_SHARE = 4
"""Of what is always in mind, one in so many tokens is for the profile; more only where facts leave room."""


class Mind:
    """`Remembrance` of the thinker. `begin` once the diary is entered, then `run` beside the conversation.

    Args:
        store: the diary's.
        reflection: draws facts; None: none are drawn.
        consolidation: puts days, weeks and the user in short; None: nothing is.
        judgement: tells whether something answers a question; None: only rules do.
        patience_s: so long an answer waits for memories, and for judgements; None: as long as somebody would.
        idle, busy: return when nobody speaks, and when somebody does.
        on_used: told of the facts that an answer went by.
    """

    def __init__(
        self,
        diary: Diary,
        store: Store,
        thinker: Thinker,
        *,
        embedder: Embedder,
        reflection: Reflection | None,
        language: str,
        idle: Callable[[], Awaitable[None]],
        busy: Callable[[], Awaitable[None]],
        settings: Memory,
        consolidation: Consolidation | None = None,
        judgement: Judgement | None = None,
        patience_s: float | None = None,
        now: Callable[[], datetime] = lambda: datetime.now().astimezone(),
        on_used: Callable[[Sequence[int]], None] = lambda facts: None,
    ) -> None:
        self._diary = diary
        self._consolidation = consolidation
        self._thinker = thinker
        self._reflection = reflection
        self._recollection = Recollection(store, embedder, language=language)
        self._notes = Notes(language)
        self._recounting = Recounting(language)
        self._judgement = judgement
        self._idle, self._busy = idle, busy
        self._settings = settings
        self._now = now
        self.on_used = on_used
        self.unsummed: EngineError | None = None
        """Why days are not put in short just now; None where they are."""
        self._in_mind: frozenset[int] = frozenset()
        """Facts in the block."""
        self._recalling = Recalling(
            diary,
            thinker,
            self._recollection,
            self._recounting,
            Comprehension(judgement, self._recounting, language=language, patience_s=patience_s or PATIENCE_S)
            if judgement
            else None,
            notes=self._notes,
            settings=settings,
            in_mind=lambda: self._in_mind,
            patience_s=patience_s or RECALL_S,
        )
        self._stale = asyncio.Event()
        """The block was taken away."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._begun = False

    @classmethod
    def of(
        cls,
        settings: Settings,
        diary: Diary,
        store: Store,
        engines: Engines,
        conductor: Conductor,
        thinker: Thinker,
        *,
        embedder: Embedder,
        lane: asyncio.Lock,
        now: Callable[[], datetime] = lambda: datetime.now().astimezone(),
    ) -> Mind:
        """The mind of a conversation.

        Args:
            lane: of the background.
            now: by the clock on the wall.
        """
        language = settings.assistant.language
        reflection = Reflection(
            engines.llm,
            diary.ask,
            language=language,
            room_tokens=settings.llm.background_tokens,
            user_name=settings.assistant.user_name,
            lane=lane,
        )
        consolidation = Consolidation(
            engines.llm,
            diary.ask,
            language=language,
            room_tokens=settings.llm.background_tokens,
            profile_tokens=settings.memory.profile_tokens,
            lane=lane,
            now=now,
        )
        return cls(
            diary,
            store,
            thinker,
            embedder=embedder,
            reflection=reflection if settings.memory.learn else None,
            consolidation=consolidation if settings.memory.summaries else None,
            language=language,
            idle=conductor.wait_idle,
            busy=conductor.wait_busy,
            settings=settings.memory,
            judgement=Judgement(engines.llm, language=language),
            now=now,
        )

    async def begin(self) -> None:
        """Have what is known ready before the language model reads its prompt. A memory that cannot be opened is the
        diary's to tell; then nothing is known."""
        self._begun = True
        try:
            await self._choose()
        except VoiceosError as error:
            log.info("nothing is known of the user yet: %s", error)
            self._stale.set()
        except Exception as error:
            log.error("%s", bug(error))  # noqa: TRY400 - its text may hold what was said
        self._thinker.remembrance = self

    async def run(self) -> None:
        """Until it is cancelled."""
        if not self._begun:
            await self.begin()
        async with self._recollection:
            loops = [asyncio.create_task(work) for work in (self._learn(), self._keep_up(), self._tell_anew())]
            try:
                await asyncio.gather(*loops)
            finally:
                for task in (*loops, *self._tasks):
                    task.cancel()
                await asyncio.gather(*loops, *self._tasks, return_exceptions=True)

    async def reflect(self) -> None:
        """Do at once, while it runs, what is done as nobody speaks: have all that was said known. Raises EngineError
        and StorageError."""
        await self._diary.write()
        if self._reflection is not None:
            await self._reflection.draw()
        await self._recollection.catch_up(at_once)
        await self.make_ready()
        await self.tell()

    async def make_ready(self) -> None:
        """Have ready, while nobody speaks, what judgements go by. Raises EngineError."""
        if self._judgement is not None:
            await self._judgement.prepare()

    # What the thinker asks.

    async def recall(
        self, text: str, now: datetime, *, before: Sequence[str], since: datetime | None
    ) -> Recalled | None:
        return await self._recalling.recall(text, now, before, since) if self._diary.is_open else None

    def used(self, facts: Sequence[int], now: datetime) -> None:
        self.on_used(facts)
        self._beside(self._diary.ask(lambda store: store.touch(facts, now)))

    def forgotten(self) -> None:
        self._in_mind = frozenset()
        self._recounting.forgotten()
        self._stale.set()

    # What is done in idle time.

    async def _learn(self) -> None:
        while True:
            await self._idle()
            try:
                done = await unless_busy(self._work(), self._busy)
            except Exception as error:
                log.error("%s", bug(error))  # noqa: TRY400 - its text may hold what was said
                await asyncio.sleep(AGAIN_S)
                done = True
            if done:
                await self._busy()  # there is nothing more to do until something is said

    async def _work(self) -> None:
        await asyncio.sleep(self._settings.learn_after_s)
        while True:
            try:
                await self._diary.write()
                if self._reflection is not None:
                    await self._reflection.draw()
                self._recollection.look_again()
                await self.make_ready()
                await self._consolidate(tell_after_s=SETTLED_S if len(self._thinker.conversation) else 0.0)
            except VoiceosError as error:
                log.info("nothing is learnt just now: %s %s", error, error.hint)
                await asyncio.sleep(AGAIN_S)
            else:
                return

    async def _consolidate(self, *, tell_after_s: float) -> None:
        """Have what is known told as soon as that may be, also where many days wait to be put in short or that fails,
        and once more at the end. Raises EngineError and StorageError."""
        loop = asyncio.get_running_loop()
        tell_at, told = loop.time() + tell_after_s, not tell_after_s
        if told:
            await self.tell()
        if self._consolidation is not None:
            try:
                async with aclosing(self._consolidation.steps()) as steps:
                    async for _ in steps:
                        if not told and loop.time() >= tell_at:
                            await self.tell()
                            told = True
                self.unsummed = None
            except EngineError as error:
                log.info("nothing is put in short just now: %s %s", error, error.hint)
                self.unsummed = error
        await asyncio.sleep(tell_at - loop.time())
        await self.tell()

    async def _keep_up(self) -> None:
        while True:
            try:
                await self._diary.ask(lambda store: None)  # it may be opened only now
                await self._recollection.keep_up(self._idle)
            except NewerFormat:
                return  # as the diary
            except VoiceosError as error:
                log.info("memories are not made ready just now: %s", error)
            except Exception as error:
                log.error("%s", bug(error))  # noqa: TRY400 - its text may hold what was said
            await asyncio.sleep(AGAIN_S)

    async def _tell_anew(self) -> None:
        """Where something was forgotten, the rest is known again as soon as nobody speaks."""
        while True:
            await self._stale.wait()
            await self._idle()
            self._stale.clear()
            try:
                await self.tell()
            except NewerFormat:
                return  # as the diary
            except VoiceosError as error:
                log.info("what is known is not told anew: %s", error)
                await asyncio.sleep(AGAIN_S)
                self._stale.set()
            except Exception as error:
                log.error("%s", bug(error))  # noqa: TRY400 - its text may hold what was said

    async def tell(self) -> None:
        """Have the language model told what is known now. Raises EngineError and StorageError."""
        before = self._thinker.conversation.known
        await self._choose()
        if self._thinker.conversation.known != before:
            await self._thinker.settle()

    async def _choose(self) -> None:
        """What is always in mind: the weightiest and newest, and what the profile tells, within the budget."""
        profile = await self._diary.ask(lambda store: store.chronicle.profile())
        lines = () if profile is None or profile.outdated else profile.lines
        budget = self._settings.known_tokens
        share = min(budget // PROFILE_SHARE, await self._thinker.tokens(self._notes.profile(lines))) if lines else 0
        facts = await self._diary.ask(lambda store: store.facts(limit=CANDIDATES))
        now = self._now()
        chosen: list[Fact] = []
        for fact in sorted(facts, key=lambda one: -worth(one, now)):
            if fact.due is not None and fact.due < now - timedelta(days=1) and not fact.repeats:
                continue
            tried = sorted([*chosen, fact], key=lambda one: one.id)
            if await self._thinker.tokens(self._notes.known(tried)) <= budget - share:
                chosen = tried
        self._in_mind = frozenset(fact.id for fact in chosen)
        known = self._notes.known(chosen)
        for count in range(1, len(lines) + 1):  # how it stands between the two is at its end, and in no fact
            tried_too = " ".join(
                part for part in (self._notes.known(chosen), self._notes.profile(lines[-count:])) if part
            )
            if await self._thinker.tokens(tried_too) > budget:
                break
            known = tried_too
        self._thinker.know(known)

    def _beside(self, work: Awaitable[None]) -> None:
        async def guarded() -> None:
            try:
                await work
            except VoiceosError as error:
                log.info("not put down which facts were of use: %s", error)

        task = asyncio.create_task(guarded())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
