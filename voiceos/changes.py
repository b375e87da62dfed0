"""Other settings for a running assistant: what each of its parts goes by from now on.

Volume, speed, mode and log change at once. All else waits until nobody speaks, as does an engine whose place another is
to take, so that no turn begins by one setting and ends by another.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from dataclasses import dataclass, replace
from typing import Any

from voiceos import log as logs
from voiceos.app import (
    Engines,
    Stage,
    gate,
    persona,
    policy,
    sampling,
    spoken_wake_word,
    stt_language,
    wake_word,
)
from voiceos.conductor import Conductor, KeepPauses
from voiceos.config import Settings
from voiceos.config.model import Audio
from voiceos.config.plan import Plan, fits, laid_over, value
from voiceos.errors import VoiceosError
from voiceos.habits import PauseKeeper, load_pauses
from voiceos.languages import Phrases
from voiceos.listening.ears import Ears
from voiceos.speaking.ahead import AheadOfTime
from voiceos.thinking.asides import Asides
from voiceos.thinking.intents import SentenceMatcher
from voiceos.thinking.openers import Openers
from voiceos.thinking.thinker import Thinker
from voiceos.turn_taking.pauses import PauseProfile
from voiceos.turn_taking.policy import UNKNOWN
from voiceos.turn_taking.state import Phase

log = logging.getLogger(__name__)

AT_ONCE = ("audio.volume", "tts.speed", "listening.mode", "log.level", "log.speech")
"""Live keys that no turn need end for."""

GATE = (
    *("speech_threshold", "silence_threshold", "min_speech_ms", "pre_roll_ms", "max_utterance_s"),
    *("pause_ms", "fade_ms"),
)
"""Names of the keys that the gate is made of."""

STAGES: tuple[Stage, ...] = ("stt", "llm", "tts")


@dataclass(frozen=True, slots=True)
class Refused:
    """What could not be changed, and why; it is as it was."""

    keys: tuple[str, ...]
    error: VoiceosError


class Changes:
    """Args:
    settings: in force as it starts.
    keep_pauses: see `Conductor`.
    set_volume: of whatever loudspeaker there is.
    reopen_sound: goes over to other devices; it tells by itself of those that are not there.
    watch_calls: begins or ends to hold its tongue in calls.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        conductor: Conductor,
        ears: Ears,
        thinker: Thinker,
        voice: AheadOfTime,
        phrases: Phrases,
        engines: Engines,
        keep_pauses: KeepPauses | None,
        set_volume: Callable[[float], None],
        reopen_sound: Callable[[Audio], Coroutine[Any, Any, None]],
        watch_calls: Callable[[bool], None],
    ) -> None:
        self.settings = settings
        """In force."""
        self._conductor = conductor
        self._ears = ears
        self._thinker = thinker
        self._voice = voice
        self._phrases = phrases
        self._engines = engines
        self._keep_pauses = keep_pauses
        self._set_volume = set_volume
        self._reopen_sound = reopen_sound
        self._watch_calls = watch_calls
        self._one_by_one = asyncio.Lock()
        self.asides = Asides()
        self._afterwards: set[asyncio.Task[None]] = set()

    async def wait_quiet(self) -> None:
        """Return when no turn is going on; none has begun by then."""
        while True:
            await self._conductor.wait_idle()
            if self._conductor.state.phase is Phase.QUIET:
                return

    def at_once(self, plan: Plan, settings: Settings) -> None:
        """Of a plan what needs no waiting."""
        keys = [key for key in plan.live if key in AT_ONCE]
        self.settings = new = laid_over(self.settings, settings, keys)
        if "audio.volume" in keys:
            self._set_volume(new.audio.volume)
        if "tts.speed" in keys:
            self._conductor.speed = new.tts.speed
        if "listening.mode" in keys:
            self._conductor.set_mode(new.listening.mode)
        if "log.level" in keys or "log.speech" in keys:
            logs.adjust(new.log.level, show_speech=new.log.speech)

    async def carry_out(self, plan: Plan, settings: Settings) -> list[Refused]:
        """Have the plan's keys take the values of `settings`; returns when that is done, which may take as long as a
        turn and the loading of a model, and what could not be."""
        self.at_once(plan, settings)
        live = [key for key in plan.live if key not in AT_ONCE]
        refused: list[Refused] = []
        if live or plan.sound or plan.engines:
            async with self._one_by_one:
                refused = await self._between(live, plan, settings)
        if {"tts.speed", "assistant.openers"} & {*plan.live} or "tts" in plan.engines:
            self._later(self._voice.prepare(self.settings.tts.speed))
        if {"assistant.name", "assistant.user_name", "assistant.persona"} & {*plan.live}:
            self._later(self._thinker.warm_up())
        return refused

    async def _between(self, live: list[str], plan: Plan, settings: Settings) -> list[Refused]:
        """What waits until nobody speaks."""
        refused: list[Refused] = []
        # What only the new engine has room for waits for it, and is refused with it.
        behind = [] if fits(laid_over(self.settings, settings, live)) else _in_sections(live, plan.engines)
        await self._live([key for key in live if key not in behind], settings)
        if plan.sound:
            await self._conductor.wait_silent()
            self.settings = laid_over(self.settings, settings, plan.sound)
            await self._reopen_sound(self.settings.audio)
        for section, keys in plan.engines.items():
            failed = await self._engine(section, keys, settings)
            own = _in_sections(behind, [section])
            if failed:
                refused += [Refused((*one.keys, *own), one.error) for one in failed]
            else:
                await self._live(own, settings)
        return refused

    async def aclose(self) -> None:
        """Break off what is got ready for later turns."""
        for task in self._afterwards:
            task.cancel()
        await asyncio.gather(*self._afterwards, return_exceptions=True)

    async def _live(self, keys: Iterable[str], settings: Settings) -> None:
        if not (keys := tuple(keys)):
            return
        await self.wait_quiet()
        new = laid_over(self.settings, settings, keys)
        self._go_by(keys, new)
        self.settings = new
        if "assistant.openers" in keys:
            self._voice.begin_anew(self._opening_texts())
        if "audio.hold_during_calls" in keys:
            self._watch_calls(self.settings.audio.hold_during_calls)

    def _go_by(self, keys: Iterable[str], settings: Settings) -> None:
        """Tell every part what is in force from now on; `keys` are those that have changed."""
        names = {key.partition(".")[2] for key in keys}
        name = settings.assistant.name
        pauses = self._conductor.policy.pauses
        if "learn_pauses" in names:
            pauses = self._pauses(settings)
        self._conductor.go_by(
            replace(policy(settings), pauses=pauses),
            name=name,
            speed=settings.tts.speed,
            play_earcons=settings.audio.earcons,
            openers=_openers(settings),
            keep_pauses=self._keep_pauses,
        )
        self._ears.go_by(
            gate=gate(settings, self._ears.gate.vad) if names & {*GATE} else self._ears.gate,
            end_of_turn=self._engines.end_of_turn,
            matcher=SentenceMatcher(settings.assistant.language, name),
            name=name,
            language=stt_language(settings),
            wake_word=wake_word(settings) if names & {"wake_word", "wake_sensitivity"} else self._ears.wake_word,
        )
        self._phrases.fill(wake_word=spoken_wake_word(settings))
        who = persona(settings)
        self._thinker.go_by(who, sampling(settings, who))
        for stage in STAGES:
            process = self._engines.processes[stage]
            process.spec = replace(process.spec, budget_s=getattr(settings, stage).timeout_s)

    def _pauses(self, settings: Settings) -> PauseProfile:
        """Of the user, where they are to be learned of."""
        if not settings.turn_taking.learn_pauses:
            self._keep_pauses = None
            return UNKNOWN
        known = load_pauses()
        self._keep_pauses = PauseKeeper(known).keep
        return known

    def _opening_texts(self) -> tuple[str, ...]:
        openers = _openers(self.settings)
        return openers.texts if openers else ()

    async def _engine(self, section: str, keys: tuple[str, ...], settings: Settings) -> list[Refused]:
        wanted = laid_over(self.settings, settings, keys)
        if all(value(wanted, key) == value(self.settings, key) for key in keys):
            return []  # put back before its turn came

        @contextlib.asynccontextmanager
        async def swapping() -> AsyncIterator[None]:
            async with self._model_at_rest() if section == "llm" else self._between_turns():
                yield
                new = laid_over(self.settings, settings, keys)
                if section == "end_of_turn":
                    self._go_by(keys, new)
                self.settings = new
                if section == "tts":
                    self._voice.begin_anew(self._opening_texts())

        try:
            if section == "end_of_turn":
                await self._engines.replace_end_of_turn(wanted, swapping)
            else:
                await self._engines.replace(_stage(section), wanted, swapping)
        except VoiceosError as error:
            log.warning("%s stay as they were: %s %s", ", ".join(keys), error, error.hint)
            return [Refused(keys, error)]
        log.info("%s: another engine is in force", section)
        return []

    @contextlib.asynccontextmanager
    async def _between_turns(self) -> AsyncIterator[None]:
        await self.wait_quiet()
        yield

    @contextlib.asynccontextmanager
    async def _model_at_rest(self) -> AsyncIterator[None]:
        """Likewise, and what reads ahead in the silence between two turns, or answers beside them, has stopped."""
        async with self.asides.at_rest():
            while True:
                await self.wait_quiet()
                async with self._thinker.at_rest():
                    if self._conductor.state.phase is Phase.QUIET:
                        yield
                        return

    def _later(self, work: Coroutine[Any, Any, object]) -> None:
        """What makes the next turns quicker, and may fail."""

        async def done() -> None:
            try:
                await work
            except VoiceosError as error:
                log.info("nothing got ready: %s", error)

        task = asyncio.create_task(done(), name="get ready")
        self._afterwards.add(task)
        task.add_done_callback(self._afterwards.discard)
        task.add_done_callback(lambda _: work.close())


def _openers(settings: Settings) -> Openers | None:
    return Openers(settings.assistant.language) if settings.assistant.openers else None


def _in_sections(keys: Iterable[str], sections: Iterable[str]) -> list[str]:
    sections = tuple(sections)
    return [key for key in keys if key.partition(".")[0] in sections]


def _stage(section: str) -> Stage:
    return next(stage for stage in STAGES if stage == section)
