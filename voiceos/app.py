"""Composition root: builds every part from the settings. Nothing else knows which engine is behind a port."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from types import MappingProxyType, TracebackType
from typing import Any, Literal

import psutil

from voiceos import stored
from voiceos.catalogue import Kind, Model, Store, catalog
from voiceos.config import Settings
from voiceos.engines import spoken_vocabulary, tuned
from voiceos.engines.language_model import ProcessLanguageModel
from voiceos.engines.micro_wakeword import MicroWakeWord
from voiceos.engines.minilm import MiniLM
from voiceos.engines.process import EngineProcess, EngineSpec, State
from voiceos.engines.silero import Silero
from voiceos.engines.smart_turn import SmartTurn
from voiceos.engines.speech_to_text import ProcessSpeechToText
from voiceos.engines.text_to_speech import ProcessTextToSpeech
from voiceos.errors import ModelError, VoiceosError
from voiceos.events import EndpointJudge
from voiceos.languages import Phrases
from voiceos.listening.gate import SpeechGate
from voiceos.listening.hearing import Judge
from voiceos.listening.ports import VoiceActivity
from voiceos.thinking.ports import Sampling
from voiceos.thinking.prompt import Conversation, Persona
from voiceos.thinking.thinker import Thinker
from voiceos.traits import WORDS, Book, Wording, disposition, kept
from voiceos.turn_taking.policy import Policy

log = logging.getLogger(__name__)

Stage = Literal["stt", "llm", "tts"]

Specs = Mapping[Stage, EngineSpec | Callable[[Settings], EngineSpec]]
"""Engines to start instead of what the settings ask for; a function is asked anew when the settings change."""

Between = Callable[[], AbstractAsyncContextManager[None]]
"""Waits until no turn is going on, and within it none begins to use what is being replaced."""

HEADROOM = 1.1
"""Memory free for a model to be loaded beside the one that it replaces, times what the catalogue says that it needs."""

UNUSED_S = 5.0
"""How long an engine that must make room first is left to what it is doing; that fails then, so that turns go on."""

FACTORIES: Mapping[tuple[Stage, str], str] = {
    ("stt", "faster_whisper"): "voiceos.engines.faster_whisper:FasterWhisper",
    ("stt", "scripted"): "voiceos.engines.scripted:ScriptedRecogniser",
    ("llm", "llama_cpp"): "voiceos.engines.llama_cpp:LlamaCpp",
    ("llm", "scripted"): "voiceos.engines.scripted:ScriptedLanguageModel",
    ("tts", "piper"): "voiceos.engines.piper:Piper",
    ("tts", "scripted"): "voiceos.engines.scripted:ScriptedVoice",
}


MODEL_KEYS = {Kind.STT: "stt.model", Kind.TURN: "end_of_turn.model", Kind.LLM: "llm.model", Kind.TTS: "tts.voice"}
"""The setting that names the model of each kind."""

EMBEDDING = "all-MiniLM-L6-v2"
"""No setting names it: vectors that are kept are of one model."""


def chosen_model(kind: Kind, settings: Settings) -> Model | None:
    """The model that the settings name for a kind, None where its engine needs none. Raises ModelError where there is
    no such model, or where it is of another kind."""
    section, _, key = MODEL_KEYS[kind].partition(".")
    if getattr(settings, section).engine in ("scripted", "none", "language_model"):
        return None
    found = catalog().get(getattr(getattr(settings, section), key))
    if found.kind is not kind:
        raise ModelError(
            f"{found.name} cannot be {section}.{key}: it is of another kind.",
            hint="`voiceos models list` shows which are; `voiceos models use NAME` switches to one.",
        )
    return found


def embedder(store: Store) -> MiniLM:
    """What memories are compared by; it loads, and is verified, with the first text."""
    model = catalog().get(EMBEDDING)
    return MiniLM(store.folder(model), verify=lambda: store.path(model))


def spec(stage: Stage, settings: Settings, store: Store) -> EngineSpec:
    """What to start for a stage. Raises ModelError where its model is missing or broken."""
    section = getattr(settings, stage)
    arguments: dict[str, Any] = {}
    if (wanted := chosen_model(Kind(stage), settings)) is not None:
        if stage == "llm" and settings.llm.spoken_vocabulary:
            arguments["model_path"] = str(spoken_vocabulary.path(store, wanted, settings.assistant.language))
        else:
            arguments["voice_path" if stage == "tts" else "model_path"] = str(store.path(wanted))
        arguments["threads"] = section.threads or tuned.threads(stage, section.engine, wanted.name)
        if stage == "stt":
            arguments["beam_size"] = section.beam_size
        if stage == "llm":
            arguments["context_tokens"] = section.context_tokens
            arguments["background_tokens"] = section.background_tokens
    return EngineSpec(
        stage,
        FACTORIES[stage, section.engine],
        arguments,
        model="" if wanted is None else wanted.name,
        budget_s=section.timeout_s,
        huge_pages=stage == "llm",  # the others gain less, and would take more memory (decision 39)
    )


JUDGES: Mapping[str, frozenset[EndpointJudge]] = {
    "fused": frozenset({"sound", "words"}),
    "smart_turn": frozenset({"sound"}),
    "language_model": frozenset({"words"}),
    "none": frozenset(),
}
"""Who judges the end of a turn, by `end_of_turn.engine`."""


def policy(settings: Settings) -> Policy:
    """The numbers of turn-taking that the settings ask for."""
    listening, turns = settings.listening, settings.turn_taking
    return Policy(
        mode=listening.mode,
        follow_up_s=listening.follow_up_s,
        listen_s=listening.listen_s,
        min_speech_s=listening.min_speech_ms / 1000,
        wish_silence_s=turns.wish_silence_ms / 1000,
        end_silence_s=turns.end_silence_ms / 1000,
        unfinished_silence_s=turns.unfinished_silence_ms / 1000,
        unjudged_silence_s=turns.unjudged_silence_ms / 1000,
        completion_threshold=turns.completion_threshold,
        judges=JUDGES[settings.end_of_turn.engine],
        barge_in=turns.barge_in,
        barge_in_s=turns.barge_in_ms / 1000,
        thinking_earcon_s=turns.thinking_earcon_s,
    )


def gate(settings: Settings, vad: VoiceActivity | None = None) -> SpeechGate:
    """The VAD gate, with a detector of its own where none is given."""
    listening = settings.listening
    return SpeechGate(
        vad or Silero(),
        speech_threshold=listening.speech_threshold,
        silence_threshold=listening.silence_threshold,
        min_speech_s=listening.min_speech_ms / 1000,
        pre_roll_s=listening.pre_roll_ms / 1000,
        pause_s=settings.turn_taking.pause_ms / 1000,
        fade_s=settings.turn_taking.fade_ms / 1000,
        max_utterance_s=listening.max_utterance_s,
    )


def wake_words(settings: Settings) -> list[str]:
    """Names of the wake words that are waited for."""
    return [word.strip() for word in settings.listening.wake_word.split(",")]


def spoken_wake_word(settings: Settings) -> str:
    """The first of them, as it is said."""
    return wake_words(settings)[0].replace("_", " ").title()


def wake_word(settings: Settings) -> MicroWakeWord:
    """What hears the wake word. Raises EngineMissing."""
    return MicroWakeWord(wake_words(settings), sensitivity=settings.listening.wake_sensitivity)


def stt_language(settings: Settings) -> str | None:
    """Language to recognise, ISO 639-1; None means detect."""
    language = settings.stt.language or settings.assistant.language
    return None if language == "auto" else language


def _fits_beside(stage: Stage, settings: Settings) -> bool:
    model = chosen_model(Kind(stage), settings)
    return model is None or psutil.virtual_memory().available > HEADROOM * model.ram_mb * 1e6


def persona(settings: Settings) -> Persona:
    """Who speaks, as it has become. Raises ConfigError where the persona file is missing or wrong, and NewerFormat."""
    assistant = settings.assistant
    now = disposition(assistant, kept.load() if assistant.drift else Book()).values
    return Persona.load(
        assistant.language,
        assistant.name,
        called=assistant.character,
        character=assistant.persona,
        user_name=assistant.user_name,
        directness=now["directness"],
        manner=Wording(assistant.language).manner(now),
        words=WORDS.get(now["talkativeness"]),
    )


def sampling(settings: Settings, who: Persona) -> Sampling:
    """How the language model's words are chosen."""
    llm = settings.llm
    return Sampling(
        max_tokens=llm.max_reply_tokens,
        temperature=llm.temperature,
        top_p=llm.top_p,
        repeat_penalty=llm.repeat_penalty,
        seed=llm.seed,
        never=who.never,
    )


class Engines:
    """The engines that a verb needs, each in its process; `async with Engines(settings, {"stt", "tts"}) as engines`.

    They load at the same time; the first call of each waits for it. Raises ModelError before anything is started.

    Args:
        specs: to start instead of what the settings ask for.
        on_state: told of every engine that comes or goes.
    """

    def __init__(
        self,
        settings: Settings,
        stages: set[Stage],
        *,
        store: Store | None = None,
        specs: Specs = MappingProxyType({}),
        on_state: Callable[[Stage, State], None] = lambda stage, state: None,
    ) -> None:
        self._store = store or Store()
        self._specs = specs
        self._on_state = on_state
        self.settings = settings
        self.processes = {stage: self._process(stage, self.spec(stage, settings)) for stage in sorted(stages)}
        self._smart_turn = self._judge_of_endings(settings) if "stt" in stages else None
        self._stack = contextlib.AsyncExitStack()

    async def __aenter__(self) -> Engines:
        async with contextlib.AsyncExitStack() as stack:
            for stage, process in self.processes.items():
                stack.push_async_callback(self._close, stage)
                await process.__aenter__()
            stack.push_async_callback(self._close_judge)
            if self._smart_turn is not None:
                await self._smart_turn.__aenter__()
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def _close(self, stage: Stage) -> None:
        await self.processes[stage].__aexit__()

    async def _close_judge(self) -> None:
        if self._smart_turn is not None:
            await self._smart_turn.__aexit__()

    def spec(self, stage: Stage, settings: Settings) -> EngineSpec:
        """What these settings start for a stage. Raises ModelError where its model is missing or broken."""
        given = self._specs.get(stage)
        return spec(stage, settings, self._store) if given is None else given(settings) if callable(given) else given

    def _process(self, stage: Stage, wanted: EngineSpec) -> EngineProcess:
        def told(state: State) -> None:
            if self.processes.get(stage) is process:  # not of one that is yet to take its place, or no longer has it
                self._on_state(stage, state)

        def verify() -> None:  # a model file may change while it runs; what starts again with it must know
            if wanted.model:
                self._store.path(wanted.model)
                spoken_vocabulary.check(self._store, wanted.model, wanted.arguments.get("model_path", ""))

        process = EngineProcess(wanted, on_state=told, verify=verify)
        return process

    def _judge_of_endings(self, settings: Settings) -> SmartTurn | None:
        judging = chosen_model(Kind.TURN, settings)
        return SmartTurn(str(self._store.path(judging))) if judging is not None else None

    async def replace(self, stage: Stage, settings: Settings, between_turns: Between) -> None:
        """Put the engine that other settings ask for in the place of one, which answers until then.

        It loads beside the old one, so that one that does not load changes nothing; where memory is short of both, the
        old one makes room first, and comes back where the new one fails.

        Args:
            between_turns: within it no turn uses the engine.

        Raises:
            VoiceosError: the new one cannot be started; the old one goes on.
        """
        fresh = self._process(stage, await asyncio.to_thread(self.spec, stage, settings))
        if not _fits_beside(stage, settings):
            await self._replace_in_turn(stage, fresh, between_turns)
            return
        async with contextlib.AsyncExitStack() as stack:
            await stack.enter_async_context(fresh)
            await fresh.wait_ready()
            async with between_turns():
                old = self._put(stage, fresh)
                stack.pop_all()
        self._on_state(stage, "ready")
        try:
            await old.wait_unused()
        finally:
            await old.__aexit__()

    async def _replace_in_turn(self, stage: Stage, fresh: EngineProcess, between_turns: Between) -> None:
        async with between_turns():
            old = self._put(stage, fresh)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(UNUSED_S):
                    await old.wait_unused()
            await old.__aexit__()
            await fresh.__aenter__()
            try:
                await fresh.wait_ready()
            except VoiceosError:
                again = self._process(stage, old.spec)
                self._put(stage, again)
                await fresh.__aexit__()
                await again.__aenter__()
                raise

    def _put(self, stage: Stage, process: EngineProcess) -> EngineProcess:
        """Have the stage's port go to another process; returns the one before."""
        old, self.processes[stage] = self.processes[stage], process
        getattr(self, stage).process = process
        return old

    async def replace_end_of_turn(self, settings: Settings, between_turns: Between) -> None:
        """Likewise the model that judges the ends of turns, or none in its place; `end_of_turn` is then another."""
        fresh = await asyncio.to_thread(self._judge_of_endings, settings)
        async with contextlib.AsyncExitStack() as stack:
            if fresh is not None:
                await stack.enter_async_context(fresh)
            async with between_turns():
                old, self._smart_turn = self._smart_turn, fresh
                stack.pop_all()
        if old is not None:
            await old.__aexit__()

    async def wait_ready(self) -> list[VoiceosError]:
        """Return once each engine has loaded or failed to; the failures, empty if all is well."""
        results = await asyncio.gather(
            *(process.wait_ready() for process in self.processes.values()), return_exceptions=True
        )
        for result in results:
            if isinstance(result, BaseException) and not isinstance(result, VoiceosError):
                raise result
        return [result for result in results if isinstance(result, VoiceosError)]

    @functools.cached_property
    def stt(self) -> ProcessSpeechToText:
        return ProcessSpeechToText(self.processes["stt"])

    @functools.cached_property
    def llm(self) -> ProcessLanguageModel:
        return ProcessLanguageModel(self.processes["llm"])

    def llm_of_now(self) -> ProcessLanguageModel:
        """The one that answers now, whatever takes its place; it fails once it is closed."""
        return ProcessLanguageModel(self.processes["llm"])

    @functools.cached_property
    def tts(self) -> ProcessTextToSpeech:
        return ProcessTextToSpeech(self.processes["tts"])

    @property
    def end_of_turn(self) -> SmartTurn | None:
        return self._smart_turn

    def judge(self) -> Judge:
        return Judge(self.settings.assistant.language)

    def phrases(self) -> Phrases:
        return Phrases(self.settings.assistant.language, wake_word=spoken_wake_word(self.settings))

    def thinker(self) -> Thinker:
        who = persona(self.settings)
        return Thinker(
            self.llm,
            Conversation(who),
            saved=None if self.settings.llm.engine == "scripted" else stored.LANE.path,
            sampling=sampling(self.settings, who),
        )
