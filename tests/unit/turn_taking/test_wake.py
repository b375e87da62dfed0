"""How it is called, and what it listens to before: on paper."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.turn_taking.table import POLICY, Table
from voiceos import commands as do
from voiceos import events as ev
from voiceos.turn_taking.state import Phase

PUSH = replace(POLICY, mode="push", listen_s=8.0, follow_up_s=5.0)
NAME = replace(POLICY, mode="name", listen_s=8.0)
AWAKE, ASLEEP = do.Earcon("awake"), do.Earcon("asleep")


def asleep() -> Table:
    table = Table(PUSH)
    assert table.feed(ev.Tick(0.0)) == [do.IgnoreMicrophone(True)]
    return table


def test_asleep_no_voice_opens_a_turn() -> None:
    table = asleep()
    assert table.feed(ev.SpeechStarted(1.06, 1.0, 1.06)) == [do.CloseUtterance()]
    assert table.state.phase is Phase.QUIET


def test_a_call_opens_a_window_whose_first_speech_is_answered() -> None:
    table = asleep()
    assert table.feed(ev.Listen(1.0)) == [do.HearSince(0.7), AWAKE, do.IgnoreMicrophone(False)]
    table.says(8.9, 9.9)
    table.heard(10.2, ev.Words("how are you"))
    assert do.Release(1, 1) in table.feed(ev.Tick(10.4))
    table.feed(ev.PlaybackStarted(10.5, 1))
    assert ASLEEP not in table.log


def test_a_window_in_which_nobody_speaks_closes_and_says_so() -> None:
    table = asleep()
    table.feed(ev.Listen(1.0))
    assert table.feed(ev.Tick(9.0)) == []
    assert table.feed(ev.Tick(9.1)) == [ASLEEP, do.IgnoreMicrophone(True)]
    assert table.feed(ev.Tick(9.2)) == []


def test_a_cough_leaves_the_window_open_for_what_is_left_of_it() -> None:
    table = asleep()
    table.feed(ev.Listen(1.0))
    table.says(2.0, 2.15)
    table.feed(ev.Tick(2.7))
    assert table.state.phase is Phase.QUIET
    assert not table.state.ignoring
    assert ASLEEP in table.feed(ev.Tick(9.1))


def test_after_its_reply_it_listens_on_for_a_while() -> None:
    table = asleep()
    table.feed(ev.Listen(1.0))
    table.says(2.0, 3.0)
    table.heard(3.2, ev.Words("how are you"))
    table.feed(ev.Tick(3.5))
    table.feed(ev.PlaybackStarted(3.6, 1))
    table.feed(ev.PlaybackFinished(20.0, 1))
    assert not table.state.ignoring
    assert table.says(24.0, 24.9)[0] == do.Prepare(2)
    table.heard(25.2, ev.Nothing())
    assert do.IgnoreMicrophone(True) in table.feed(ev.Tick(25.5))
    assert ASLEEP not in table.log, "a follow-up is open unasked, and closes unheard"


def test_what_it_says_of_its_own_accord_wakes_nobody_up() -> None:
    table = asleep()
    table.feed(ev.Announce(1.0, "Tea is ready."))
    table.feed(ev.PlaybackStarted(1.2, 1))
    assert table.state.ignoring
    table.feed(ev.PlaybackFinished(3.0, 1))
    table.feed(ev.Tick(3.1))
    assert table.state.ignoring


def test_an_announcement_waits_until_the_window_has_closed() -> None:
    table = asleep()
    table.feed(ev.Listen(1.0))
    assert table.feed(ev.Announce(1.1, "Tea is ready.")) == []
    assert do.Say(1, "Tea is ready.", key=False) not in table.feed(ev.Tick(8.9))
    assert do.Say(1, "Tea is ready.", key=False) in table.feed(ev.Tick(9.1))


@pytest.mark.parametrize("policy", [PUSH, NAME, POLICY, replace(POLICY, barge_in=False)])
def test_a_call_over_the_reply_ends_it_and_listens(policy: object) -> None:
    table = Table(policy)  # type: ignore[arg-type]
    table.feed(ev.Listen(-1.0))
    table.speaking()
    wanted = table.feed(ev.Listen(3.0))
    assert wanted[0] == do.Stop(1)
    assert AWAKE in wanted
    assert table.state.phase is Phase.QUIET
    assert not table.state.ignoring
    table.says(4.0, 5.0)
    table.heard(5.2, ev.Words("what time is it"))
    assert do.Release(2, 1) in table.feed(ev.Tick(5.4))


def test_a_call_over_its_own_echo_ends_the_reply_in_half_duplex() -> None:
    table = Table().speaking()
    assert table.feed(ev.EchoRemains(2.5)) == [do.IgnoreMicrophone(True)]
    wanted = table.feed(ev.Listen(3.0))
    assert wanted[0] == do.Stop(1)
    assert wanted[-1] == do.IgnoreMicrophone(False)


def test_a_call_while_something_over_the_reply_may_be_a_cough_makes_it_a_turn() -> None:
    table = Table(NAME)
    table.feed(ev.Listen(-1.0))
    table.speaking()
    table.feed(ev.SpeechStarted(3.06, 3.0, 3.06))
    assert table.state.phase is Phase.OVERLAP
    assert table.feed(ev.Listen(3.1))[0] == do.Stop(1)
    assert table.state.phase is Phase.LISTENING


def test_what_is_being_said_as_it_is_called_is_for_it() -> None:
    table = Table(NAME)
    table.feed(ev.SpeechStarted(1.06, 1.0, 1.06))
    assert table.feed(ev.Listen(1.2)) == [AWAKE]
    table.feed(ev.SpeechPaused(2.1, 2.0, 1.0))
    assert do.Think(1, 1, "what is up") in table.heard(2.2, ev.Words("what is up"))


def test_what_has_just_been_said_to_nobody_is_thought_about_once_it_is_called() -> None:
    table = Table(NAME)
    table.says(1.0, 2.0)
    assert table.heard(2.15, ev.Words("what is up")) == []
    assert table.feed(ev.Listen(2.2)) == [AWAKE, do.Think(1, 1, "what is up")]
    assert do.Release(1, 1) in table.feed(ev.Tick(2.4))


def test_a_call_while_it_thinks_gives_the_answer_up_and_puts_an_announcement_off() -> None:
    table = Table()
    table.says(0.0, 1.0)
    table.heard(1.3, ev.Words("how are you"))
    table.feed(ev.Tick(1.4))
    assert table.feed(ev.Listen(1.5)) == [do.Cancel(1), do.CloseUtterance(), AWAKE]
    assert table.state.phase is Phase.QUIET
    table = Table()
    table.feed(ev.Announce(1.0, "Tea is ready."))
    assert table.feed(ev.Listen(1.1)) == [do.Cancel(1), AWAKE]
    assert do.Say(2, "Tea is ready.", key=False) in table.feed(ev.Tick(9.2))


def test_in_a_call_with_others_it_listens_to_whoever_calls_it() -> None:
    table = Table()
    table.feed(ev.CallChanged(0.0, True))
    table.feed(ev.Listen(1.0))
    table.says(2.0, 3.0)
    table.heard(3.2, ev.Words("how are you"))
    assert do.Release(1, 1) in table.feed(ev.Tick(3.4))
    table.feed(ev.PlaybackStarted(3.6, 1))
    table.feed(ev.PlaybackFinished(4.0, 1))
    table.says(5.0, 6.0)
    table.heard(6.2, ev.Words("and you, my friend"))
    assert do.Cancel(2) in table.feed(ev.Tick(6.5))


def test_where_everything_is_for_it_the_end_of_a_window_means_nothing() -> None:
    table = Table()
    table.feed(ev.Listen(1.0))
    assert table.feed(ev.Tick(9.1)) == []


def test_a_mode_that_sleeps_is_fallen_into_with_the_next_tick_and_left_again() -> None:
    table = Table()
    table.feed(ev.Tick(0.0))
    table.policy = PUSH
    assert table.feed(ev.Tick(1.0)) == [do.IgnoreMicrophone(True)]
    table.policy = POLICY
    assert table.feed(ev.Tick(2.0)) == [do.IgnoreMicrophone(False)]


WAKE = replace(POLICY, mode="wakeword", listen_s=8.0, follow_up_s=5.0)


def test_the_wake_word_opens_a_window_and_what_was_said_in_its_breath_is_heard() -> None:
    table = Table(WAKE)
    table.feed(ev.Tick(0.0))
    assert table.feed(ev.WakeWordHeard(3.0, 1.5)) == [do.HearSince(1.5), AWAKE, do.IgnoreMicrophone(False)]
    assert table.feed(ev.SpeechStarted(3.01, 2.2, 3.0)) == [do.Prepare(1)]
    table.feed(ev.SpeechPaused(4.1, 4.0, 1.8))
    assert do.Think(1, 1, "what is up") in table.heard(4.2, ev.Words("what is up"))


@pytest.mark.parametrize("fade_s", [0.0, 0.1])
def test_the_wake_word_over_a_reply_ends_it_at_once(fade_s: float) -> None:
    table = Table(WAKE)
    table.feed(ev.Listen(-1.0))
    table.speaking()
    if fade_s:  # a sound over it that is still to be told from a cough
        table.feed(ev.SpeechStarted(2.96, 2.9, 2.96))
    wanted = table.feed(ev.WakeWordHeard(3.0, 1.5))
    assert wanted[0] == do.Stop(1)
    assert do.HearSince(1.5) in wanted
    assert table.state.phase is Phase.QUIET


def test_the_wake_word_ends_what_it_says_of_its_own_accord() -> None:
    table = Table(WAKE)
    table.feed(ev.Announce(1.0, "Tea is ready."))
    table.feed(ev.PlaybackStarted(1.2, 1))
    assert table.feed(ev.WakeWordHeard(2.0, 0.5))[0] == do.Stop(1)
    assert table.state.announcements == ()


@pytest.mark.parametrize("pauses", [False, True])
def test_the_wake_word_in_an_utterance_begins_it_anew(pauses: bool) -> None:
    table = Table(WAKE)
    table.feed(ev.Listen(1.0))
    table.feed(ev.SpeechStarted(2.06, 2.0, 2.06))
    if pauses:
        table.feed(ev.SpeechPaused(3.0, 2.9, 0.9))
    assert table.feed(ev.WakeWordHeard(3.1, 1.6)) == [do.Cancel(1), do.CloseUtterance(), do.HearSince(1.6), AWAKE]
    assert table.feed(ev.SpeechStarted(3.11, 2.4, 3.1)) == [do.Prepare(2)]
