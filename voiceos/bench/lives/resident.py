"""The program as somebody lives with it, without sound: text in, and what was heard of the answer out.

The parts are those of `live.py`, from the sentences that are known by heart to the language model, the diary and the
eraser. Turn-taking alone is missing: each text is the whole of a turn, and each answer is heard to its end at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Self, cast

import numpy as np

from voiceos import commands as do
from voiceos import events as ev
from voiceos.app import Engines, gate, policy
from voiceos.audio.frames import Samples
from voiceos.bearing import Bearing
from voiceos.clock import Clock
from voiceos.deeds import Deeds
from voiceos.diary import Diary
from voiceos.engines.language_model import ProcessLanguageModel
from voiceos.engines.scripted import ScriptedVoiceActivity
from voiceos.errors import EngineError, StorageError
from voiceos.listening.backchannels import Backchannels
from voiceos.listening.ears import Ears
from voiceos.listening.ports import Decoding
from voiceos.memory import Store
from voiceos.memory.ports import Embedder
from voiceos.mind import Mind
from voiceos.observer import Observer
from voiceos.preferences import Preferences
from voiceos.purge import Purge
from voiceos.remembering import Remembering
from voiceos.reminding import Reminding
from voiceos.skills.controls import Controls
from voiceos.skills.crisis import FirstAid
from voiceos.skills.memory import FORGETTING
from voiceos.skills.region import region
from voiceos.speaking.clips import Clips
from voiceos.speaking.ports import Speech, WordEnd
from voiceos.thinking.asides import Asides
from voiceos.thinking.intents import SentenceMatcher
from voiceos.thinking.judgement import Judgement
from voiceos.thinking.openers import Openers
from voiceos.thinking.ports import Message, Role
from voiceos.thinking.reflection import Reflection
from voiceos.work import Work

RATE_HZ = 22_050

JUDGED_S = 120.0
"""What is answered here is to be what a machine that has nothing else to do answers."""

ONLY_A_WORD = "I see."
"""An answer where none is waited for: with none at all the language model takes the next question for its own words."""


@dataclass(frozen=True, slots=True)
class Answered:
    heard: str
    prompt: tuple[str, ...]
    """What the language model was given, a line a message; empty where it was not asked."""


class Overheard(ProcessLanguageModel):
    """Keeps what it was last given to answer."""

    prompt: tuple[str, ...] = ()

    async def render(self, messages: Sequence[Message], *, open_role: Role | None) -> Sequence[int]:
        if messages and messages[-1].role == "user" and open_role == "assistant":
            self.prompt = tuple(f"{message.role}: {message.text}" for message in messages)
        return await super().render(messages, open_role=open_role)


class Mute:
    """A voice of no sound, at once."""

    async def synthesize(self, text: str, *, speed: float) -> Speech:
        return Speech(np.zeros(1, np.float32), RATE_HZ, (WordEnd(len(text), 1),))

    async def speak(self, text: str, *, speed: float) -> AsyncIterator[Speech]:
        yield await self.synthesize(text, speed=speed)


class Listener:
    """A loudspeaker of which everything has been heard already."""

    rate_hz = RATE_HZ
    volume = 1.0

    def __init__(self) -> None:
        self._samples: dict[int, int] = {}

    def play(self, number: int, samples: Samples, rate_hz: int) -> None:
        self._samples[number] = self._samples.get(number, 0) + len(samples)

    def hold(self, number: int) -> None:
        """Nothing sounds here anyway."""

    release = finish = hold

    def pause(self) -> None:
        """Nothing sounds here anyway."""

    resume = duck = pause

    def earcon(self, samples: Samples) -> None:
        """Nobody needs it."""

    def stop(self, number: int) -> int:
        return self.heard(number)

    def heard(self, number: int) -> int:
        return self._samples.get(number, 0)


class _Deaf:
    """Nothing is heard here but text."""

    async def transcribe(
        self, samples: Samples, *, language: str | None, on_encoded: Callable[[], None] | None = None
    ) -> Decoding:
        raise EngineError("there is no sound here")


class _Wishes:
    """As much of `Controls` as lives need: the wishes about the memory, and what is asked by heart."""

    def __init__(
        self, memory: Remembering, initiative: Reminding, first_aid: FirstAid, last_reply: Callable[[], str]
    ) -> None:
        self.memory = memory
        self.initiative = initiative
        self.first_aid = first_aid
        self.last_reply = last_reply


def _no_preferences() -> Preferences:
    raise EngineError("no dial is turned in a life")


async def _never() -> None:
    await asyncio.Event().wait()


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


class Resident:
    """`async with Resident(engines, store, …) as resident: await resident.hear("Hello.")`: one start of the program.

    Args:
        engines: with a language model, entered, and read by nobody else meanwhile.
        memory: not opened yet.
        embedder: what memories are compared by.
        clock: of the life; somebody else turns it.
    """

    def __init__(self, engines: Engines, memory: Store, *, embedder: Embedder, clock: Clock) -> None:
        settings, language = engines.settings, engines.settings.assistant.language
        self._embedder = embedder
        self._clock = clock
        self._model = Overheard(engines.processes["llm"])
        engines.llm = self._model
        self._thinker = engines.thinker()
        self._failed: list[str] = []
        self._number = 0
        self._stack = AsyncExitStack()
        self.diary = Diary(memory, announce=self._failed.append)
        phrases = engines.phrases()
        observer, asides = Observer(), Asides()
        purge = self._purge = Purge(
            self._thinker, observer, engines, conductor=lambda: self._work, asides=lambda: asides
        )
        self._remembering = Remembering(
            self.diary, self._thinker.conversation, phrases, language=language, clock=clock, purge=purge
        )
        self._mind = Mind(
            self.diary,
            memory,
            self._thinker,
            embedder=embedder,
            reflection=Reflection(
                engines.llm,
                self.diary.ask,
                language=language,
                room_tokens=settings.llm.background_tokens,
                user_name=settings.assistant.user_name,
                lane=asides.lane(),
            ),
            language=language,
            idle=_never,  # what is done while nobody speaks is done when `reflect` says so
            busy=_never,
            settings=settings.memory,
            judgement=Judgement(engines.llm, language=language),
            patience_s=JUDGED_S,
            now=clock.now,
            on_used=self._remembering.used,
        )
        reminding = Reminding(
            self.diary,
            phrases,
            language=language,
            preferences=_no_preferences,
            level=lambda: settings.initiative.level,
            now=clock.now,
        )
        self._matcher = SentenceMatcher(
            language, settings.assistant.name, asked=lambda: self._remembering.asked() | reminding.asked()
        )
        player = Listener()
        self._work = Work(
            thinker=self._thinker,
            tts=Mute(),
            player=lambda: player,
            phrases=phrases,
            clips=Clips(language),
            clock=clock,
            name=settings.assistant.name,
            language=language,
            speed=1.0,
            post=self._posted,
            openers=Openers(language) if settings.assistant.openers else None,
            on_over=self.diary.keep,
        )
        self._deeds = Deeds(
            work=self._work,
            ears=Ears(
                gate=gate(settings, ScriptedVoiceActivity()),
                stt=_Deaf(),
                end_of_turn=None,
                judge=engines.judge(),
                backchannels=Backchannels(language),
                matcher=self._matcher,
                name=settings.assistant.name,
                own_words=lambda since: "",
                language=language,
            ),
            thinker=self._thinker,
            player=lambda: player,
            phrases=phrases,
            bearing=Bearing(policy(settings), play_earcons=False, keep_pauses=None),
            language=language,
            clock=clock,
            post=self._posted,
        )
        first_aid = FirstAid(language, lambda: region(settings.assistant.region))
        self._deeds.controls = cast(
            Controls, _Wishes(self._remembering, reminding, first_aid, lambda: self._work.last_reply)
        )

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self.diary)
            stack.push_async_callback(self._purge.aclose)
            stack.push_async_callback(self._remembering.aclose)
            stack.push_async_callback(self._work.aclose)
            await self.diary.write()
            await asyncio.to_thread(self._embedder.embed, [""])  # loaded before a turn waits for it
            await self._mind.begin()
            running = asyncio.create_task(self._mind.run(), name="mind")
            stack.push_async_callback(_ended, running)
            await self._mind.make_ready()
            await self._thinker.warm_up()
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def hear(self, text: str, *, answers: bool = True) -> Answered:
        """Somebody says this; returns what they heard in answer.

        Args:
            answers: False: `ONLY_A_WORD` stands for what the language model would answer.

        Raises EngineError and StorageError.
        """
        self._number += 1
        turn, self._model.prompt = self._number, ()
        record = self._work.turn(turn)
        self.diary.enter(record.now)
        intent = self._matcher.match(text)
        if intent is not None:
            self._deeds.carry_out(do.Perform(turn, intent, text))
        elif answers:
            self._deeds.carry_out(do.Think(turn, 1, text))
            self._deeds.carry_out(do.Release(turn, 1))
        else:
            self._deeds.controls.memory.moved_on(answered=True)
            self._deeds.controls.initiative.moved_on()
            record.user_text = text
            self._work.say_text(turn, ONLY_A_WORD)
        while record.tasks:
            await asyncio.wait(set(record.tasks))
        self._raise_failures()
        heard = record.words
        self._work.finish(turn)
        self._work.forget()
        await self.diary.write()
        if intent is not None and intent.name in FORGETTING:
            await self._mind.tell()
        return Answered(heard, self._model.prompt)

    async def reflect(self) -> None:
        """Do now all that is done while nobody speaks. Raises EngineError and StorageError."""
        await self._mind.reflect()

    def _posted(self, event: ev.Event) -> None:
        if isinstance(event, ev.WorkFailed) and event.sentence != "no_answer":  # which is one, if a poor one
            self._failed.append(event.sentence)

    def _raise_failures(self) -> None:
        if self._failed:
            failed, self._failed = ", ".join(self._failed), []
            if self.diary.problem is not None:
                raise self.diary.problem
            raise (StorageError if "storage" in failed else EngineError)(f"a turn failed: {failed}")
