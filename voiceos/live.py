"""The conversation: sound, engines and conductor together, until it is cancelled or told to switch itself off."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from types import MappingProxyType

from voiceos import quiet, voicing
from voiceos.app import Engines, Specs, embedder, gate, policy, stt_language, wake_word
from voiceos.audio.duplex import Duplex
from voiceos.audio.echo import Echo
from voiceos.audio.frames import Frame
from voiceos.audio.listeners import Listeners
from voiceos.audio.presence import NO_MICROPHONE, STARTING, Presence
from voiceos.audio.virtual import VirtualDuplex
from voiceos.call_watch import CallWatch
from voiceos.catalogue import Store
from voiceos.catalogue.voices import voices_here
from voiceos.changes import Changes
from voiceos.clock import Clock, SystemClock
from voiceos.conductor import Conductor
from voiceos.config import Settings
from voiceos.config.model import Audio
from voiceos.dials import Dials
from voiceos.diary import Diary
from voiceos.earpiece import Earpiece
from voiceos.engine_news import EngineNews
from voiceos.errors import VoiceosError
from voiceos.events import EchoRemains
from voiceos.habits import PauseKeeper, load_pauses
from voiceos.listening.backchannels import Backchannels
from voiceos.listening.ears import Ears
from voiceos.listening.ports import EndOfTurn
from voiceos.memory import Store as Memory
from voiceos.mind import Mind
from voiceos.observer import Observer
from voiceos.preferences import Keep, Preferences
from voiceos.purge import Purge
from voiceos.remembering import Remembering
from voiceos.reminding import Reminding
from voiceos.skills.crisis import FirstAid
from voiceos.skills.region import region
from voiceos.speaking.ahead import AheadOfTime
from voiceos.speaking.clips import Clips
from voiceos.thinking.intents import SentenceMatcher
from voiceos.thinking.openers import Openers
from voiceos.thinking.prompt import Conversation, Said

log = logging.getLogger(__name__)

LAST_WORDS_S = 8.0
"""Longest time to say that the microphone is gone before the loudspeaker is closed to look for it."""


Sound = Duplex | VirtualDuplex


class Live:
    """The running assistant: `async with asyncio.timeout(…): await Live(settings).run()`.

    Args:
        specs: engines to start instead of what the settings ask for.
        greet: say hello at the start.
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
            *(settings, {"stt", "llm", "tts"}),
            store=self._store,
            specs=specs,
            on_state=lambda stage, state: self._engine_news.changed(stage, state),
        )
        self._thinker = self._engines.thinker()
        self.first_aid = FirstAid(settings.assistant.language, lambda: region(self.settings.assistant.region))
        """Knows what to say to somebody in danger."""
        self._phrases = self._engines.phrases()
        self._observer = observer or Observer()
        self._engine_news = EngineNews(self._engines, self._thinker, self._observer, lambda: self._conductor)
        self._greet = greet
        self._begin_muted = muted
        self._conductor: Conductor | None = None
        self._duplex: Sound | None = None
        self._calls = CallWatch(self._clock, lambda: self.conductor)
        self._changes: Changes | None = None
        self._preferences: Preferences | None = None
        self._remembering: Remembering | None = None
        self._reminding: Reminding | None = None
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
        language = settings.assistant.language
        known = load_pauses() if settings.turn_taking.learn_pauses else None
        keep_pauses = None if known is None else PauseKeeper(known).keep
        duplex = self._duplex = self._open_sound(
            Listeners(
                on_frame=self._frame,
                on_speaker=lambda event: conductor.post(event),
                on_change=Earpiece(lambda: conductor, clock=self._clock).change,
                said=self._said,
                on_echo=self._echo,
            )
        )
        thinker = self._thinker
        purge = Purge(
            thinker, self._observer, conductor=lambda: conductor, asides=lambda: changes.asides, engines=self._engines
        )
        remembering = self._remembering = Remembering(
            self.diary, thinker.conversation, self._phrases, language=language, clock=self._clock, purge=purge
        )
        reminding = self._reminding = self._reminds()
        matcher = partial(SentenceMatcher, language, asked=lambda: remembering.asked_with(reminding.asked()))
        openers = Openers(language) if settings.assistant.openers else None
        voice = AheadOfTime(self._engines.tts, openers.texts if openers else ())
        ears = Ears(
            gate=gate(settings),
            stt=self._engines.stt,
            end_of_turn=self._end_of_turn or self._engines.end_of_turn,
            judge=self._engines.judge(),
            backchannels=Backchannels(language),
            matcher=matcher(settings.assistant.name),
            name=settings.assistant.name,
            own_words=lambda: conductor.own_words(),
            language=stt_language(settings),
            wake_word=wake_word(settings),
        )
        conductor = self._conductor = Conductor(
            ears=ears,
            thinker=thinker,
            tts=voice,
            player=lambda: duplex.speaker,
            phrases=self._phrases,
            clips=Clips(language),
            policy=policy(settings) if known is None else replace(policy(settings), pauses=known),
            keep_pauses=keep_pauses,
            clock=self._clock,
            name=settings.assistant.name,
            language=language,
            speed=settings.tts.speed,
            play_earcons=settings.audio.earcons,
            mute=self._mute,
            attend=lambda attentive: duplex.attend(attentive),
            health=self._engine_news.health,
            openers=openers,
            observer=self._observer,
            on_over=remembering.over,
        )
        changes = self._changes = Changes(
            settings,
            conductor=conductor,
            ears=ears,
            thinker=thinker,
            voice=voice,
            phrases=self._phrases,
            engines=self._engines,
            matcher=matcher,
            keep_pauses=keep_pauses,
            set_volume=self._set_volume,
            reopen_sound=self.reopen_sound,
            watch_calls=lambda hold: self._calls.hold(hold, duplex),
        )
        preferences = self._preferences = Preferences(changes, conductor, keep=self._keep)
        conductor.deeds.controls = self._dials(conductor, preferences, remembering, reminding)
        conductor.hush(quiet.still(self._clock.now()))
        if self._begin_muted:
            await duplex.mute()  # so that it is never open
            conductor.begin_muted()
        mind = None
        if self.diary is not None and self._memory is not None:
            mind = Mind.of(
                *(settings, self.diary, self._memory, self._engines, conductor, thinker),
                embedder=embedder(self._store),
                lane=changes.asides.lane(),
            )
            mind.on_used = remembering.used
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
            # Where it cannot hear it has said so.
            if self._greet and conductor.quiet_until is None and duplex.presence.reason != NO_MICROPHONE:
                greeting = "greeting_muted" if self._begin_muted else f"greeting_{settings.listening.mode}"
                conductor.announce(greeting, key=True)
            self._observer.ready()
            self._calls.hold(settings.audio.hold_during_calls, duplex)
            beside = [
                asyncio.create_task(preferences.run(), name="preferences"),
                asyncio.create_task(voicing.render(voice, settings.tts.speed), name="openers"),
                asyncio.create_task(voicing.tell_of_one_piece(self._engines.tts), name="voice"),
                *([asyncio.create_task(mind.run(), name="mind")] if mind is not None else []),
            ]
            try:
                await conductor.run()
            finally:
                self.ended = True
                for task in beside:
                    task.cancel()
                await asyncio.gather(*beside, return_exceptions=True)
                await preferences.aclose()
                await remembering.aclose()
                await purge.aclose()
                await changes.aclose()

    @property
    def begun(self) -> bool:
        """There is a conductor."""
        return self._conductor is not None

    @property
    def conductor(self) -> Conductor:
        """The running one."""
        assert self._conductor is not None
        return self._conductor

    @property
    def settings(self) -> Settings:
        """In force."""
        return self._changes.settings if self._changes is not None else self._settings

    @property
    def changes(self) -> Changes:
        """Has other settings be in force, while it runs."""
        assert self._changes is not None
        return self._changes

    @property
    def preferences(self) -> Preferences:
        """What the user changes while it runs."""
        assert self._preferences is not None
        return self._preferences

    @property
    def remembering(self) -> Remembering:
        """The memory, as it is talked of."""
        assert self._remembering is not None
        return self._remembering

    @property
    def reminding(self) -> Reminding:
        """What is wanted of its speaking first, and what has come of that."""
        assert self._reminding is not None
        return self._reminding

    def _reminds(self) -> Reminding:
        return Reminding(
            self.diary,
            self._phrases,
            language=self._settings.assistant.language,
            preferences=lambda: self.preferences,
            level=lambda: self.settings.initiative.level,
            now=lambda: self._clock.now(),
        )

    def _dials(
        self, conductor: Conductor, preferences: Preferences, memory: Remembering, reminding: Reminding
    ) -> Dials:
        return Dials(
            conductor,
            preferences,
            self._phrases,
            memory=memory,
            voice=lambda: self.settings.tts.voice,
            voices=lambda: voices_here(self.settings.assistant.language, self._store),
            first_aid=self.first_aid,
            initiative=reminding,
        )

    def _set_volume(self, volume: float) -> None:
        assert self._duplex is not None
        self._duplex.volume = volume

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

    async def reopen_sound(self, audio: Audio) -> None:
        """Go over to the devices of these settings, as after a reload; returns at once."""
        if self._duplex is not None:
            await self._duplex.reopen(audio)

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
        if self._conductor is None:
            return
        if self._conductor.muted:
            self._conductor.unmute()
        else:
            self._conductor.mute()

    def listen(self) -> None:
        """For a line that begins with "l" in a terminal, and SIGUSR2."""
        if self._conductor is not None:
            self._conductor.listen()

    def shut_down(self) -> None:
        if self._conductor is not None:
            self._conductor.shut_down()

    async def _mute(self, mute: bool) -> bool:
        assert self._duplex is not None
        return await (self._duplex.mute() if mute else self._duplex.unmute())

    def _frame(self, frame: Frame) -> None:
        assert self._conductor is not None
        self._observer.frame(frame)
        self._conductor.post(frame)

    def _echo(self, echo: Echo) -> None:
        if echo.present and not echo.enough:
            assert self._conductor is not None
            self._conductor.post(EchoRemains(self._clock.monotonic()))

    async def _said(self) -> None:
        """Wait until nothing is left to be said, though not for long."""
        assert self._conductor is not None
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LAST_WORDS_S):
                await self._conductor.wait_idle()
