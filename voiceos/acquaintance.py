"""The first meeting as it is held: what was said goes to its machine, and what comes of that is done and kept.

When it begins, and when nobody answers, is told by `daemon/first_meeting.py`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal

from voiceos import languages, meeting
from voiceos.catalogue.voices import Voice, spoken_name
from voiceos.config import Settings
from voiceos.diary import Diary
from voiceos.errors import StorageError, VoiceosError
from voiceos.events import ANSWER, Intent
from voiceos.initiative import quiet_hours
from voiceos.listening.ports import IntentMatcher
from voiceos.meeting import BecomeSo, Deed, Here, KnowName, Question, Set, Stage, Step, UseVoice, Wish, kept, nature
from voiceos.meeting.going_on import Taken, asks
from voiceos.memory import USER, Source, Store
from voiceos.preferences import Preferences
from voiceos.skills.meeting import ABOUT, MEET

log = logging.getLogger(__name__)

Due = Literal["", "meeting", "offer"]
"""What is to be said at a start: a meeting begins or goes on; one that was put off is offered."""

MEANT: Mapping[str, Wish] = {
    **{name: Wish(name.removeprefix("meeting_")) for name in ABOUT},
    "repeat": Wish.AGAIN,
    "never_mind": Wish.LATER,
    "not_now": Wish.LATER,
}
"""Wishes that are about the meeting while a question is open."""

ANSWERING: Mapping[Question, tuple[str, ...]] = {
    Question.VOICE: ("slower", "faster", "another_voice", "use_voice", "which_voices"),
    Question.QUIET: ("talk_again",),
    Question.FIRST: ("talk_again", "speak_less", "speak_more", "speak_never"),
}
"""Wishes that at a question are an answer to it; all others are done, and the question stays open."""

NAMING = ("call_me",)
"""Likewise, at any question."""


GOES_ON = "goes_on"
"""Slot of an answer that belongs to the one before."""


def circumstances(settings: Settings, voices: Sequence[Voice], *, terminal: bool = False) -> Here:
    """What the meeting goes by.

    Args:
        voices: those that are here.
        terminal: it is read, not heard.
    """
    assistant, voice = settings.assistant, settings.tts.voice
    place = next((number for number, one in enumerate(voices) if one.model == voice), -1)
    others = [*voices[place + 1 :], *voices[:place]] if place >= 0 else voices
    return Here(
        user_name=assistant.user_name,
        name=assistant.name,
        named=assistant.name != Settings().assistant.name,
        language=assistant.language,
        languages=tuple(languages.available()),
        voice=voices[place].spoken if place >= 0 else spoken_name(voice),
        voices=tuple(one.spoken for one in others),
        speed=settings.tts.speed,
        quiet_hours=settings.initiative.quiet_hours,
        level=settings.initiative.level,
        terminal=terminal,
    )


def remember_name(store: Store, name: str, *, at: datetime, language: str) -> None:
    """The fact that they are called so. Raises StorageError."""
    sentence = str(languages.table(language, "meeting")["memory"]["sentence"]).format(user=name)
    store.remember_fact(USER, "name", name, at=at, sentence=sentence, source=Source.TOLD)


class Acquaintance:
    """`Meetings` of the skills.

    Args:
        diary: None: nothing is remembered; the name stands in the settings alone.
        wanted: the settings as they are to be.
        voices: those that are here.
        reread: has the persona file read again. Raises ConfigError.
        announce: says something of its own accord; a key of the language's own sentences where `key`.
        heard: what was heard so far of the reply with this text; None where it is not being said.
    """

    def __init__(
        self,
        diary: Diary | None,
        *,
        language: str,
        preferences: Callable[[], Preferences],
        wanted: Callable[[], Settings],
        voices: Callable[[], Sequence[Voice]],
        reread: Callable[[], Coroutine[Any, Any, object]],
        announce: Callable[..., None],
        now: Callable[[], datetime],
        heard: Callable[[str], str | None] = lambda text: None,
    ) -> None:
        self.meeting = self._kept = kept.load()
        self.put = False
        """Its question has been put in this run, so that what is said may be the answer."""
        self.due: Due = ""
        self._diary = diary
        self._language = language
        self._preferences = preferences
        self._wanted = wanted
        self._voices = voices
        self._reread = reread
        self._announce = announce
        self._now = now
        self._heard = heard
        self._taken: Taken | None = None
        """The last answer, where nothing came behind it yet."""
        self._wording = meeting.Wording(language)
        self._writing = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    async def consider(self) -> None:
        """See what is due: nothing for whom it knows already."""
        self._look()
        match self.meeting.stage:
            case Stage.OPEN | Stage.PUT_OFF | Stage.OFFERED if not self.may_offer:
                self.due = ""
            case Stage.OPEN:
                self.due = "meeting"
            case Stage.PUT_OFF | Stage.OFFERED:
                self.meeting = meeting.turned_to_other_things(self.meeting)
                self.due = "offer" if meeting.may_offer(self.meeting) else ""
            case Stage.NONE:
                self.due = "" if await self._is_known() else "meeting"
            case _:
                self.due = ""

    @property
    def may_offer(self) -> bool:
        """They have not said that it is never to speak first."""
        return self._wanted().initiative.level != "off"

    @property
    def in_quiet_hours(self) -> bool:
        """Nothing is said unasked just now."""
        hours = quiet_hours(self._wanted().initiative.quiet_hours)
        return hours is not None and hours.cover(self._now())

    @property
    def open(self) -> bool:
        """What is said may be for the meeting."""
        return self.put and self.meeting.stage in (Stage.OPEN, Stage.OFFERED)

    def asked(self) -> frozenset[str]:
        """What is open just now; see `SentenceMatcher`."""
        return frozenset({"meeting"}) if self.open else frozenset()

    def match(self, text: str, found: Intent | None) -> Intent | None:
        """What an utterance is while a question is open.

        Args:
            text: without the assistant's name where that only calls.
            found: what it is otherwise.
        """
        if found is None and self._goes_on(text):
            return Intent(ANSWER, {"text": text, GOES_ON: 1})
        if self.open:
            self._look()
        if not self.open:
            return found
        question = self.meeting.question
        if found is not None and found.name not in (*NAMING, *ANSWERING.get(question, ())):
            return Intent(f"meeting_{MEANT[found.name].value}") if found.name in MEANT else found
        called = not text.strip() and question is Question.NAME  # its own name was all that was said
        if not called and (not text.strip() or not meeting.takes(self.meeting, text, self.here())):
            return found
        return Intent(ANSWER, {"text": text})

    def answer(self, intent: Intent, *, said: str, now: datetime) -> str:
        self._look()
        if GOES_ON in intent.slots and self._taken is not None:
            more = said if self._taken.before.question is Question.NAME else str(intent.slots["text"])
            return self._answered(self._taken.before, self._taken.with_more(more))
        if intent.name == MEET:
            self.due = ""
            return self._take(meeting.resume(self.meeting, self.here(), wished=True))
        if self.meeting.stage not in (Stage.OPEN, Stage.OFFERED):  # it was ended elsewhere since
            return self._wording.text([meeting.Line("say.ended")], self.meeting, self.here())
        if intent.name == ANSWER:
            text = said if self.meeting.question is Question.NAME else str(intent.slots["text"])
            return self._answered(self.meeting, text)
        return self._take(meeting.wished(self.meeting, MEANT[intent.name], self.here()))

    def _answered(self, before: meeting.Meeting, text: str) -> str:
        step = meeting.answered(before, text, self.here())
        told = self._take(replace(step, says=tuple(line for line in step.says if not asks(line))))
        asked = self._wording.text([line for line in step.says if asks(line)], self.meeting, self.here())
        says = f"{told} {asked}".strip()
        self._taken = Taken(before, step.meeting, text, says, len(told.split()))
        return says

    def _goes_on(self, text: str) -> bool:
        """Whether this belongs to the last answer, as the next question has not been heard yet."""
        if self._taken is None or not text.strip() or (heard := self._heard(self._taken.says)) is None:
            return False
        return self._taken.goes_on(text, heard, self.meeting, self.here())

    def moved_on(self) -> None:
        """The user talks of something else."""
        self.meeting = meeting.turned_to_other_things(self.meeting)

    def rest(self) -> None:
        """Ask nothing more in this run, until it is wished for."""
        self.due, self.put = "", False
        before, self.meeting = self.meeting, meeting.rested(self.meeting)
        if self.meeting != before:
            self._later(self._write(), "meeting")

    def told(self) -> tuple[str, ...]:
        """What is known of what the user told of themselves, but for the memory: keys of `amounts` in answers.toml."""
        name = ("name",) if self._wanted().assistant.user_name else ()
        try:
            answers = ("answers",) if kept.tells(self._language) else ()
        except StorageError as error:  # it may tell something, and forgetting says what is the matter
            log.warning("%s %s", error, error.hint)
            answers = ("answers",)
        return (*name, *answers)

    async def forget(self) -> None:
        """Nothing of that is left: the name goes from the settings, and what was made of the answers. Its own name
        stays, as they call it by that. Raises VoiceosError where some of it cannot be written."""
        try:
            if self._wanted().assistant.user_name:
                await self._preferences().erase("assistant.user_name", "")
        finally:
            await self._forget()

    # What is told by the clock.

    def begins(self) -> str:
        """What is due is said; returns the words."""
        due, self.due = self.due, ""
        self._look()
        text = self._take((meeting.offer if due == "offer" else meeting.resume)(self.meeting, self.here()))
        self.put = False
        return text

    def only_tells(self) -> str:
        """Where nothing is listened to before it is called: how to begin."""
        self.due = ""
        self._look()
        return self._take(meeting.told_of(self.meeting))

    def offers(self) -> str:
        """Ask whether to go on with what was put off; "" where it was offered often enough."""
        self._look()
        if not (self.may_offer and meeting.may_offer(self.meeting)):
            return ""
        text = self._take(meeting.offer(self.meeting, self.here()))
        self.put = False
        return text

    def silent(self) -> str:
        """Nobody has answered; "" where that is let be without a word."""
        self._look()
        return self._take(meeting.silent(self.meeting)) if self.open else ""

    async def aclose(self) -> None:
        """Wait for what is being kept."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def here(self) -> Here:
        """What is so just now, and what there is to choose from."""
        return circumstances(self._wanted(), self._voices())

    async def _is_known(self) -> bool:
        """The settings or the memory know somebody already; a memory that cannot be read may."""
        if self._wanted().assistant.user_name:
            return True
        if self._diary is None:
            return False
        try:
            return (await self._diary.ask(lambda store: store.stats())).episodes > 0
        except StorageError:  # told by the diary
            return True

    def _look(self) -> None:
        """`voiceos setup` may have gone on with it meanwhile."""
        try:
            there = kept.load()
        except StorageError as error:
            log.warning("%s %s", error, error.hint)
            return
        if there != self._kept and self.meeting == self._kept:
            self.meeting = self._kept = there

    def _take(self, step: Step) -> str:
        """Do what a step wants done; what it says."""
        before, self.meeting = self.meeting, step.meeting
        self.put, self._taken = True, None
        for deed in step.does:
            self._do(deed, before)
        if step.meeting != before:
            self._later(self._write(), "meeting")
        return self._wording.text(step.says, self.meeting, self.here())

    def _do(self, deed: Deed, before: meeting.Meeting) -> None:
        match deed:
            case Set(key, value):
                self._preferences().change(key, value)
            case KnowName(name):
                self._later(self._know(name), "name")
            case UseVoice(spoken):
                voice = next(one for one in self._voices() if one.spoken == spoken)
                self._later(self._change_voice(voice), "voice")
            case BecomeSo(traits, topics):
                self._later(self._become(traits, topics, before), "persona")

    def _later(self, work: Coroutine[Any, Any, None], name: str) -> None:
        async def done() -> None:
            try:
                await work
            except VoiceosError as error:
                log.warning("%s %s", error, error.hint)
                self._announce(error.spoken, key=True)

        task = asyncio.create_task(done(), name=f"meeting: {name}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _write(self) -> None:
        async with self._writing:
            now = self.meeting
            if now != self._kept:
                await asyncio.to_thread(kept.keep, now)
                self._kept = now

    async def _forget(self) -> None:
        async with self._writing:
            if self.meeting != self._kept:
                await asyncio.to_thread(kept.keep, self.meeting)
            self.meeting = self._kept = await asyncio.to_thread(kept.forget, self._language)
        if self._wanted().assistant.character == nature.PERSONA:
            self._later(self._read_again(), "persona")

    async def _read_again(self) -> None:
        await self._reread()

    async def _know(self, name: str) -> None:
        if self._diary is None or self._diary.off_the_record:
            return
        now = self._now()
        await self._diary.ask(lambda store: remember_name(store, name, at=now, language=self._language))

    async def _become(self, traits: Sequence[str], topics: Sequence[str], before: meeting.Meeting) -> None:
        last = nature.persona(before.traits, before.topics, self._language)
        await asyncio.to_thread(nature.keep, traits, topics, self._language, before=last)
        if self._wanted().assistant.character == nature.PERSONA:
            await self._reread()
        elif await self._preferences().change("assistant.character", nature.PERSONA):
            self._announce("settings_refused_character", key=True)

    async def _change_voice(self, voice: Voice) -> None:
        failed = await self._preferences().change("tts.voice", voice.model)
        self._announce(self._take(meeting.voice_is_there(self.meeting, failed=bool(failed))))


class Matcher:
    """`IntentMatcher` that knows what the first meeting asks.

    Args:
        known: what else is understood without the language model.
    """

    def __init__(self, known: IntentMatcher, acquaintance: Acquaintance) -> None:
        self._known = known
        self._acquaintance = acquaintance

    def match(self, transcript: str) -> Intent | None:
        return self._acquaintance.match(transcript, self._known.match(transcript))
