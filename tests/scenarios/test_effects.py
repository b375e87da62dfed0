"""What the settings say of how a change takes effect is true: each is changed while it runs."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.scenarios.house import House
from voiceos import log as logs
from voiceos.app import Stage
from voiceos.clock import SystemClock
from voiceos.config import KEYS, Settings
from voiceos.config.plan import value
from voiceos.engines.micro_wakeword import MicroWakeWord
from voiceos.events import CallChanged, Intent
from voiceos.languages import Phrases
from voiceos.temperament import Temperament
from voiceos.traits import Book, disposition

Seen = Callable[[House], object]


def persona(house: House) -> str:
    return house.live._thinker.conversation.persona.system


def policy(name: str) -> Seen:
    return lambda house: getattr(house.live.conductor.policy, name)


def sampling(name: str) -> Seen:
    return lambda house: getattr(house.live._thinker._sampling, name)


def gate(name: str) -> Seen:
    return lambda house: getattr(house.live.conductor._ears.gate, name)


def budget(stage: Stage) -> Seen:
    return lambda house: house.live.engines.processes[stage].spec.budget_s


NOW = datetime(2026, 5, 12, 12, 0).astimezone()


def temperament(house: House) -> Temperament:
    assert house.live._parts is not None
    return house.live._parts.temperament


JARVIS = Phrases("en", wake_word="Hey Jarvis").text("mode_wakeword")


def readily(house: House) -> bool:
    detector = house.live.conductor._ears.wake_word
    assert isinstance(detector, MicroWakeWord)
    return detector._cutoffs == MicroWakeWord(["hey_jarvis"], sensitivity="high")._cutoffs


def understood(house: House) -> object:
    return house.live.conductor._ears.read("Bob, what time is it").intent


LIVE: dict[str, tuple[Any, Seen, object]] = {
    "assistant.name": ("Bob", understood, Intent("time")),
    "assistant.user_name": ("Pete", lambda house: "Pete" in persona(house), True),
    "assistant.character": ("dry", lambda house: "Your humour is dry" in persona(house), True),
    "assistant.persona": ("You are a pirate.", lambda house: "a pirate" in persona(house), True),
    "assistant.region": ("GB", lambda house: house.live.first_aid.help("life").number, "one one six, one two three"),
    "assistant.openers": (False, lambda house: house.live.conductor._work._openers, None),
    "assistant.mood": (False, lambda house: temperament(house).mood.delivery("I'm in a hurry", None, NOW).words, None),
    "assistant.drift": (0, lambda house: disposition(house.live.settings.assistant, Book()).limits["humour"], (0, 0)),
    "audio.volume": (0.3, lambda house: house.sound.speaker.volume, 0.3),
    "audio.earcons": (False, lambda house: house.live.conductor._bearing.play_earcons, False),
    "audio.hold_during_calls": (False, lambda house: house.live.conductor.state.on_call, False),
    "listening.mode": ("name", policy("mode"), "name"),
    "listening.follow_up_s": (3.0, policy("follow_up_s"), 3.0),
    "listening.wake_word": ("hey_jarvis", lambda house: house.live._phrases.text("mode_wakeword"), JARVIS),
    "listening.wake_sensitivity": ("high", readily, True),
    "listening.listen_s": (5.0, policy("listen_s"), 5.0),
    "listening.speech_threshold": (0.6, gate("_speech_threshold"), 0.6),
    "listening.silence_threshold": (0.3, gate("_silence_threshold"), 0.3),
    "listening.min_speech_ms": (300, policy("min_speech_s"), 0.3),
    "listening.pre_roll_ms": (640, gate("_pre_roll_frames"), 20),
    "listening.max_utterance_s": (8.0, gate("_max_frames"), 250),
    "turn_taking.pause_ms": (120, gate("_pause_s"), 0.12),
    "turn_taking.fade_ms": (20, gate("_fade_s"), 0.02),
    "turn_taking.wish_silence_ms": (250, policy("wish_silence_s"), 0.25),
    "turn_taking.end_silence_ms": (600, policy("end_silence_s"), 0.6),
    "turn_taking.unfinished_silence_ms": (1500, policy("unfinished_silence_s"), 1.5),
    "turn_taking.unjudged_silence_ms": (800, policy("unjudged_silence_s"), 0.8),
    "turn_taking.completion_threshold": (0.8, policy("completion_threshold"), 0.8),
    "turn_taking.learn_pauses": (False, lambda house: house.live.conductor._bearing.keep_pauses, None),
    "turn_taking.barge_in": (False, policy("barge_in"), False),
    "turn_taking.barge_in_ms": (96, policy("barge_in_s"), 0.096),
    "turn_taking.thinking_earcon_s": (4.0, policy("thinking_earcon_s"), 4.0),
    "stt.language": ("nl", lambda house: house.live.conductor._ears._language, "nl"),
    "stt.timeout_s": (5.0, budget("stt"), 5.0),
    "llm.timeout_s": (6.0, budget("llm"), 6.0),
    "tts.timeout_s": (7.0, budget("tts"), 7.0),
    "llm.max_reply_tokens": (80, sampling("max_tokens"), 80),
    "llm.temperature": (0.2, sampling("temperature"), 0.2),
    "llm.top_p": (0.8, sampling("top_p"), 0.8),
    "llm.repeat_penalty": (1.2, sampling("repeat_penalty"), 1.2),
    "llm.seed": (7, sampling("seed"), 7),
    "tts.speed": (1.5, lambda house: house.live.conductor.speed, 1.5),
    # What speaks first asks for these anew each time.
    "initiative.level": ("normal", lambda house: house.live.settings.initiative.level, "normal"),
    "initiative.quiet_hours": ("13:00-15:00", lambda house: house.live.settings.initiative.quiet_hours, "13:00-15:00"),
    "control.words": (True, lambda house: house.daemon.settings.control.words, True),
    "log.level": ("DEBUG", lambda house: logging.getLogger("voiceos").level, logging.DEBUG),
    "log.speech": (True, lambda house: logs.speech("hello"), "'hello'"),
}
"""Another value for each live key, what shows it, and what that shows then and not before."""

SOUND = {
    "audio.input_device": "headset",
    "audio.output_device": "headset",
    "audio.echo_cancellation": "on",
    "audio.output_block_ms": 30,
    "audio.input_latency_ms": 40,
    "audio.output_latency_ms": 50,
}

ENGINE = {
    "stt.model": "faster-whisper-tiny",
    "stt.beam_size": 2,
    "stt.threads": 3,
    "llm.model": "another",
    "llm.threads": 3,
    "llm.spoken_vocabulary": False,
    "llm.context_tokens": 2048,
    "llm.background_tokens": 512,
    "tts.voice": "another",
    "tts.threads": 3,
}
"""`engine` too starts another engine; that is in test_reload.py, as these settings name scripted ones."""


def keys(effect: str, but: tuple[str, ...] = ()) -> set[str]:
    return {key.dotted for key in KEYS.values() if key.effect == effect} - {*but}


@pytest.fixture
def _level() -> Any:
    logger = logging.getLogger("voiceos")
    before = logger.level
    yield
    logs.adjust(logging.getLevelName(before) if before else "WARNING", show_speech=False)
    logger.setLevel(before)


@pytest.mark.usefixtures("_level")
async def test_each_live_key_is_in_force_without_a_restart(tmp_path: Path) -> None:
    assert LIVE.keys() == keys("live"), "a live key without anything that shows it, or the other way round"
    async with House(tmp_path) as house:
        engines = dict(house.live.engines.processes)
        house.live.conductor.post(CallChanged(SystemClock().monotonic(), True))
        await house.wait(0.1)
        for key, (new, seen, shown) in LIVE.items():
            assert seen(house) != shown, f"{key}: what is to show its change shows it before"
            house.source.keep({key: new})
            told = await house.daemon.reload()
            assert (told.live, told.engines, told.restart, told.wrong) == ((key,), (), (), ())
            await house.reloaded()
            await house.wait(0.1)
            assert seen(house) == shown, key
            assert value(house.daemon.settings, key) == new
        assert house.live.engines.processes == engines


async def test_each_key_of_the_sound_has_it_opened_anew(tmp_path: Path) -> None:
    assert SOUND.keys() == keys("sound")
    async with House(tmp_path) as house:
        for key, new in SOUND.items():
            await house.changed(**{key.replace(".", "__"): new})
            assert house.sound.asked_for is not None
            assert getattr(house.sound.asked_for, key.partition(".")[2]) == new


async def test_each_key_of_an_engine_restarts_that_engine_alone(tmp_path: Path) -> None:
    by_engine = tuple(f"{stage}.engine" for stage in ("stt", "llm", "tts"))
    assert ENGINE.keys() == keys("engine", (*by_engine, "end_of_turn.engine", "end_of_turn.model"))
    started: list[tuple[Stage, Settings]] = []
    async with House(tmp_path, started=lambda *one: started.append(one)) as house:
        for key, new in ENGINE.items():
            before = dict(house.live.engines.processes)
            started.clear()
            await house.changed(**{key.replace(".", "__"): new})
            after = house.live.engines.processes
            stage = KEYS[key].section
            assert [one for one in after if after[one] is not before[one]] == [stage]
            assert {one for one, _ in started} == {stage}
            assert value(started[-1][1], key) == new
            assert value(house.daemon.settings, key) == new
            assert house.daemon.settings_problem == ""


async def test_who_judges_the_end_of_a_turn_changes_with_no_engine_restarted(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        before = dict(house.live.engines.processes)
        await house.changed(end_of_turn__engine="language_model")
        assert house.live.conductor.policy.judges == {"words"}
        assert house.live.engines.processes == before


async def test_what_waits_for_the_next_start_is_said_and_changes_nothing(tmp_path: Path) -> None:
    waiting = keys("restart")
    async with House(tmp_path) as house:
        assert house.daemon.configuration is not None
        in_force = house.daemon.settings
        for key in sorted(waiting - {"assistant.language"}):
            house.source.keep({key: another(key)})
            assert (await house.daemon.reload()).restart == (key,)
            assert house.daemon.configuration.waiting[0] == key
            await house.live.conductor.wait_idle()  # each is said, one after the other
        # There is one language so far, which no file can change for another.
        settings = in_force.model_copy(update={"assistant": in_force.assistant.model_copy(update={"language": "nl"})})
        told = await house.daemon.configuration._take(settings, {"assistant.language"})
        assert told.restart == ("assistant.language",)
        assert house.daemon.settings == in_force
        await house.announced("The change to assistant, language waits until I'm started again.")


def another(key: str) -> object:
    """A value that is not the default; a text has none here that is allowed for sure."""
    default = KEYS[key].default
    assert not isinstance(default, str), f"{key} needs another value here"
    return (not default) if isinstance(default, bool) else default + 1
