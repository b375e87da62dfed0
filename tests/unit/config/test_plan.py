"""What changes between two sets of settings, and how each change reaches a running voiceos."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceos.config import KEYS, Settings
from voiceos.config.plan import Plan, changed, overlaid, plan, value, with_values
from voiceos.config.section import Effect

OTHER = {
    "audio.volume": 0.3,
    "tts.speed": 1.2,
    "audio.input_device": "headset",
    "llm.threads": 3,
    "llm.context_tokens": 2048,
    "tts.voice": "another",
    "end_of_turn.engine": "none",
    "listening.mode": "name",
}


def test_the_same_settings_need_nothing() -> None:
    assert plan(Settings(), Settings()) == Plan()
    assert Plan().keys == ()


def test_each_key_goes_where_it_says() -> None:
    made = plan(Settings(), with_values(Settings(), OTHER))
    assert made.live == ("audio.volume", "listening.mode", "tts.speed")
    assert made.sound == ("audio.input_device",)
    assert made.engines == {
        "end_of_turn": ("end_of_turn.engine",),
        "llm": ("llm.threads", "llm.context_tokens"),
        "tts": ("tts.voice",),
    }
    assert made.restart == ()
    assert sorted(made.keys) == sorted(OTHER)


def test_a_key_that_waits_for_the_next_start_is_named() -> None:
    other = Settings.model_construct(
        **dict(Settings()) | {"assistant": Settings().assistant.model_copy(update={"language": "nl"})}
    )
    assert plan(Settings(), other) == Plan(restart=("assistant.language",))


@given(st.lists(st.sampled_from(sorted(OTHER)), unique=True))
def test_a_plan_holds_exactly_what_differs(keys: list[str]) -> None:
    new = with_values(Settings(), {key: OTHER[key] for key in keys})
    assert set(plan(Settings(), new).keys) == set(changed(Settings(), new)) == set(keys)
    assert plan(new, Settings()).keys == plan(Settings(), new).keys


def test_what_was_changed_by_voice_outlives_a_change_of_something_else_in_the_file() -> None:
    in_force = with_values(Settings(), {"audio.volume": 0.95})
    file = with_values(Settings(), {"tts.speed": 1.2})
    both = overlaid(in_force, file, ("tts.speed",))
    assert (value(both, "audio.volume"), value(both, "tts.speed")) == (0.95, 1.2)


def test_where_the_two_do_not_fit_together_the_file_is_right() -> None:
    in_force = with_values(Settings(), {"turn_taking.end_silence_ms": 1900})
    file = with_values(Settings(), {"turn_taking.unfinished_silence_ms": 1000})
    assert overlaid(in_force, file, ("turn_taking.unfinished_silence_ms",)) == file


@pytest.mark.parametrize("name", KEYS)
def test_every_key_says_how_a_change_of_it_takes_effect(name: str) -> None:
    assert KEYS[name].effect in get_args(Effect)
    if KEYS[name].effect == "engine":
        assert KEYS[name].section in ("stt", "end_of_turn", "llm", "tts")
    if KEYS[name].effect == "sound":
        assert KEYS[name].section == "audio"
