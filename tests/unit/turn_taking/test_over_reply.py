"""What sounds while the assistant speaks: coughs and "mm-hm" let it go on, words stop it, its own echo is none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.turn_taking.table import POLICY, Table
from voiceos import commands as do
from voiceos import events as ev
from voiceos.turn_taking.state import Phase


def test_a_sound_of_listening_over_the_reply_lets_it_go_on_and_in_silence_is_a_turn() -> None:
    listening = ev.Words("mm-hm", backchannel=True)
    table = Table().speaking()
    table.feed(ev.SpeechStarted(3.06, 3.0, 3.06))
    assert do.Suspend(1) in table.feed(ev.Tick(3.2, heard_until=3.2))
    table.feed(ev.SpeechPaused(3.5, 3.4, 0.4))
    assert table.heard(3.6, listening, 0.01) == []
    resumed = table.feed(ev.Tick(3.8))
    assert do.Resume(1) in resumed and do.Stop(1) not in resumed
    assert table.state.phase is Phase.SPEAKING
    table.feed(ev.PlaybackFinished(5.0, 1))
    table.says(6.0, 6.4)
    assert do.Think(2 + 1, 1, "mm-hm") in table.heard(6.6, replace(listening, backchannel=False))


def test_somebody_farther_away_stops_no_reply_but_by_its_name_or_a_wish() -> None:
    far = ev.Words("and then we went home", distant=True)
    for heard, stops in (
        (far, False),
        (replace(far, named=True), True),
        (ev.Words("stop", intent=ev.Intent("stop"), distant=True), True),
    ):
        table = Table().speaking()
        table.says(3.0, 4.0)
        table.heard(4.2, heard)
        table.feed(ev.Tick(6.5))
        assert (do.Stop(1) in table.log) is stops
        assert (do.Resume(1) in table.log) is not stops
    table = Table()
    table.says(0.0, 1.0)
    assert table.heard(1.2, far) == [do.Think(1, 1, far.text)], "in silence whoever speaks is heard"


def test_speech_over_the_reply_suspends_it_and_words_discard_it() -> None:
    table = Table().speaking()
    assert table.feed(ev.SpeechStarted(3.06, 3.0, 3.06)) == []
    assert table.feed(ev.Tick(3.20, heard_until=3.10)) == []  # however late the sound comes
    assert table.feed(ev.Tick(3.23, heard_until=3.13)) == [do.Suspend(1), do.Prepare(2)]
    table.feed(ev.SpeechPaused(4.1, 4.0, 1.0))
    assert table.heard(4.2, ev.Words("wait a moment")) == [do.Stop(1), do.Think(2, 1, "wait a moment")]
    assert table.feed(ev.Tick(4.4)) == [do.Release(2, 1)]


def test_words_over_the_reply_that_go_on_have_ended_it_all_the_same() -> None:
    table = Table().speaking()
    table.says(3.0, 4.0)
    assert do.Stop(1) in table.heard(4.2, ev.Words("no wait"))
    assert table.feed(ev.SpeechResumed(4.3)) == [do.Cancel(2), do.Prepare(2, "no wait")]
    table.feed(ev.SpeechPaused(5.1, 5.0, 1.6))
    assert table.heard(5.2, ev.Words("no wait what was his name")) == [do.Think(2, 2, "no wait what was his name")]
    assert table.feed(ev.Tick(5.4)) == [do.Release(2, 2)]


@pytest.mark.parametrize("heard", [ev.Nothing(), ev.Unclear()])
def test_once_words_have_ended_the_reply_silence_is_no_answer_to_a_rest_that_is_none(heard: ev.Heard) -> None:
    table = Table().speaking()
    table.says(3.0, 4.0)
    table.heard(4.2, ev.Words("no wait"))
    table.feed(ev.SpeechResumed(4.3))
    table.feed(ev.SpeechPaused(5.1, 5.0, 1.6))
    table.heard(5.2, heard)
    assert table.feed(ev.Tick(5.6)) == [do.CloseUtterance(), do.Say(2, "didnt_catch", key=True)]
    assert table.state.phase is Phase.ANSWERING
    table.feed(ev.PlaybackStarted(5.7, 2))
    table.feed(ev.PlaybackFinished(6.5, 2))
    table.says(7.0, 7.2)
    assert table.feed(ev.Tick(7.6)) == [do.Cancel(3), do.CloseUtterance()], "a noise of its own is none"


def test_a_first_sound_over_the_reply_ducks_it_for_a_moment() -> None:
    """Where a second one would stop it; a click must not, and what asks for more voice is in no hurry."""
    quick = replace(POLICY, barge_in_s=0.064)
    table = Table(quick).speaking()
    assert table.feed(ev.VoiceNoticed(3.03)) == [do.Duck()]
    assert table.state.phase is Phase.SPEAKING
    assert table.feed(ev.SpeechStarted(3.07, 3.0, 3.064)) == [do.Suspend(1), do.Prepare(2)]
    for policy in (POLICY, replace(quick, barge_in=False)):
        assert Table(policy).speaking().feed(ev.VoiceNoticed(3.03)) == []
    assert Table(quick).feed(ev.VoiceNoticed(0.03)) == []


def test_a_cough_over_the_reply_lets_it_go_on_where_it_was() -> None:
    table = Table().speaking()
    table.says(3.0, 3.2)
    assert do.Suspend(1) in table.log
    assert table.feed(ev.Tick(3.6)) == [do.Cancel(2), do.CloseUtterance(), do.Resume(1)]
    assert table.state.phase is Phase.SPEAKING
    assert table.feed(ev.PlaybackFinished(6.0, 1)) == [do.Settle()]


def test_a_cough_before_an_answer_sounds_only_delays_it() -> None:
    table = Table()
    table.says(0.0, 1.0)
    time = ev.Intent("time")
    table.heard(1.2, ev.Words("what time is it", intent=time))
    assert table.feed(ev.Tick(1.4)) == [do.CloseUtterance(), do.Perform(1, time, "what time is it")]
    assert table.feed(ev.SpeechStarted(1.5, 1.45, 1.5)) == [do.Suspend(1), do.Prepare(2)]
    table.feed(ev.SpeechPaused(1.7, 1.6, 0.1))
    assert table.feed(ev.Tick(2.0)) == [do.Cancel(2), do.CloseUtterance(), do.Resume(1)]
    assert table.feed(ev.PlaybackFinished(3.0, 1)) == [do.Settle()]


def test_words_before_an_answer_sounds_take_its_place() -> None:
    table = Table()
    table.says(0.0, 1.0)
    table.heard(1.2, ev.Unclear())
    assert do.Say(1, "didnt_catch", key=True) in table.feed(ev.Tick(1.8))
    table.says(1.9, 2.9)
    assert do.Stop(1) in table.heard(3.1, ev.Words("what time is it in Rome"))
    assert table.feed(ev.Tick(3.3)) == [do.Release(2, 1)]


def test_a_click_over_the_reply_does_nothing() -> None:
    table = Table().speaking()
    table.feed(ev.SpeechStarted(3.06, 3.0, 3.06))
    assert table.feed(ev.SpeechPaused(3.11, 3.01, 0.03)) == [do.CloseUtterance()]
    assert table.state.phase is Phase.SPEAKING


def test_stop_needs_no_waiting() -> None:
    table = Table().speaking()
    table.says(3.0, 3.5)
    stop = ev.Intent("stop")
    assert table.feed(ev.Transcribed(3.61, 2, 1, ev.Words("stop", intent=stop))) == [
        do.Stop(1),
        do.CloseUtterance(),
        do.Perform(2, stop, "stop"),
    ]


def test_after_two_echoes_it_stops_listening_while_it_speaks_and_says_so_once() -> None:
    table = Table().speaking()
    for n in range(2):
        start = 3.0 + 2 * n
        table.says(start, start + 0.8)
        table.heard(start + 1.0, ev.Words("I am fine", echo=True))
        wanted = table.feed(ev.Tick(start + 1.3))
        assert do.Resume(1) in wanted
    assert do.IgnoreMicrophone(True) in wanted
    assert table.feed(ev.PlaybackFinished(9.0, 1)) == [do.Settle(), do.IgnoreMicrophone(False)]
    assert table.feed(ev.Tick(9.5)) == [do.Say(4, "half_duplex", key=True)]
    assert table.feed(ev.PlaybackStarted(9.6, 4)) == [do.IgnoreMicrophone(True)]
    assert table.feed(ev.SpeechStarted(9.7, 9.65, 9.7)) == [do.CloseUtterance()]
    assert table.feed(ev.PlaybackFinished(11.0, 4)) == [do.Settle(), do.IgnoreMicrophone(False)]
    assert table.feed(ev.Tick(12.0)) == []


def test_in_mode_name_a_television_over_the_reply_does_not_discard_it() -> None:
    table = Table(replace(POLICY, mode="name"))
    table.says(0.0, 1.0)
    table.heard(1.3, ev.Words("Ada tell me a story", named=True))
    table.feed(ev.Tick(1.4))
    table.feed(ev.PlaybackStarted(2.0, 1))
    table.says(3.0, 5.0)
    table.heard(5.2, ev.Words("and now the weather"))
    assert do.Resume(1) in table.feed(ev.Tick(5.4))


def test_with_another_device_it_listens_again_while_it_speaks() -> None:
    table = Table()
    table.state = replace(table.state, half_duplex=True, ignoring=True, echoes=2)
    assert table.feed(ev.MicrophoneOpened(1.0)) == [do.IgnoreMicrophone(False)]
    table.speaking()
    assert do.IgnoreMicrophone(True) not in table.log


def test_an_echo_that_stays_ends_listening_while_it_speaks_and_is_told_once() -> None:
    table = Table().speaking()
    assert table.feed(ev.EchoRemains(2.5)) == [do.IgnoreMicrophone(True)]
    assert table.feed(ev.EchoRemains(2.6)) == []
    assert table.feed(ev.PlaybackFinished(9.0, 1)) == [do.Settle(), do.IgnoreMicrophone(False)]
    assert table.feed(ev.Tick(9.5)) == [do.Say(2, "half_duplex", key=True)]


@pytest.mark.parametrize(("barge_in", "told"), [(True, [do.Say(1, "half_duplex", key=True)]), (False, [])])
def test_an_echo_that_is_noticed_while_nobody_speaks_is_told_soon(barge_in: bool, told: list[do.Command]) -> None:
    table = Table(replace(POLICY, barge_in=barge_in))
    table.feed(ev.EchoRemains(1.0))
    table.feed(ev.Tick(1.5))
    assert table.log == told


def test_barge_in_can_be_switched_off() -> None:
    table = Table(replace(POLICY, barge_in=False)).speaking()
    assert do.IgnoreMicrophone(True) in table.log
    assert table.feed(ev.SpeechStarted(3.06, 3.0, 3.06)) == [do.CloseUtterance()]
