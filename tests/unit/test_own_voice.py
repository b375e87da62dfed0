"""What the assistant says, as far as it may be in what was heard."""

from __future__ import annotations

from datetime import UTC, datetime

from voiceos.clock import ManualClock
from voiceos.own_voice import ECHO_TAIL_S, OwnVoice


def test_what_sounded_while_something_was_heard_is_known_however_late_that_is_understood() -> None:
    clock = ManualClock(datetime(2026, 1, 5, 12, tzinfo=UTC))
    voice = OwnVoice(clock)
    clock.advance(100.0)
    voice.ended("The moon is far.")
    began_at = clock.monotonic() + ECHO_TAIL_S / 2
    clock.advance(20.0)
    voice.ended("And cold.")
    clock.advance(10.0)
    assert voice.words([], began_at) == "The moon is far. And cold."
    assert voice.words([], began_at + 2 * ECHO_TAIL_S) == "And cold."
    assert voice.words([], float("inf")) == ""


def test_a_reply_that_goes_on_ends_later() -> None:
    clock = ManualClock(datetime(2026, 1, 5, 12, tzinfo=UTC))
    voice = OwnVoice(clock)
    voice.ended("The moon is far.")
    clock.advance(10.0)
    voice.ended(None)
    assert voice.words([], float("inf")) == "The moon is far."
    voice.let_go()
    assert voice.words([], 0.0) == ""
