"""What the turn-taking machine tells of each pause."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.turn_taking.table import FUSED, POLICY, Table
from voiceos import commands as do
from voiceos import events as ev
from voiceos.turn_taking.policy import finished


def test_a_pause_after_which_the_user_goes_on_is_told_with_its_length() -> None:
    table = Table()
    table.says(0.0, 1.0)
    table.heard(1.2, ev.Words("I was thinking"), 0.2)
    table.feed(ev.SpeechResumed(1.75))
    assert table.learned == [do.LearnPause(0.75, finished(0.2, None), went_on=True)]


def test_so_is_one_in_which_the_answer_was_on_its_way() -> None:
    table = Table()
    table.says(0.0, 1.0)
    table.heard(1.2, ev.Words("tell me"))
    table.feed(ev.Tick(1.4))
    table.feed(ev.SpeechResumed(1.8))
    assert [(round(one.duration_s, 3), one.went_on) for one in table.learned] == [(0.8, True)]


def test_an_answer_that_is_let_finish_ended_the_turn_when_it_began_to_sound() -> None:
    table = Table(FUSED).speaking()
    assert table.learned == []  # the user may still go on
    table.feed(ev.PlaybackFinished(4.0, 1))
    assert table.learned == [do.LearnPause(1.0, finished(0.9, 0.9), went_on=False)]


def interrupted(began_at: float, heard: ev.Heard) -> Table:
    """The reply sounds from 2.0 s on, the user having been silent since 1.0 s; then there is a voice."""
    table = Table().speaking()
    table.feed(ev.SpeechStarted(began_at + 0.1, began_at, began_at + 0.1))
    table.feed(ev.Tick(began_at + 0.2, heard_until=began_at + 0.2))
    table.feed(ev.SpeechPaused(began_at + 1.1, began_at + 1.0, 1.0))
    table.heard(began_at + 1.3, heard)
    table.feed(ev.Tick(began_at + 2.0))
    return table


def test_words_as_soon_as_the_answer_sounds_go_on_with_what_was_said() -> None:
    table = interrupted(2.4, ev.Words("of my cat"))
    assert [(round(one.duration_s, 3), one.went_on) for one in table.learned] == [(1.4, True)]


@pytest.mark.parametrize(
    ("began_at", "heard"),
    [(3.5, ev.Words("no, the other one")), (2.4, ev.Words("stop", intent=ev.Intent("stop")))],
)
def test_words_about_the_answer_are_no_pause_that_went_on(began_at: float, heard: ev.Heard) -> None:
    table = interrupted(began_at, heard)
    assert [(round(one.duration_s, 3), one.went_on) for one in table.learned] == [(1.0, False)]


def test_an_answer_may_be_over_before_the_user_goes_on() -> None:
    table = Table().speaking()
    table.feed(ev.PlaybackFinished(2.3, 1))
    assert table.learned == []
    table.says(2.5, 3.5)
    table.heard(3.7, ev.Words("of my cat"))
    table.feed(ev.Tick(5.0))
    assert [(round(one.duration_s, 3), one.went_on) for one in table.learned] == [(1.5, True)]


def test_the_next_question_after_a_short_answer_is_no_pause_that_went_on() -> None:
    table = Table().speaking()
    table.feed(ev.PlaybackFinished(2.3, 1))
    table.says(4.0, 5.0)
    table.heard(5.2, ev.Words("and the other one"))
    table.feed(ev.Tick(7.0))
    assert [(round(one.duration_s, 3), one.went_on) for one in table.learned] == [(1.0, False)]


@pytest.mark.parametrize("heard", [ev.Nothing(), ev.Words("mm-hm", backchannel=True), ev.Words("echo", echo=True)])
def test_a_noise_over_the_answer_decides_nothing(heard: ev.Heard) -> None:
    table = interrupted(2.4, heard)
    assert table.learned == []
    table.feed(ev.PlaybackFinished(6.0, 1))
    assert [one.went_on for one in table.learned] == [False]


def test_the_talk_of_others_teaches_nothing() -> None:
    table = Table(replace(POLICY, mode="name"))
    table.says(0.0, 1.0)
    table.heard(1.2, ev.Words("pass me the salt"), 0.2)
    table.feed(ev.SpeechResumed(1.75))
    table.feed(ev.SpeechPaused(2.6, 2.5, 2.0))
    table.feed(ev.SpeechResumed(3.2))
    assert table.learned == []


def test_what_the_assistant_says_of_its_own_accord_ends_nobodys_turn() -> None:
    table = Table()
    table.feed(ev.Announce(1.0, "tea"))
    table.feed(ev.PlaybackStarted(1.2, 1))
    table.feed(ev.PlaybackFinished(2.0, 1))
    assert table.learned == []


def test_a_turn_that_ended_in_a_failure_teaches_nothing() -> None:
    table = Table().speaking()
    table.feed(ev.WorkFailed(2.2, 1, 1, "error.tts"))
    table.feed(ev.PlaybackStarted(2.4, 2))
    table.feed(ev.PlaybackFinished(3.0, 2))
    assert table.learned == []
