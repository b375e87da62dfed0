"""The conversation: sound, engines and conductor together, until it is cancelled or told to switch itself off."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from types import MappingProxyType

from voiceos import quiet
from voiceos.acquaintance import Acquaintance
from voiceos.app import Engines, Specs
from voiceos.assembly import Assembly, Given, Sound
from voiceos.audio.duplex import Duplex
from voiceos.audio.echo import Echo
from voiceos.audio.frames import Frame
from voiceos.audio.listeners import Listeners
from voiceos.audio.presence import NO_MICROPHONE, STARTING, Presence
from voiceos.call_watch import CallWatch
from voiceos.catalogue import Store
from voiceos.changes import Changes
from voiceos.clock import Clock, SystemClock
from voiceos.conductor import Conductor
from voiceos.config import Settings
from voiceos.diary import Diary
from voiceos.earpiece import Earpiece
from voiceos.engine_news import EngineNews
from voiceos.errors import VoiceosError
from voiceos.events import EchoRemains
from voiceos.listening.ports import EndOfTurn
from voiceos.memory import Store as Memory
from voiceos.observer import Observer
from voiceos.preferences import Keep, Preferences
from voiceos.remembering import Remembering
from voiceos.reminding import Reminding
from voiceos.skills.crisis import FirstAid
from voiceos.skills.region import region
from voiceos.thinking.prompt import Conversation, Said

log = logging.getLogger(__name__)

LAST_WORDS_S = 8.0
"""Longest time to say that the microphone is gone before the loudspeaker is closed to look for it."""


class Live:
    """The running assistant: `async with asyncio.timeout(…): await Live(settings).run()`.

    Args:
        specs: engines to start instead of what the settings ask for.
        greet: say hello at the start.
        meets: hold the first meeting with whom it does not know; somebody beside it sees to when.
        observer: told what goes on.
        keep: writes down what the user changes while they talk; None: it holds until the end.
        muted: begin with the microphone closed.
        end_of_turn: judges the ends of turns instead of what the settings ask for.
        sound: where sound comes from and goes to; by default the devices that the settings name.
        memory: where what is said is remembered, not opened yet; None: nowhere.
        clock: by which all of it goes.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        store: Store | None = None,
        specs: Specs = MappingProxyType({}),
        greet: bool = True,
        meets: bool = False,
        sound: Callable[[Listeners], Sound] | None = None,
        observer: Observer | None = None,
        keep: Keep | None = None,
        muted: bool = False,
        end_of_turn: EndOfTurn | None = None,
        memory: Memory | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._settings = settings
        self._store = store or Store()
        self._keep = keep
        self._end_of_turn = end_of_turn
        self._open_sound = sound or self._card
        self._clock: Clock = clock or SystemClock()
        self._engines = Engines(
            settings,
            {"stt", "llm", "tts"},
            store=self._store,
            specs=specs,
            on_state=lambda stage, state: self._engine_news.changed(stage, state),
        )
        self._thinker = self._engines.thinker()
        self.first_aid = FirstAid(settings.assistant.language, lambda: region(self.settings.assistant.region))
        """Knows what to say to somebody in danger."""
        self._phrases = self._engines.phrases()
        self._observer = observer or Observer()
        self._engine_news = EngineNews(
            *(self._engines, self._thinker, self._observer),
            lambda: None if self._parts is None else self._parts.conductor,
        )
        self._greet = greet
        self._meets = meets
        self._begin_muted = muted
        self._parts: Assembly | None = None
        self._duplex: Sound | None = None
        self._calls = CallWatch(self._clock, lambda: self.conductor)
        self._memory = memory
        self.diary = (
            None
            if memory is None
            else Diary(memory, announce=lambda sentence: self.conductor.announce(sentence, key=True))
        )
        """None where nothing is remembered."""
        if self.diary is not None:
            self.diary.privately = self._observer.off_the_record
        self.ended = False
        """The conversation is over, and what it leaves is being written."""

    @property
    def engines(self) -> Engines:
        return self._engines

    async def run(self) -> None:
        """Raises AudioError where PortAudio is missing; a microphone, loudspeaker or sound server is waited for."""
        settings = self._settings
        duplex = self._duplex = self._open_sound(
            Listeners(
                on_frame=self._frame,
                on_speaker=lambda event: conductor.post(event),
                on_change=Earpiece(lambda: conductor, clock=self._clock).change,
                said=self._said,
                on_echo=self._echo,
            )
        )
        parts = self._parts = Assembly(self._given(), duplex)
        conductor, thinker, mind = parts.conductor, self._thinker, parts.mind
        conductor.hush(quiet.still(self._clock.now()))
        if self._begin_muted:
            await duplex.mute()  # so that it is never open
            conductor.begin_muted()
        async with duplex, self._engines, self.diary or contextlib.nullcontext():
            failures = await self._engines.wait_ready()
            for error in failures:
                log.error("%s %s", error, error.hint)
                conductor.announce(error.spoken, key=True, urgency="high")
            if self._engines.processes["llm"].state == "ready":
                try:
                    if mind is not None:
                        await mind.begin()
                    await thinker.warm_up()
                except VoiceosError as error:  # the engine comes back, or the user is told what to change
                    log.error("%s %s", error, error.hint)  # noqa: TRY400 - what happened is in its text
                    conductor.announce(error.spoken, key=True, urgency="high")
            if self._meets:
                await parts.acquaintance.consider()
            meets = (
                parts.acquaintance.due == "meeting"
                and not parts.acquaintance.in_quiet_hours
                and not (self._begin_muted or conductor.policy.sleeps)
            )
            # Where it cannot hear it has said so.
            if self._greet and not meets and conductor.quiet_until is None and duplex.presence.reason != NO_MICROPHONE:
                greeting = "greeting_muted" if self._begin_muted else f"greeting_{settings.listening.mode}"
                conductor.announce(greeting, key=True)
            self._observer.ready()
            self._calls.hold(settings.audio.hold_during_calls, duplex)
            beside = list(parts.beside())
            try:
                await conductor.run()
            finally:
                self.ended = True
                for task in beside:
                    task.cancel()
                await asyncio.gather(*beside, return_exceptions=True)
                await parts.aclose()

    @property
    def begun(self) -> bool:
        """There is a conductor."""
        return self._parts is not None

    @property
    def parts(self) -> Assembly:
        """The running ones."""
        assert self._parts is not None
        return self._parts

    @property
    def conductor(self) -> Conductor:
        """The running one."""
        return self.parts.conductor

    @property
    def settings(self) -> Settings:
        """In force."""
        return self._parts.settings if self._parts is not None else self._settings

    @property
    def changes(self) -> Changes:
        """Has other settings be in force, while it runs."""
        return self.parts.changes

    @property
    def preferences(self) -> Preferences:
        """What the user changes while it runs."""
        return self.parts.preferences

    @property
    def remembering(self) -> Remembering:
        """The memory, as it is talked of."""
        return self.parts.remembering

    @property
    def acquaintance(self) -> Acquaintance:
        """The first meeting."""
        return self.parts.acquaintance

    @property
    def reminding(self) -> Reminding:
        """What is wanted of its speaking first, and what has come of that."""
        return self.parts.reminding

    def _given(self) -> Given:
        return Given(
            settings=self._settings,
            store=self._store,
            engines=self._engines,
            thinker=self._thinker,
            phrases=self._phrases,
            observer=self._observer,
            clock=self._clock,
            first_aid=self.first_aid,
            memory=self._memory,
            diary=self.diary,
            keep=self._keep,
            end_of_turn=self._end_of_turn,
            health=self._engine_news.health,
            watch_calls=lambda hold: self._calls.hold(hold, self._duplex),
        )

    @property
    def presence(self) -> Presence:
        """Whether sound comes from the microphone, and if not, why: for the watchdog and `voiceos status`."""
        return self._duplex.presence if self._duplex is not None else Presence(STARTING, self._clock.monotonic())

    @property
    def volume(self) -> float:
        """0 to 1."""
        return self._duplex.volume if self._duplex is not None else self._settings.audio.volume

    @property
    def device_names(self) -> tuple[str, str]:
        """Of the microphone and the loudspeaker that are open, empty where none is."""
        return self._duplex.device_names if self._duplex is not None else ("", "")

    @property
    def conversation(self) -> Conversation:
        """What has been said, as far as the language model has it in mind."""
        return self._thinker.conversation

    def history(self) -> list[Said]:
        """The same for people, with what was asked beside it."""
        return self.conversation.said()

    def _card(self, listeners: Listeners) -> Duplex:
        return Duplex(self._settings.audio, clock=self._clock, listeners=listeners)

    def toggle_mute(self) -> None:
        """For the Enter key and SIGUSR1."""
        if self._parts is None:
            return
        if self.conductor.muted:
            self.conductor.unmute()
        else:
            self.conductor.mute()

    def listen(self) -> None:
        """For a line that begins with "l" in a terminal, and SIGUSR2."""
        if self._parts is not None:
            self.conductor.listen()

    def shut_down(self) -> None:
        if self._parts is not None:
            self.conductor.shut_down()

    def _frame(self, frame: Frame) -> None:
        self._observer.frame(frame)
        self.conductor.post(frame)

    def _echo(self, echo: Echo) -> None:
        if echo.present and not echo.enough:
            self.conductor.post(EchoRemains(self._clock.monotonic()))

    async def _said(self) -> None:
        """Wait until nothing is left to be said, though not for long."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LAST_WORDS_S):
                await self.conductor.wait_idle()
