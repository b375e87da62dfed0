"""What may be set: every section and key with its default, bounds, unit and reason.

This file is the only source: `config.toml`, `docs/configuration.md`, the checks and what an error calls "allowed" are
all made from it.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.config import JsonDict
from pydantic_core import PydanticCustomError

from voiceos.languages import available
from voiceos.stored import SETTINGS

VERSION = SETTINGS.version
"""Of the settings file's layout. Raised, in `stored.py`, together with a new entry in `migrate.MIGRATIONS`."""

# The one table of choices; the code that builds engines matches on these.
SttEngine = Literal["faster_whisper", "scripted"]
EndOfTurnEngine = Literal["fused", "smart_turn", "language_model", "none"]
LlmEngine = Literal["llama_cpp", "scripted"]
TtsEngine = Literal["piper", "scripted"]
ListeningMode = Literal["open", "name", "push", "wakeword"]
WakeSensitivity = Literal["low", "normal", "high"]
EchoCancellation = Literal["auto", "on", "off"]
LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR"]

Effect = Literal["live", "sound", "engine", "restart"]
"""How a change of a key reaches a running voiceos: at once or between turns; by opening the sound anew; by starting the
section's engine anew; not before the next start."""
LIVE: Effect = "live"
SOUND: Effect = "sound"
ENGINE: Effect = "engine"
RESTART: Effect = "restart"

WAKE_WORDS = ("okay_nabu", "hey_jarvis", "hey_mycroft", "alexa")
"""Those whose models come inside pymicro-wakeword."""

WHISPER_LANGUAGES = (
    "af am ar as az ba be bg bn bo br bs ca cs cy da de el en es et eu fa fi fo fr gl gu ha haw he hi hr ht hu hy id "
    "is it ja jw ka kk km kn ko la lb ln lo lt lv mg mi mk ml mn mr ms mt my ne nl nn no oc pa pl ps pt ro ru sa sd si "
    "sk sl sn so sq sr su sv sw ta te tg th tk tl tr tt uk ur uz vi yi yo zh yue"
)
"""Languages that multilingual Whisper models were trained on (openai/whisper, tokenizer.py)."""


def _key(
    default: object,
    why: str,
    *,
    effect: Effect = RESTART,
    allowed: str = "",
    words: Sequence[str] = (),
    **constraints: Any,
) -> Any:
    """A key. `why` is one line for the user; `allowed` says in words what a pattern means, and `words` are those that
    it lists, with commas between; `effect` is how a change reaches a running voiceos: it waits
    for the next start where nobody says otherwise."""
    extra: JsonDict = {"allowed": allowed, "effect": effect, "words": list(words)}
    return Field(default, description=why, json_schema_extra=extra, **constraints)


def _ordered(section: BaseModel, title: str, *names: str) -> None:
    """Raise where the values of `names` do not ascend; the loader turns `ctx` into file and line."""
    for low, high in itertools.pairwise(names):
        if getattr(section, low) > getattr(section, high):
            raise PydanticCustomError(
                "order",
                "must not be above {section}.{high}, which is {limit}",
                {"section": title, "low": low, "high": high, "limit": getattr(section, high)},
            )


class Section(BaseModel):
    """Frozen; unknown keys, NaN and infinity are refused; text loses spaces at its ends."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, str_strip_whitespace=True)


class Assistant(Section):
    """Who you talk to."""

    name: str = _key(
        "Ada",
        "What it is called. Short and unlike everyday words is heard best.",
        min_length=1,
        max_length=40,
        pattern=r"^[^\W\d_].*$",
        allowed="1 to 40 characters that start with a letter",
        effect=LIVE,
    )
    language: str = _key(
        "en",
        "Language it speaks and understands.",
        pattern=rf"^({'|'.join(available())})$",
        allowed=" or ".join(f'"{code}"' for code in available()),
    )
    user_name: str = _key("", 'What it calls you. "" is nothing.', max_length=60, effect=LIVE)
    persona: str = _key(
        "",
        'Its character, in your own words (""" begins and ends a text of several lines; {name} is its name). "" is the '
        "one that comes with the language.",
        max_length=4000,
        effect=LIVE,
    )
    openers: bool = _key(
        True,
        'Begin answers that take thought with a sound of it ("Hmm.", "Oh no."), so that you need not wait in silence.',
        effect=LIVE,
    )


class Audio(Section):
    """Microphone and earpiece."""

    input_device: str = _key(
        "",
        'Microphone: part of its name as in `voiceos devices`. "" is the system\'s default.',
        max_length=200,
        effect=SOUND,
    )
    output_device: str = _key(
        "",
        'Earpiece or loudspeaker: part of its name. "" is the system\'s default.',
        max_length=200,
        effect=SOUND,
    )
    volume: float = _key(0.8, "Loudness of all it plays: 0 is silent, 1 the loudest.", ge=0, le=1, effect=LIVE)
    earcons: bool = _key(
        True, "Short sounds for: listening, heard you, thinking long, error, muted, goodbye.", effect=LIVE
    )
    echo_cancellation: EchoCancellation = _key(
        "auto",
        'Takes its own voice out of what the microphone hears: "auto" where it comes back, as from a loudspeaker, "on" '
        'always, "off" never.',
        effect=SOUND,
    )
    hold_during_calls: bool = _key(
        True,
        "In a call (another program begins to use the microphone) say nothing unasked, answer only to the name.",
        effect=LIVE,
    )
    output_block_ms: int = _key(
        20,
        "Sound handed over at a time, in milliseconds. Less stops sooner on an interruption and costs more processor.",
        ge=5,
        le=100,
        effect=SOUND,
    )
    input_latency_ms: int = _key(
        0,
        "Microphone buffer, in milliseconds; 0 is the shortest the device offers. Raise it if speech arrives in bits.",
        ge=0,
        le=500,
        effect=SOUND,
    )
    output_latency_ms: int = _key(
        0,
        "Playback buffer, in milliseconds; 0 is the shortest the device offers. Raise it if the voice crackles.",
        ge=0,
        le=500,
        effect=SOUND,
    )


class Listening(Section):
    """What counts as speech, and as speech for the assistant."""

    mode: ListeningMode = _key(
        "open",
        '"open": all you say is for it, right for a headset. "name": its name must be said, right for a room. "push": '
        'it hears nothing before `voiceos listen`; "wakeword": nor before its wake word.',
        effect=LIVE,
    )
    follow_up_s: float = _key(
        8.0,
        "Seconds after a reply in which it listens on, and needs no name.",
        ge=0,
        le=60,
        effect=LIVE,
    )
    wake_word: str = _key(
        "okay_nabu",
        f'What mode "wakeword" waits for: {", ".join(WAKE_WORDS)}; several with commas between them.',
        pattern=rf"^({'|'.join(WAKE_WORDS)})( *, *({'|'.join(WAKE_WORDS)}))*$",
        allowed=f"{', '.join(WAKE_WORDS)}, or several of them with commas between",
        words=WAKE_WORDS,
        effect=LIVE,
    )
    wake_sensitivity: WakeSensitivity = _key(
        "normal",
        "How readily the wake word is heard. Lower it where it wakes up unasked, raise it where it must be said twice.",
        effect=LIVE,
    )
    listen_s: float = _key(
        8.0,
        "Seconds that it waits for you to speak once it was called; then a sound says that it stopped.",
        ge=1,
        le=60,
        effect=LIVE,
    )
    speech_threshold: float = _key(
        0.5,
        "Speech begins above this probability. Raise it where noise is taken for speech.",
        ge=0.05,
        le=0.99,
        effect=LIVE,
    )
    silence_threshold: float = _key(
        0.35,
        "Speech ends below this probability; not above speech_threshold. Lower it where words are cut in two.",
        ge=0.01,
        le=0.99,
        effect=LIVE,
    )
    min_speech_ms: int = _key(
        250,
        "Shorter speech, in milliseconds, is no turn: a cough, a click.",
        ge=50,
        le=2000,
        effect=LIVE,
    )
    pre_roll_ms: int = _key(
        300,
        "Sound kept from before speech was noticed, in milliseconds. Raise it if first words are lost.",
        ge=0,
        le=1000,
        effect=LIVE,
    )
    max_utterance_s: float = _key(
        28.0,
        "Longest stretch of speech in seconds; then it is taken as said (the recogniser's window is 30 s).",
        ge=3,
        le=28,
        effect=LIVE,
    )

    @model_validator(mode="after")
    def _thresholds_ascend(self) -> Listening:
        _ordered(self, "listening", "silence_threshold", "speech_threshold")
        return self


class TurnTaking(Section):
    """When it answers, and when it stops talking."""

    pause_ms: int = _key(
        32,
        "Silence in milliseconds after which work on the answer starts, unheard. More saves processor, costs time.",
        ge=30,
        le=2000,
        effect=LIVE,
    )
    fade_ms: int = _key(
        16,
        "The same in milliseconds of a voice too soft to hear, known sooner than silence. 0 waits for silence.",
        ge=0,
        le=2000,
        effect=LIVE,
    )
    wish_silence_ms: int = _key(
        200,
        'Silence in milliseconds that ends a wish such as "what time is it"; end_silence_ms does where it is less, or '
        "where the voice sounds unfinished.",
        ge=30,
        le=5000,
        effect=LIVE,
    )
    end_silence_ms: int = _key(
        500,
        "Silence in milliseconds that ends a turn which sounds finished. Raise it if it cuts in.",
        ge=50,
        le=5000,
        effect=LIVE,
    )
    unfinished_silence_ms: int = _key(
        2000,
        "Silence in milliseconds that ends a turn which sounds unfinished. Raise it if you think while speaking.",
        ge=100,
        le=10000,
        effect=LIVE,
    )
    unjudged_silence_ms: int = _key(
        700,
        'Silence in milliseconds that ends a turn where end_of_turn.engine is "none".',
        ge=50,
        le=10000,
        effect=LIVE,
    )
    completion_threshold: float = _key(
        0.9,
        "A turn sounds finished above this probability. Raise it if it cuts in, lower it if it dawdles.",
        ge=0.01,
        le=0.99,
        effect=LIVE,
    )
    learn_pauses: bool = _key(
        True,
        "Gets used to how long you pause: waits 0.6 to 1.6 times as long as set here. Keeps numbers, no words.",
        effect=LIVE,
    )
    barge_in: bool = _key(True, "Speech over the reply stops it. false: it always talks to the end.", effect=LIVE)
    barge_in_ms: int = _key(
        64,
        "Speech in milliseconds that stops the reply. Raise it if a cough does.",
        ge=30,
        le=2000,
        effect=LIVE,
    )
    thinking_earcon_s: float = _key(
        2.5,
        "Seconds without an answer until a sound says that it still thinks.",
        ge=0.5,
        le=60,
        effect=LIVE,
    )

    @model_validator(mode="after")
    def _silences_ascend(self) -> TurnTaking:
        _ordered(self, "turn_taking", "pause_ms", "end_silence_ms", "unfinished_silence_ms")
        return self


class Stt(Section):
    """Speech to text."""

    engine: SttEngine = _key("faster_whisper", '"scripted" is for tests and dry runs.', effect=ENGINE)
    model: str = _key(
        "faster-whisper-base",
        "Model, as in `voiceos models list`. Bigger hears better and answers later.",
        min_length=1,
        max_length=200,
        effect=ENGINE,
    )
    language: str = _key(
        "",
        'Language you speak. "" is assistant.language, "auto" finds out each time.',
        pattern=rf"^(|auto|{WHISPER_LANGUAGES.replace(' ', '|')})$",
        allowed='"", "auto" or the ISO 639 code of a language that Whisper knows, such as "en"',
        effect=LIVE,
    )
    beam_size: int = _key(
        3,
        "Readings weighed against each other. 1 is quickest; more than 5 gains little.",
        ge=1,
        le=10,
        effect=ENGINE,
    )
    threads: int = _key(
        0,
        "Processor threads; 0 is what `voiceos tune` found best, or else as many as cores.",
        ge=0,
        le=256,
        effect=ENGINE,
    )
    timeout_s: float = _key(
        20.0,
        "Seconds of silence after which the engine is taken for hung and restarted.",
        ge=1,
        le=600,
        effect=LIVE,
    )


class EndOfTurn(Section):
    """Who judges whether you are done."""

    engine: EndOfTurnEngine = _key(
        "fused",
        '"smart_turn" hears it in your voice, "language_model" in your words, "fused" in both; "none": silence alone '
        "decides.",
        effect=ENGINE,
    )
    model: str = _key(
        "smart-turn-v3.2-cpu",
        "Model that hears it in your voice, as in `voiceos models list`.",
        min_length=1,
        max_length=200,
        effect=ENGINE,
    )


class Llm(Section):
    """The language model that thinks of the answers."""

    engine: LlmEngine = _key("llama_cpp", '"scripted" is for tests and dry runs.', effect=ENGINE)
    model: str = _key(
        "qwen2.5-coder-1.5b-instruct-q4_k_m",
        "Model, as in `voiceos models list`. Bigger is wiser and slower.",
        min_length=1,
        max_length=200,
        effect=ENGINE,
    )
    threads: int = _key(
        0,
        "Processor threads; 0 is what `voiceos tune` found best, or else as many as cores.",
        ge=0,
        le=256,
        effect=ENGINE,
    )
    context_tokens: int = _key(
        4096,
        "Length of conversation it has in mind, in tokens (about ¾ of a word). More takes more memory.",
        ge=1024,
        le=131072,
        effect=ENGINE,
    )
    background_tokens: int = _key(
        1024,
        "Likewise for what it thinks about in the background, in tokens.",
        ge=256,
        le=32768,
        effect=ENGINE,
    )
    max_reply_tokens: int = _key(
        160, "Longest reply in tokens; at most half of context_tokens.", ge=16, le=4096, effect=LIVE
    )
    temperature: float = _key(
        0.6, "0 always says the likeliest; higher is livelier and less reliable.", ge=0, le=2, effect=LIVE
    )
    top_p: float = _key(
        0.9, "Chooses among the likeliest words that make up this share; 1 is all.", ge=0.01, le=1, effect=LIVE
    )
    repeat_penalty: float = _key(1.1, "Above 1 keeps it from repeating itself; 1 is off.", ge=1, le=2, effect=LIVE)
    seed: int = _key(
        0, "Same seed and same words, same answer. Another number is another draw.", ge=0, le=2**32 - 1, effect=LIVE
    )
    timeout_s: float = _key(
        30.0,
        "Seconds of silence after which the engine is taken for hung and restarted.",
        ge=1,
        le=600,
        effect=LIVE,
    )

    @model_validator(mode="after")
    def _reply_fits(self) -> Llm:
        if self.max_reply_tokens > self.context_tokens // 2:
            raise PydanticCustomError(
                "order",
                "must not be above half of {section}.{high}, which is {limit}",
                {"section": "llm", "low": "max_reply_tokens", "high": "context_tokens", "limit": self.context_tokens},
            )
        return self


class Tts(Section):
    """The voice."""

    engine: TtsEngine = _key("piper", '"scripted" is for tests and dry runs.', effect=ENGINE)
    voice: str = _key(
        "en_US-joe-medium", "Voice, as in `voiceos models list`.", min_length=1, max_length=200, effect=ENGINE
    )
    speed: float = _key(1.0, "Speed of speech: 1 is the voice's own, 2 twice as fast.", ge=0.5, le=2, effect=LIVE)
    threads: int = _key(
        0,
        "Processor threads; 0 is what `voiceos tune` found best, or else as many as cores.",
        ge=0,
        le=256,
        effect=ENGINE,
    )
    timeout_s: float = _key(
        20.0,
        "Seconds of silence after which the engine is taken for hung and restarted.",
        ge=1,
        le=600,
        effect=LIVE,
    )


class Log(Section):
    """What is written to standard error."""

    level: LogLevel = _key("INFO", "Least important messages that are shown.", effect=LIVE)
    speech: bool = _key(
        False,
        'Show what was said and answered; only with level = "DEBUG". Otherwise no words are ever logged.',
        effect=LIVE,
    )


class Records(Section):
    """What is kept of your conversations, on this machine (docs/stored-data.md)."""

    turns: int = _key(
        1000,
        "How many turns' times are kept, without words, for `voiceos report`. 0 keeps none.",
        ge=0,
        le=1_000_000,
    )
    conversations: bool = _key(
        False, "Record conversations, your words included, for `voiceos replay`; it says so at the start. Keeps ten."
    )
    audio: bool = _key(False, "With conversations = true: also the sound of the microphone.")


class Control(Section):
    """The socket that `voiceos status` and its like talk to."""

    words: bool = _key(
        False,
        "Let your own programs read along: what is said, as it is said, in `voiceos events` and `voiceos top`.",
        effect=LIVE,
    )


class Settings(Section):
    """Every setting of voiceos."""

    assistant: Assistant = Assistant()
    audio: Audio = Audio()
    listening: Listening = Listening()
    turn_taking: TurnTaking = TurnTaking()
    stt: Stt = Stt()
    end_of_turn: EndOfTurn = EndOfTurn()
    llm: Llm = Llm()
    tts: Tts = Tts()
    records: Records = Records()
    control: Control = Control()
    log: Log = Log()
