"""When it counts as alive: facts in, reasons against out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from voiceos.daemon.liveness import (
    CONDUCTOR_BUDGET_S,
    ENGINE_GRACE_S,
    OPENING_BUDGET_S,
    SOUND_BUDGET_S,
    EngineFacts,
    Facts,
    reasons_against,
)

NOW = 1000.0
WELL = Facts(
    now=NOW,
    frame_at=NOW - 0.1,
    silent_because="",
    opening_since=None,
    turned_at=NOW - 0.1,
    engines={"stt": EngineFacts(0.0, 20.0), "llm": EngineFacts(19.0, 20.0), "tts": EngineFacts(0.0, 20.0)},
)


def test_where_all_moves_nothing_speaks_against_it() -> None:
    assert reasons_against(WELL) == []


@pytest.mark.parametrize("reason", ["muted", "no microphone", "no sound server"])
def test_silence_for_a_stated_reason_may_last(reason: str) -> None:
    assert reasons_against(replace(WELL, frame_at=0.0, silent_because=reason)) == []


def test_unexplained_silence_may_not() -> None:
    short, long = NOW - SOUND_BUDGET_S + 1, NOW - SOUND_BUDGET_S - 1
    assert reasons_against(replace(WELL, frame_at=short)) == []
    (reason,) = reasons_against(replace(WELL, frame_at=long))
    assert "No sound has come from the microphone for 13 s" in reason


def test_opening_the_sound_ends() -> None:
    opening = replace(WELL, frame_at=0.0, silent_because="the sound is being opened")
    assert reasons_against(replace(opening, opening_since=NOW - OPENING_BUDGET_S + 1)) == []
    (reason,) = reasons_against(replace(opening, opening_since=NOW - OPENING_BUDGET_S - 1))
    assert "The sound has been opening for 61 s" in reason


def test_a_conductor_that_stands_is_told_of_alone() -> None:
    stands = NOW - CONDUCTOR_BUDGET_S - 1
    assert reasons_against(replace(WELL, turned_at=NOW - CONDUCTOR_BUDGET_S + 1)) == []
    (reason,) = reasons_against(replace(WELL, turned_at=stands, frame_at=0.0))
    assert "The conductor has dealt with nothing for 9 s" in reason


@pytest.mark.parametrize("name", ["stt", "llm", "tts"])
def test_an_engine_may_use_its_budget_but_its_keeper_must_act_then(name: str) -> None:
    def waits(seconds: float) -> Facts:
        return replace(WELL, engines={**WELL.engines, name: EngineFacts(seconds, 20.0)})

    assert reasons_against(waits(20.0 + ENGINE_GRACE_S)) == []
    (reason,) = reasons_against(waits(21.0 + ENGINE_GRACE_S))
    assert f"The {name} engine has been silent for 26 s" in reason
