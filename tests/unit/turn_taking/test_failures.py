"""What fails is told, once, and when it can be heard."""

from __future__ import annotations

import pytest

from tests.unit.turn_taking.table import Table
from voiceos import commands as do
from voiceos import events as ev
from voiceos.turn_taking.state import Phase


def test_a_failure_during_the_pause_is_told_when_the_user_is_done() -> None:
    table = Table()
    table.says(0.0, 1.0)
    table.feed(ev.EndpointJudged(1.15, 1, 1, 0.9))
    assert table.feed(ev.WorkFailed(1.2, 1, 1, "error.stt")) == []
    wanted = table.feed(ev.Tick(1.4))
    assert wanted == [do.CloseUtterance(), do.Cancel(1), do.Earcon("error"), do.Say(1, "error.stt", key=True)]


@pytest.mark.parametrize("sounding", [False, True])
def test_a_failure_of_the_answer_is_told_at_once(sounding: bool) -> None:
    table = Table()
    table.says(0.0, 1.0)
    table.heard(1.3, ev.Words("how are you"))
    table.feed(ev.Tick(1.4))
    if sounding:
        table.feed(ev.PlaybackStarted(2.0, 1))
    wanted = table.feed(ev.WorkFailed(2.5, 1, 1, "error.llm"))
    assert (do.Stop(1) if sounding else do.Cancel(1)) in wanted
    assert wanted[-2:] == [do.Earcon("error"), do.Say(2, "error.llm", key=True)]
    assert table.state.phase is Phase.ANSWERING


def test_a_reply_that_fails_after_a_cough_over_it_is_the_one_that_is_stopped() -> None:
    table = Table().speaking()
    reply = table.state.replying
    assert reply is not None
    table.says(3.0, 3.2)
    table.feed(ev.Tick(3.6))
    assert (table.state.phase, table.state.replying, table.state.turn) == (Phase.SPEAKING, reply, reply + 1)
    assert table.feed(ev.WorkFailed(4.0, reply, 1, "error.llm"))[0] == do.Stop(reply)


@pytest.mark.parametrize("paused", [False, True])
def test_a_reply_that_fails_under_speech_is_told_of_later(paused: bool) -> None:
    table = Table().speaking()
    reply = table.state.replying
    assert reply is not None
    table.feed(ev.SpeechStarted(3.06, 3.0, 3.06))
    table.feed(ev.Tick(3.2, heard_until=3.2))
    if paused:
        table.feed(ev.SpeechPaused(4.1, 4.0, 1.0))
    assert table.feed(ev.WorkFailed(4.2, reply, 1, "error.tts")) == []
    assert [waiting.text for waiting in table.state.announcements] == ["error.tts"]
