"""The parts of a conversation, put together: who hears, thinks, speaks, remembers, and does as is asked by voice.

They know each other through what each is given here, some of it only once all are there. Nothing runs yet.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from voiceos import voicing
from voiceos.acquaintance import Acquaintance, Matcher
from voiceos.app import Engines, embedder, gate, persona, policy, sampling, stt_language, wake_word
from voiceos.audio.duplex import Duplex
from voiceos.audio.virtual import VirtualDuplex
from voiceos.catalogue import Store
from voiceos.catalogue.voices import voices_here
from voiceos.changes import Changes
from voiceos.clock import Clock
from voiceos.conductor import Conductor
from voiceos.config import Settings
from voiceos.dials import Dials
from voiceos.diary import Diary
from voiceos.exchange import Exchange
from voiceos.habits import PauseKeeper, load_pauses
from voiceos.languages import Phrases
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
from voiceos.speaking.ahead import AheadOfTime
from voiceos.speaking.clips import Clips
from voiceos.temperament import Temperament
from voiceos.thinking.intents import SentenceMatcher
from voiceos.thinking.openers import Openers
from voiceos.thinking.thinker import Thinker

Sound = Duplex | VirtualDuplex


@dataclass(frozen=True, slots=True)
class Given:
    """What is there before the parts are put together."""

    settings: Settings
    store: Store
    engines: Engines
    thinker: Thinker
    phrases: Phrases
    observer: Observer
    clock: Clock
    first_aid: FirstAid
    memory: Memory | None
    """None: nothing is remembered; likewise the diary."""
    diary: Diary | None
    keep: Keep | None
    end_of_turn: EndOfTurn | None
    health: Callable[[], str]
    watch_calls: Callable[[bool], None]


class Assembly:
    """Args:
    given: see there.
    sound: where it comes from and goes to; not opened yet.
    """

    def __init__(self, given: Given, sound: Sound) -> None:
        self._given, self._sound = given, sound
        settings, language, thinker = given.settings, given.settings.assistant.language, given.thinker
        known = load_pauses() if settings.turn_taking.learn_pauses else None
        keep_pauses = None if known is None else PauseKeeper(known).keep
        self._purge = Purge(
            *(thinker, given.observer, given.engines),
            conductor=lambda: self.conductor,
            asides=lambda: self.changes.asides,
        )
        self.remembering = Remembering(
            *(given.diary, thinker.conversation, given.phrases),
            language=language,
            clock=given.clock,
            purge=self._purge,
            known=lambda: self.acquaintance,
        )
        self.reminding = Reminding(
            given.diary,
            given.phrases,
            language=language,
            preferences=lambda: self.preferences,
            level=lambda: self.settings.initiative.level,
            now=given.clock.now,
        )
        self.reminding.on_told = self.remembering.reminded
        self.acquaintance = Acquaintance(
            given.diary,
            language=language,
            preferences=lambda: self.preferences,
            wanted=lambda: self.changes.wanted,
            voices=lambda: voices_here(language, given.store),
            reread=lambda: self.changes.reread_persona(),
            announce=lambda text, **how: self.conductor.announce(text, **how),
            now=given.clock.now,
            heard=lambda text: self.conductor.heard_of(text),
        )
        asked = lambda: self.remembering.asked_with(self.reminding.asked()) | self.acquaintance.asked()  # noqa: E731

        def matcher(name: str) -> Matcher:
            return Matcher(SentenceMatcher(language, name, asked=asked), self.acquaintance)

        openers = Openers(language) if settings.assistant.openers else None
        self.voice = AheadOfTime(given.engines.tts, openers.texts if openers else ())
        ears = Ears(
            gate=gate(settings),
            stt=given.engines.stt,
            end_of_turn=given.end_of_turn or given.engines.end_of_turn,
            judge=given.engines.judge(),
            backchannels=Backchannels(language),
            matcher=matcher(settings.assistant.name),
            name=settings.assistant.name,
            own_words=lambda since: self.conductor.own_words(since),
            echo=self._comes_back,
            sounded_since=lambda since: self.conductor.sounded_since(since),
            language=stt_language(settings),
            wake_word=wake_word(settings),
        )
        self.temperament = Temperament(
            language,
            settings=lambda: self.settings,
            now=given.clock.now,
            words=lambda: thinker.conversation.persona.words,
            private=lambda: given.diary is not None and given.diary.off_the_record,
            reread=lambda: self.changes.reread_persona(),
            idle=lambda: self.conductor.wait_idle(),
            busy=lambda: self.conductor.wait_busy(),
            failed=lambda _: self.conductor.announce("error.storage", key=True),
        )
        self.conductor = Conductor(
            ears=ears,
            thinker=thinker,
            tts=self.voice,
            player=lambda: sound.speaker,
            phrases=given.phrases,
            clips=Clips(language),
            policy=policy(settings) if known is None else replace(policy(settings), pauses=known),
            keep_pauses=keep_pauses,
            clock=given.clock,
            name=settings.assistant.name,
            language=language,
            speed=settings.tts.speed,
            play_earcons=settings.audio.earcons,
            mute=self._mute,
            attend=lambda attentive: sound.attend(attentive),
            health=given.health,
            openers=openers,
            observer=given.observer,
            on_over=self._over,
            mood=self.temperament.mood,
        )
        self.changes = Changes(
            settings,
            conductor=self.conductor,
            ears=ears,
            thinker=thinker,
            voice=self.voice,
            phrases=given.phrases,
            engines=given.engines,
            matcher=matcher,
            keep_pauses=keep_pauses,
            set_volume=self._set_volume,
            reopen_sound=sound.reopen,
            watch_calls=given.watch_calls,
        )
        self.preferences = Preferences(self.changes, self.conductor, keep=given.keep)
        self.conductor.deeds.controls = Dials(
            *(self.conductor, self.preferences, given.phrases),
            memory=self.remembering,
            voice=lambda: self.settings.tts.voice,
            voices=lambda: voices_here(language, given.store),
            first_aid=given.first_aid,
            initiative=self.reminding,
            meeting=self.acquaintance,
        )
        self.conductor.deeds.character = self.temperament
        if self.temperament.begin():
            who = persona(settings)
            thinker.go_by(who, sampling(settings, who))
        self.mind = self._mind()

    def _mind(self) -> Mind | None:
        given = self._given
        if given.diary is None or given.memory is None:
            return None
        mind = Mind.of(
            *(given.settings, given.diary, given.memory, given.engines, self.conductor, given.thinker),
            embedder=embedder(given.store),
            lane=self.changes.asides.lane(),
            now=given.clock.now,
        )
        mind.on_used = self.remembering.used
        return mind

    @property
    def settings(self) -> Settings:
        """In force."""
        return self.changes.settings

    def beside(self) -> Iterator[asyncio.Task[None]]:
        """Begin what goes on beside the conversation; whoever asks ends it."""
        yield asyncio.create_task(self.preferences.run(), name="preferences")
        yield asyncio.create_task(voicing.render(self.voice, self._given.settings.tts.speed), name="openers")
        yield asyncio.create_task(voicing.tell_of_one_piece(self._given.engines.tts), name="voice")
        if self.mind is not None:
            yield asyncio.create_task(self.mind.run(), name="mind")
        yield asyncio.create_task(self.temperament.run(), name="temperament")

    def _comes_back(self) -> bool | None:
        """What is said, through the microphone; None: that is not known yet."""
        echo = self._sound.echo
        return None if echo is None else echo.present

    async def aclose(self) -> None:
        """Finish what is being written or forgotten."""
        parts = (self.acquaintance, self.preferences, self.temperament, self.remembering, self._purge, self.changes)
        for part in parts:
            await part.aclose()

    def _over(self, turn: Exchange) -> None:
        self.remembering.over(turn)
        self.temperament.over(turn)

    def _set_volume(self, volume: float) -> None:
        self._sound.volume = volume

    async def _mute(self, mute: bool) -> bool:
        return await (self._sound.mute() if mute else self._sound.unmute())
