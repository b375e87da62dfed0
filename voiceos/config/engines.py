"""What may be set of the engines: which, with what model, and how they run."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from voiceos.config.section import ENGINE, LIVE, Section, key

# The one table of choices; the code that builds engines matches on these.
SttEngine = Literal["faster_whisper", "scripted"]
EndOfTurnEngine = Literal["fused", "smart_turn", "language_model", "none"]
LlmEngine = Literal["llama_cpp", "scripted"]
TtsEngine = Literal["piper", "scripted"]

WHISPER_LANGUAGES = (
    "af am ar as az ba be bg bn bo br bs ca cs cy da de el en es et eu fa fi fo fr gl gu ha haw he hi hr ht hu hy id "
    "is it ja jw ka kk km kn ko la lb ln lo lt lv mg mi mk ml mn mr ms mt my ne nl nn no oc pa pl ps pt ro ru sa sd si "
    "sk sl sn so sq sr su sv sw ta te tg th tk tl tr tt uk ur uz vi yi yo zh yue"
)
"""Languages that multilingual Whisper models were trained on (openai/whisper, tokenizer.py)."""


def _threads() -> Any:
    return key(
        0,
        "Processor threads; 0 is what `voiceos tune` found best, or else as many as cores.",
        ge=0,
        le=256,
        effect=ENGINE,
    )


def _timeout_s(default: float) -> Any:
    return key(
        default,
        "Seconds of silence after which the engine is taken for hung and restarted.",
        ge=1,
        le=600,
        effect=LIVE,
    )


class Stt(Section):
    """Speech to text."""

    engine: SttEngine = key("faster_whisper", '"scripted" is for tests and dry runs.', effect=ENGINE)
    model: str = key(
        "faster-whisper-base",
        "Model, as in `voiceos models list`. Bigger hears better and answers later.",
        min_length=1,
        max_length=200,
        effect=ENGINE,
    )
    language: str = key(
        "",
        'Language you speak. "" is assistant.language, "auto" finds out each time.',
        pattern=rf"^(|auto|{WHISPER_LANGUAGES.replace(' ', '|')})$",
        allowed='"", "auto" or the ISO 639 code of a language that Whisper knows, such as "en"',
        effect=LIVE,
    )
    beam_size: int = key(
        3,
        "Readings weighed against each other. 1 is quickest; more than 5 gains little.",
        ge=1,
        le=10,
        effect=ENGINE,
    )
    threads: int = _threads()
    timeout_s: float = _timeout_s(20.0)


class EndOfTurn(Section):
    """Who judges whether you are done."""

    engine: EndOfTurnEngine = key(
        "fused",
        '"smart_turn" hears it in your voice, "language_model" in your words, "fused" in both; "none": silence alone '
        "decides.",
        effect=ENGINE,
    )
    model: str = key(
        "smart-turn-v3.2-cpu",
        "Model that hears it in your voice, as in `voiceos models list`.",
        min_length=1,
        max_length=200,
        effect=ENGINE,
    )


class Llm(Section):
    """The language model that thinks of the answers."""

    engine: LlmEngine = key("llama_cpp", '"scripted" is for tests and dry runs.', effect=ENGINE)
    model: str = key(
        "qwen2.5-coder-1.5b-instruct-q4_k_m",
        "Model, as in `voiceos models list`. Bigger is wiser and slower.",
        min_length=1,
        max_length=200,
        effect=ENGINE,
    )
    threads: int = _threads()
    context_tokens: int = key(
        4096,
        "Length of conversation it has in mind, in tokens (about ¾ of a word). More takes more memory.",
        ge=1024,
        le=131072,
        effect=ENGINE,
    )
    background_tokens: int = key(
        1024,
        "Likewise for what it thinks about in the background, in tokens.",
        ge=256,
        le=32768,
        effect=ENGINE,
    )
    spoken_vocabulary: bool = key(
        True,
        "Choose among the words of your language alone: quicker, with less memory. false where it is to write "
        "programs or other scripts well. `voiceos models pull` makes the copy of the model that this takes.",
        effect=ENGINE,
    )
    max_reply_tokens: int = key(
        160, "Longest reply in tokens; at most half of context_tokens.", ge=16, le=4096, effect=LIVE
    )
    temperature: float = key(
        0.6, "0 always says the likeliest; higher is livelier and less reliable.", ge=0, le=2, effect=LIVE
    )
    top_p: float = key(
        0.9, "Chooses among the likeliest words that make up this share; 1 is all.", ge=0.01, le=1, effect=LIVE
    )
    repeat_penalty: float = key(1.1, "Above 1 keeps it from repeating itself; 1 is off.", ge=1, le=2, effect=LIVE)
    seed: int = key(
        0, "Same seed and same words, same answer. Another number is another draw.", ge=0, le=2**32 - 1, effect=LIVE
    )
    timeout_s: float = _timeout_s(30.0)

    @model_validator(mode="after")
    def _reply_fits(self) -> Llm:
        if self.max_reply_tokens > self.context_tokens // 2:
            raise PydanticCustomError(
                "order",
                "must not be above {limit}, half of {section}.{high}",
                {
                    "section": "llm",
                    "low": "max_reply_tokens",
                    "high": "context_tokens",
                    "limit": self.context_tokens // 2,
                },
            )
        return self


class Tts(Section):
    """The voice."""

    engine: TtsEngine = key("piper", '"scripted" is for tests and dry runs.', effect=ENGINE)
    voice: str = key(
        "en_US-joe-medium", "Voice, as in `voiceos models list`.", min_length=1, max_length=200, effect=ENGINE
    )
    speed: float = key(1.0, "Speed of speech: 1 is the voice's own, 2 twice as fast.", ge=0.5, le=2, effect=LIVE)
    threads: int = _threads()
    timeout_s: float = _timeout_s(20.0)
