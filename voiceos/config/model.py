"""What may be set: every section and key with its default, bounds, unit and reason.

This file and `engines.py` are the only source: `config.toml`, `docs/configuration.md`, the checks and what an error
calls "allowed" are all made from them.
"""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from voiceos.config.engines import EndOfTurn, Llm, Stt, Tts
from voiceos.config.section import LIVE, SOUND, Section, key, ordered
from voiceos.languages import available
from voiceos.stored import SETTINGS

VERSION = SETTINGS.version
"""Of the settings file's layout. Raised, in `stored.py`, together with a new entry in `migrate.MIGRATIONS`."""

ListeningMode = Literal["open", "name", "push", "wakeword"]
WakeSensitivity = Literal["low", "normal", "high"]
EchoCancellation = Literal["auto", "on", "off"]
InitiativeLevel = Literal["off", "rare", "normal"]
LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR"]

QUIET_HOURS = r"^$|^([01]\d|2[0-3]):[0-5]\d *- *([01]\d|2[0-3]):[0-5]\d$"
"""What quiet hours look like; "" has none."""

REGION = "^(auto|A[B-Z]|[B-P][A-Z]|Q[A-L]|[R-W][A-Z]|XK|Y[A-Z]|Z[A-Y])$"
"""Without the codes that ISO 3166-1 keeps for private use, which are no country: of a mistake nobody would hear."""

WAKE_WORDS = ("okay_nabu", "hey_jarvis", "hey_mycroft", "alexa")
"""Those whose models come inside pymicro-wakeword."""


class Assistant(Section):
    """Who you talk to."""

    name: str = key(
        "Ada",
        "What it is called. Short and unlike everyday words is heard best.",
        min_length=1,
        max_length=40,
        pattern=r"^[^\W\d_].*$",
        allowed="1 to 40 characters that start with a letter",
        effect=LIVE,
    )
    language: str = key(
        "en",
        "Language it speaks and understands.",
        pattern=rf"^({'|'.join(available())})$",
        allowed=" or ".join(f'"{code}"' for code in available()),
    )
    user_name: str = key("", 'What it calls you. "" is nothing.', max_length=60, effect=LIVE)
    character: str = key(
        "warm",
        "The persona file that tells who it is; `voiceos persona list` shows which there are.",
        pattern=r"^[\w-]{1,40}$",
        allowed="the name of a persona",
        effect=LIVE,
    )
    persona: str = key(
        "",
        'Who it is in your own words, in the place of `character` (""" begins and ends a text of several lines; {name} '
        'is its name). "" is what the persona file tells.',
        max_length=4000,
        effect=LIVE,
    )
    region: str = key(
        "auto",
        'Country you are in, as two letters ("US"): for the numbers of help it names in an emergency. "auto" goes by '
        "the time zone.",
        pattern=REGION,
        allowed='"auto" or two capital letters (ISO 3166-1)',
        effect=LIVE,
    )
    openers: bool = key(
        True,
        'Begin answers that take thought with a sound of it ("Hmm.", "Oh no."), so that you need not wait in silence.',
        effect=LIVE,
    )
    mood: bool = key(
        True, "Talk softly in quiet hours, gently when you are sad, briefly when you are busy.", effect=LIVE
    )
    drift: int = key(
        2, "How many steps each of its traits may change by itself with time; 0: it stays.", ge=0, le=2, effect=LIVE
    )


class Audio(Section):
    """Microphone and earpiece."""

    input_device: str = key(
        "",
        'Microphone: part of its name as in `voiceos devices`. "" is the system\'s default.',
        max_length=200,
        effect=SOUND,
    )
    output_device: str = key(
        "",
        'Earpiece or loudspeaker: part of its name. "" is the system\'s default.',
        max_length=200,
        effect=SOUND,
    )
    volume: float = key(0.8, "Loudness of all it plays: 0 is silent, 1 the loudest.", ge=0, le=1, effect=LIVE)
    earcons: bool = key(
        True, "Short sounds for: listening, heard you, thinking long, error, muted, goodbye.", effect=LIVE
    )
    echo_cancellation: EchoCancellation = key(
        "auto",
        'Takes its own voice out of what the microphone hears: "auto" where it comes back, as from a loudspeaker, "on" '
        'always, "off" never.',
        effect=SOUND,
    )
    hold_during_calls: bool = key(
        True,
        "In a call (another program begins to use the microphone) say nothing unasked, answer only to the name.",
        effect=LIVE,
    )
    output_block_ms: int = key(
        20,
        "Sound handed over at a time, in milliseconds. Less stops sooner; more crackles less on a busy machine.",
        ge=5,
        le=100,
        effect=SOUND,
    )
    input_latency_ms: int = key(
        0,
        "Microphone buffer, in milliseconds; 0 is the shortest the device offers. Raise it if speech arrives in bits.",
        ge=0,
        le=500,
        effect=SOUND,
    )
    output_latency_ms: int = key(
        0,
        "Playback buffer, in milliseconds; 0 is the shortest the device offers. Raise it if the voice crackles.",
        ge=0,
        le=500,
        effect=SOUND,
    )


class Listening(Section):
    """What counts as speech, and as speech for the assistant."""

    mode: ListeningMode = key(
        "open",
        '"open": all you say is for it, right for a headset. "name": its name must be said, right for a room. "push": '
        'it hears nothing before `voiceos listen`; "wakeword": nor before its wake word.',
        effect=LIVE,
    )
    follow_up_s: float = key(
        8.0,
        "Seconds after a reply in which it listens on, and needs no name.",
        ge=0,
        le=60,
        effect=LIVE,
    )
    wake_word: str = key(
        "okay_nabu",
        f'What mode "wakeword" waits for: {", ".join(WAKE_WORDS)}; several with commas between them.',
        pattern=rf"^({'|'.join(WAKE_WORDS)})( *, *({'|'.join(WAKE_WORDS)}))*$",
        allowed=f"{', '.join(WAKE_WORDS)}, or several of them with commas between",
        words=WAKE_WORDS,
        effect=LIVE,
    )
    wake_sensitivity: WakeSensitivity = key(
        "normal",
        "How readily the wake word is heard. Lower it where it wakes up unasked, raise it where it must be said twice.",
        effect=LIVE,
    )
    listen_s: float = key(
        8.0,
        "Seconds that it waits for you to speak once it was called; then a sound says that it stopped.",
        ge=1,
        le=60,
        effect=LIVE,
    )
    speech_threshold: float = key(
        0.5,
        "Speech begins above this probability. Raise it where noise is taken for speech.",
        ge=0.05,
        le=0.99,
        effect=LIVE,
    )
    silence_threshold: float = key(
        0.35,
        "Speech ends below this probability; not above speech_threshold. Lower it where words are cut in two.",
        ge=0.01,
        le=0.99,
        effect=LIVE,
    )
    min_speech_ms: int = key(
        250,
        "Shorter speech, in milliseconds, is no turn: a cough, a click.",
        ge=50,
        le=2000,
        effect=LIVE,
    )
    pre_roll_ms: int = key(
        300,
        "Sound kept from before speech was noticed, in milliseconds. Raise it if first words are lost.",
        ge=0,
        le=1000,
        effect=LIVE,
    )
    max_utterance_s: float = key(
        28.0,
        "Longest stretch of speech in seconds; then it is taken as said (the recogniser's window is 30 s).",
        ge=3,
        le=28,
        effect=LIVE,
    )

    @model_validator(mode="after")
    def _thresholds_ascend(self) -> Listening:
        ordered(self, "listening", "silence_threshold", "speech_threshold")
        return self


class TurnTaking(Section):
    """When it answers, and when it stops talking."""

    pause_ms: int = key(
        32,
        "Silence in milliseconds after which work on the answer starts, unheard. More saves processor, costs time.",
        ge=30,
        le=2000,
        effect=LIVE,
    )
    fade_ms: int = key(
        16,
        "The same in milliseconds of a voice too soft to hear, known sooner than silence. 0 waits for silence.",
        ge=0,
        le=2000,
        effect=LIVE,
    )
    wish_silence_ms: int = key(
        200,
        'Silence in milliseconds that ends a wish such as "what time is it"; end_silence_ms does where it is less, or '
        "where the voice sounds unfinished.",
        ge=30,
        le=5000,
        effect=LIVE,
    )
    end_silence_ms: int = key(
        500,
        "Silence in milliseconds that ends a turn which sounds finished. Raise it if it cuts in.",
        ge=50,
        le=5000,
        effect=LIVE,
    )
    unfinished_silence_ms: int = key(
        2000,
        "Silence in milliseconds that ends a turn which sounds unfinished. Raise it if you think while speaking.",
        ge=100,
        le=10000,
        effect=LIVE,
    )
    unjudged_silence_ms: int = key(
        700,
        'Silence in milliseconds that ends a turn where end_of_turn.engine is "none".',
        ge=50,
        le=10000,
        effect=LIVE,
    )
    completion_threshold: float = key(
        0.9,
        "A turn sounds finished above this probability. Raise it if it cuts in, lower it if it dawdles.",
        ge=0.01,
        le=0.99,
        effect=LIVE,
    )
    learn_pauses: bool = key(
        True,
        "Gets used to how long you pause: waits 0.6 to 1.6 times as long as set here. Keeps numbers, no words.",
        effect=LIVE,
    )
    barge_in: bool = key(True, "Speech over the reply stops it. false: it always talks to the end.", effect=LIVE)
    barge_in_ms: int = key(
        64,
        "Speech in milliseconds that stops the reply. Raise it if a cough does.",
        ge=30,
        le=2000,
        effect=LIVE,
    )
    thinking_earcon_s: float = key(
        2.5,
        "Seconds without an answer until a sound says that it still thinks.",
        ge=0.5,
        le=60,
        effect=LIVE,
    )

    @model_validator(mode="after")
    def _silences_ascend(self) -> TurnTaking:
        ordered(self, "turn_taking", "pause_ms", "end_silence_ms", "unfinished_silence_ms")
        return self


class Log(Section):
    """What is written to standard error."""

    level: LogLevel = key("INFO", "Least important messages that are shown.", effect=LIVE)
    speech: bool = key(
        False,
        'Show what was said and answered; only with level = "DEBUG". Otherwise no words are ever logged.',
        effect=LIVE,
    )


class Records(Section):
    """What is kept of your conversations, on this machine (docs/stored-data.md)."""

    turns: int = key(
        1000,
        "How many turns' times are kept, without words, for `voiceos report`. 0 keeps none.",
        ge=0,
        le=1_000_000,
    )
    conversations: bool = key(
        False, "Record conversations, your words included, for `voiceos replay`; it says so at the start. Keeps ten."
    )
    audio: bool = key(False, "With conversations = true: also the sound of the microphone.")


class Memory(Section):
    """What it remembers of you, on this machine (docs/memory.md)."""

    enabled: bool = key(True, "Remember what is said, from one conversation to the next. false: nothing is added.")
    learn: bool = key(True, "Draw lasting facts from what you say, while nobody speaks.")
    learn_after_s: float = key(20.0, "So long nobody has spoken before it does, in seconds.", ge=1.0, le=86_400.0)
    summaries: bool = key(True, "Put in short what days and weeks were about, and who you are, while nobody speaks.")
    profile_tokens: int = key(
        80, "With summaries = true: so long is what it writes of you, in tokens; 0 writes nothing.", ge=0, le=1024
    )
    known_tokens: int = key(
        160, "Of what it knows of you, so much is always in mind, in tokens (about ¾ of a word).", ge=0, le=4096
    )
    recall_tokens: int = key(
        64,
        "Of the rest, so much at most comes to mind with what you say, in tokens; only where it fits. 0: nothing, "
        "but what is answered by rule still is.",
        ge=0,
        le=1024,
    )
    keep_episodes_days: int = key(
        0,
        "Turns older than so many days are deleted; what is known from them stays. 0 keeps them for ever.",
        ge=0,
        le=36_500,
    )


class Initiative(Section):
    """When it speaks first (docs/initiative.md)."""

    level: InitiativeLevel = key(
        "rare",
        'How readily it speaks first: "off" (only what you asked to be reminded of), "rare" (once or twice a day), '
        '"normal".',
        effect=LIVE,
    )
    quiet_hours: str = key(
        "23:00-07:00",
        'Hours in which it says nothing unasked but what you wanted to be reminded of then. "" has none; the same time '
        'twice, as "07:00-07:00", is all day.',
        pattern=QUIET_HOURS,
        allowed='hours such as "23:00-07:00", or ""',
        effect=LIVE,
    )


class Control(Section):
    """The socket that `voiceos status` and its like talk to."""

    words: bool = key(
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
    memory: Memory = Memory()
    initiative: Initiative = Initiative()
    control: Control = Control()
    log: Log = Log()
