"""Other settings for a running assistant: what each of its parts goes by from now on.

Volume, speed, mode and log change at once. All else waits until nobody speaks, as does an engine whose place another is
to take, so that no turn begins by one setting and ends by another.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Collection, Coroutine, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from voiceos import log as logs
from voiceos.app import (
    Between,
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
from voiceos.bearing import KeepPauses
from voiceos.conductor import Conductor
from voiceos.config import Settings
from voiceos.config.model import Audio
from voiceos.config.plan import Plan, changed, fits, laid_over, plan, value
from voiceos.errors import ConfigError, VoiceosError, bug
from voiceos.habits import PauseKeeper, load_pauses
from voiceos.languages import Phrases
from voiceos.listening.ears import Ears
from voiceos.listening.ports import IntentMatcher
from voiceos.speaking.ahead import AheadOfTime
from voiceos.thinking.asides import Asides
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

CHARACTER = "assistant.character"
"""The key that names a persona file, which may be missing or wrong."""


@dataclass(frozen=True, slots=True)
class Refused:
    """What could not be changed, and why; it is as it was."""

    keys: tuple[str, ...]
    error: VoiceosError


@dataclass(frozen=True, slots=True)
class Changing:
    """A change that is under way."""

    plan: Plan
    """What differs from what is in force; part of it has changed by now."""
    done: asyncio.Task[list[Refused]]
    """Ends once the rest is in force, was refused, or was asked to be yet another; that may take as long as a turn and
    the loading of a model."""


class _Overtaken(Exception):
    """While an engine loaded its settings were asked to be others."""


class Changes:
    """Args:
    settings: in force as it starts.
    matcher: of wishes, for an assistant of a name.
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
        matcher: Callable[[str], IntentMatcher],
        keep_pauses: KeepPauses | None,
        set_volume: Callable[[float], None],
        reopen_sound: Callable[[Audio], Coroutine[Any, Any, None]],
        watch_calls: Callable[[bool], None],
    ) -> None:
        self.settings = settings
        """In force."""
        self.wanted = settings
        """What is to be: in force, but for what still waits for its turn."""
        self._pending: list[frozenset[str]] = []
        """Keys of each change that is under way."""
        self._conductor = conductor
        self._ears = ears
        self._thinker = thinker
        self._voice = voice
        self._phrases = phrases
        self._engines = engines
        self._matcher = matcher
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

    def change(self, target: Settings, keys: Iterable[str]) -> Changing:
        """Have keys take the values of `target`, whatever they were to take before; at once where that can be.

        A key that is asked to be yet another before its turn comes is left to that later change.

        Args:
            target: made from `wanted`; keys that differ from it change as well.
        """
        moved = frozenset((*keys, *changed(self.wanted, target)))
        how = plan(self.settings, laid_over(self.settings, target, moved))
        self.wanted = laid_over(target, self.settings, how.restart)
        at_once = [key for key in how.live if key in AT_ONCE]
        self._at_once(at_once)
        before = frozenset[str]().union(*self._pending)  # what is put back before its turn may come all the same
        rest = frozenset(key for key in moved & {*how.keys, *before} if key not in AT_ONCE and key not in how.restart)
        self._pending.append(rest)
        done = asyncio.create_task(self._carry_out(at_once, rest), name=f"change {', '.join(sorted(moved))}")
        done.add_done_callback(lambda _: self._settle(rest))
        return Changing(how, done)

    def _at_once(self, keys: Collection[str]) -> None:
        self.settings = new = laid_over(self.settings, self.wanted, keys)
        if "audio.volume" in keys:
            self._set_volume(new.audio.volume)
        if "tts.speed" in keys:
            self._conductor.speed = new.tts.speed
        if "listening.mode" in keys:
            self._conductor.set_mode(new.listening.mode)
        if "log.level" in keys or "log.speech" in keys:
            logs.adjust(new.log.level, show_speech=new.log.speech)

    async def _carry_out(self, at_once: Sequence[str], keys: Collection[str]) -> list[Refused]:
        refused: list[Refused] = []
        how = Plan()
        if keys:
            async with self._one_by_one:
                target = self.wanted
                how = plan(self.settings, laid_over(self.settings, target, keys))
                try:
                    refused = await self._between(how, target)
                except Exception as error:
                    left = tuple(key for key in how.keys if value(self.settings, key) != value(target, key))
                    log.error("%s stay as they were: %s", ", ".join(left), bug(error))  # noqa: TRY400 - no text
                    refused = [Refused(left or how.keys, VoiceosError(bug(error)))]
        live = {*at_once, *how.live}
        if {"tts.speed", "assistant.openers"} & live or "tts" in how.engines:
            self._later(self._voice.prepare(self.settings.tts.speed))
        if {"assistant.name", "assistant.user_name", "assistant.persona", "assistant.drift", CHARACTER} & live:
            self._later(self._thinker.warm_up())
        return refused

    async def _between(self, how: Plan, target: Settings) -> list[Refused]:
        """What waits until nobody speaks."""
        refused: list[Refused] = []
        # What only the new engine has room for waits for it, and is refused with it.
        behind = [] if fits(laid_over(self.settings, target, how.live)) else _in_sections(how.live, how.engines)
        refused += await self._live([key for key in how.live if key not in behind], target)
        if how.sound:
            await self._conductor.wait_silent()
            if keys := self._still(how.sound, target):
                self.settings = laid_over(self.settings, target, keys)
                await self._reopen_sound(self.settings.audio)
        for section, keys in how.engines.items():
            failed = await self._engine(section, keys, target)
            own = _in_sections(behind, [section])
            if failed:
                refused += [Refused((*one.keys, *own), one.error) for one in failed]
            else:
                refused += await self._live(own, target)
        return refused

    def _still(self, keys: Iterable[str], target: Settings) -> tuple[str, ...]:
        """Those that were not asked to be yet another since."""
        return tuple(key for key in keys if value(self.wanted, key) == value(target, key))

    def _settle(self, keys: frozenset[str]) -> None:
        """What was refused is wanted no more, unless somebody has asked for it since."""
        self._pending.remove(keys)
        left = keys.difference(*self._pending)
        self.wanted = laid_over(self.wanted, self.settings, left)

    async def aclose(self) -> None:
        """Break off what is got ready for later turns."""
        for task in self._afterwards:
            task.cancel()
        await asyncio.gather(*self._afterwards, return_exceptions=True)

    async def _live(self, keys: Iterable[str], target: Settings) -> list[Refused]:
        if not (keys := tuple(keys)):
            return []
        await self.wait_quiet()
        refused: list[Refused] = []
        keys = self._still(keys, target)
        if CHARACTER in keys:
            try:
                persona(laid_over(self.settings, target, keys))
            except ConfigError as error:  # a persona file that is missing or wrong: all else changes
                log.warning("it stays who it is: %s %s", error, error.hint)
                refused.append(Refused((CHARACTER,), error))
                keys = tuple(key for key in keys if key != CHARACTER)
        if not keys:
            return refused
        new = laid_over(self.settings, target, keys)
        self._go_by(keys, new)
        self.settings = new
        if "assistant.openers" in keys:
            self._voice.begin_anew(self._opening_texts())
        if "audio.hold_during_calls" in keys:
            self._watch_calls(self.settings.audio.hold_during_calls)
        return refused

    async def reread_persona(self) -> bool:
        """Go by the persona file as it is now, once nobody speaks; returns whether it is another.

        Raises ConfigError where it is missing or wrong; what was in force stays so."""
        await self.wait_quiet()
        who = persona(self.settings)
        if who.system == self._thinker.conversation.persona.system:
            return False
        self._thinker.go_by(who, sampling(self.settings, who))
        self._later(self._thinker.warm_up())
        return True

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
            matcher=self._matcher(name),
            name=name,
            language=stt_language(settings),
            wake_word=wake_word(settings) if names & {"wake_word", "wake_sensitivity"} else self._ears.wake_word,
        )
        self._phrases.fill(wake_word=spoken_wake_word(settings))
        try:
            who = persona(settings)
        except ConfigError:  # its file was broken since, which is told by whoever watches it
            who = self._thinker.conversation.persona
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

    async def _engine(self, section: str, keys: tuple[str, ...], target: Settings) -> list[Refused]:
        while keys := self._still(keys, target):
            wanted = laid_over(self.settings, target, keys)
            try:
                if section == "end_of_turn":
                    await self._engines.replace_end_of_turn(wanted, self._swapping(section, keys, target))
                else:
                    await self._engines.replace(_stage(section), wanted, self._swapping(section, keys, target))
            except _Overtaken:
                continue
            except VoiceosError as error:
                log.warning("%s stay as they were: %s %s", ", ".join(keys), error, error.hint)
                return [Refused(keys, error)]
            log.info("%s: another engine is in force", section)
            break
        return []

    def _swapping(self, section: str, keys: tuple[str, ...], target: Settings) -> Between:
        @contextlib.asynccontextmanager
        async def swapping() -> AsyncIterator[None]:
            async with self._model_at_rest() if section == "llm" else self._between_turns():
                if self._still(keys, target) != keys:
                    raise _Overtaken
                yield
                new = laid_over(self.settings, target, keys)
                if section == "end_of_turn":
                    self._go_by(keys, new)
                self.settings = new
                if section == "tts":
                    self._voice.begin_anew(self._opening_texts())

        return swapping

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
