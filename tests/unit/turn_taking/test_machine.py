"""Every rule of turn-taking, with no sound, no clock and no model."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.turn_taking.table import POLICY, Table
from voiceos import commands as do
from voiceos import events as ev
from voiceos.turn_taking.state import IllegalEvent, Phase


def test_a_question_is_recognised_at_the_pause_and_answered_when_the_silence_has_lasted() -> None:
    table = Table()
    assert table.feed(ev.SpeechStarted(0.06, 0.0, 0.06)) == [do.Prepare(1)]
    assert table.feed(ev.SpeechPaused(1.1, 1.0, 1.0)) == [do.Transcribe(1, 1)]
    assert table.feed(ev.EndpointJudged(1.15, 1, 1, 0.9)) == []
    assert table.feed(ev.Transcribed(1.3, 1, 1, ev.Words("how are you"))) == [do.Think(1, 1, "how are you")]
    assert table.feed(ev.Tick(1.34)) == []
    assert table.feed(ev.Tick(1.36)) == [do.Release(1, 1)]
    assert table.feed(ev.PlaybackStarted(1.8, 1)) == [do.CloseUtterance()]
    assert table.feed(ev.PlaybackFinished(3.0, 1)) == [do.Settle()]
    assert table.state.phase is Phase.QUIET


def test_a_user_who_goes_on_cancels_the_work_and_late_results_change_nothing() -> None:
    table = Table()
    table.says(0.0, 1.0)
    assert table.feed(ev.SpeechResumed(1.2)) == [do.Cancel(1), do.Prepare(1)]
    assert table.feed(ev.EndpointJudged(1.3, 1, 1, 0.9)) == []
    assert table.feed(ev.SpeechPaused(2.1, 2.0, 1.8)) == [do.Transcribe(1, 2)]
    assert table.feed(ev.Transcribed(2.2, 1, 1, ev.Words("old"))) == []
    assert table.state.heard is None


def test_a_user_who_goes_on_before_the_answer_sounds_reopens_the_same_turn() -> None:
    table = Table()
    table.says(0.0, 1.0)
    table.heard(1.3, ev.Words("tell me"))
    assert table.feed(ev.Tick(1.4)) == [do.Release(1, 1)]
    assert table.feed(ev.SpeechResumed(1.6)) == [do.Cancel(1), do.Prepare(1, "tell me")]
    assert table.feed(ev.PlaybackStarted(1.7, 1)) == []
    assert table.feed(ev.SpeechPaused(2.6, 2.5, 2.0)) == [do.Transcribe(1, 2)]


def test_words_before_a_pause_that_was_none_are_read_meanwhile() -> None:
    table = Table()
    table.says(0.0, 1.0)
    table.heard(1.15, ev.Words("I was in the"))
    assert table.feed(ev.SpeechResumed(1.2)) == [do.Cancel(1), do.Prepare(1, "I was in the")]
    table.feed(ev.SpeechPaused(2.1, 2.0, 1.8))
    table.feed(ev.SpeechResumed(2.2))
    late = ev.Transcribed(2.3, 1, 2, ev.Words("I was in the woods"))
    assert table.feed(late) == [do.Prepare(1, "I was in the woods")]
    assert table.feed(ev.Transcribed(2.4, 1, 1, ev.Words("older"))) == []


def test_a_cough_is_not_a_turn() -> None:
    table = Table()
    assert do.Transcribe(1, 1) not in table.says(0.0, 0.15)
    assert table.feed(ev.Tick(0.6)) == [do.Cancel(1), do.CloseUtterance()]
    assert table.state.phase is Phase.QUIET


def test_a_short_first_word_followed_by_more_stays_in_the_utterance() -> None:
    table = Table()
    table.says(0.0, 0.15)
    wanted = table.feed(ev.SpeechResumed(0.35))
    assert do.CloseUtterance() not in wanted
    assert table.feed(ev.SpeechPaused(1.1, 1.0, 0.8)) == [do.Transcribe(1, 2)]


@pytest.mark.parametrize("heard", [ev.Nothing(), ev.Words("how are you", echo=True)])
def test_noise_and_echo_open_no_turn(heard: ev.Heard) -> None:
    table = Table()
    table.says(0.0, 1.0)
    table.heard(1.2, heard)
    assert table.feed(ev.Tick(1.4)) == [do.Cancel(1), do.CloseUtterance()]


def test_poorly_heard_speech_is_asked_for_again_and_the_second_time_with_advice() -> None:
    table = Table()
    for turn, sentence in enumerate(("didnt_catch", "didnt_catch_again", "didnt_catch_again"), start=1):
        began_at = turn * 10.0
        table.says(began_at, began_at + 1.0)
        table.heard(began_at + 1.2, ev.Unclear())
        assert do.Say(turn, sentence, key=True) in table.feed(ev.Tick(began_at + 1.4))
        table.feed(ev.PlaybackFinished(began_at + 3.0, turn))
    table.says(40.0, 41.0)
    table.heard(41.2, ev.Words("now you hear me"))
    table.feed(ev.Tick(41.4))
    assert table.state.unclear == 0


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
    assert table.heard(4.2, ev.Words("wait a moment")) == [do.Think(2, 1, "wait a moment")]
    assert table.feed(ev.Tick(4.4)) == [do.Stop(1), do.Release(2, 1)]


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
    assert do.Say(1, "didnt_catch", key=True) in table.feed(ev.Tick(1.4))
    table.says(1.5, 2.5)
    table.heard(2.7, ev.Words("what time is it in Rome"))
    assert table.feed(ev.Tick(2.9)) == [do.Stop(1), do.Release(2, 1)]


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


def test_mode_name_answers_only_to_its_name_and_then_to_what_follows() -> None:
    table = Table(replace(POLICY, mode="name"))
    table.says(0.0, 1.0)
    assert table.heard(1.2, ev.Words("pass the salt")) == []
    assert table.feed(ev.Tick(1.4)) == [do.Cancel(1), do.CloseUtterance()]
    table.says(2.0, 3.0)
    assert table.heard(3.2, ev.Words("Ada how are you", named=True)) == [do.Think(2, 1, "Ada how are you")]
    assert table.feed(ev.Tick(3.4)) == [do.Release(2, 1)]
    table.feed(ev.PlaybackStarted(3.6, 2))
    table.feed(ev.PlaybackFinished(5.0, 2))
    table.says(7.0, 8.0)
    assert table.heard(8.2, ev.Words("and what then")) == [do.Think(3, 1, "and what then")]
    assert table.feed(ev.Tick(8.4)) == [do.Release(3, 1)]
    table.feed(ev.PlaybackStarted(8.6, 3))
    table.feed(ev.PlaybackFinished(9.0, 3))
    table.says(20.0, 21.0)
    assert table.heard(21.2, ev.Words("pass the salt")) == []


def test_in_mode_name_a_television_over_the_reply_does_not_discard_it() -> None:
    table = Table(replace(POLICY, mode="name"))
    table.says(0.0, 1.0)
    table.heard(1.3, ev.Words("Ada tell me a story", named=True))
    table.feed(ev.Tick(1.4))
    table.feed(ev.PlaybackStarted(2.0, 1))
    table.says(3.0, 5.0)
    table.heard(5.2, ev.Words("and now the weather"))
    assert do.Resume(1) in table.feed(ev.Tick(5.4))


def test_announcements_wait_until_nobody_speaks_and_yield_to_the_user() -> None:
    table = Table().speaking()
    assert table.feed(ev.Announce(2.5, "tea is ready")) == []
    assert table.feed(ev.Announce(2.6, "fire", urgency="high")) == []
    table.feed(ev.PlaybackFinished(3.0, 1))
    assert table.feed(ev.Tick(3.2)) == []
    assert table.feed(ev.Tick(3.5)) == [do.Say(2, "fire", key=False)]
    assert table.feed(ev.SpeechStarted(3.55, 3.5, 3.55)) == [do.Cancel(2), do.Prepare(3)]
    table.feed(ev.SpeechPaused(4.6, 4.5, 1.0))
    table.heard(4.7, ev.Nothing())
    table.feed(ev.Tick(4.9))
    assert table.feed(ev.Tick(5.4)) == [do.Say(4, "fire", key=False)]
    table.feed(ev.PlaybackStarted(5.5, 4))
    table.feed(ev.PlaybackFinished(6.0, 4))
    assert table.feed(ev.Tick(6.5)) == [do.Say(5, "tea is ready", key=False)]


@pytest.mark.parametrize("asked", [False, True])
def test_what_is_no_longer_so_is_not_announced(asked: bool) -> None:
    table = Table()
    if asked:
        assert table.feed(ev.Announce(1.0, "gone")) == [do.Say(1, "gone", False)]
    else:
        table.feed(ev.SpeechStarted(0.06, 0.0, 0.06))
        table.feed(ev.Announce(1.0, "gone"))
    table.feed(ev.Announce(1.1, "tea"))
    assert table.feed(ev.Withdraw(1.2, "gone")) == ([do.Cancel(1)] if asked else [])
    assert [one.text for one in table.state.announcements] == ["tea"]
    if asked:
        assert table.feed(ev.Tick(2.0)) == [do.Say(2, "tea", False)]


def test_what_sounds_already_is_not_withdrawn() -> None:
    table = Table()
    table.feed(ev.Announce(1.0, "gone"))
    table.feed(ev.PlaybackStarted(1.3, 1))
    assert table.feed(ev.Withdraw(1.4, "gone")) == []
    assert table.state.phase is Phase.SPEAKING


def test_an_assistants_turn_may_come_first() -> None:
    table = Table()
    assert table.feed(ev.Announce(1.0, "greeting", key=True)) == [do.Say(1, "greeting", key=True)]


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


def test_a_long_wait_for_an_answer_is_filled_once() -> None:
    table = Table()
    table.says(0.0, 1.0)
    table.heard(1.3, ev.Words("how are you"))
    table.feed(ev.Tick(1.4))
    assert table.feed(ev.Tick(3.8)) == []
    assert table.feed(ev.Tick(4.0)) == [do.Earcon("thinking")]
    assert table.feed(ev.Tick(9.0)) == []


def test_a_long_wait_for_the_words_is_filled_once() -> None:
    table = Table()
    table.says(0.0, 1.0)
    assert table.feed(ev.Tick(3.4)) == []
    assert table.feed(ev.Tick(3.6)) == [do.Earcon("thinking")]
    assert table.feed(ev.Tick(9.0)) == []
    assert table.heard(9.1, ev.Words("how are you")) == [do.Think(1, 1, "how are you"), do.Release(1, 1)]


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


def test_an_utterance_of_full_length_is_answered_without_waiting_for_a_pause() -> None:
    table = Table()
    table.feed(ev.SpeechStarted(0.06, 0.0, 0.06))
    assert table.feed(ev.UtteranceFull(28.0)) == [do.Transcribe(1, 1)]
    assert table.feed(ev.SpeechPaused(28.2, 28.1, 20.0)) == []
    assert table.feed(ev.Transcribed(28.5, 1, 1, ev.Words("a long story"))) == [
        do.Think(1, 1, "a long story"),
        do.Release(1, 1),
    ]


def test_a_microphone_that_closes_ends_the_utterance_without_a_turn() -> None:
    table = Table()
    table.feed(ev.SpeechStarted(0.06, 0.0, 0.06))
    assert table.feed(ev.MicrophoneClosed(0.5)) == [do.Cancel(1), do.CloseUtterance()]
    assert table.state.phase is Phase.QUIET


def test_barge_in_can_be_switched_off() -> None:
    table = Table(replace(POLICY, barge_in=False)).speaking()
    assert do.IgnoreMicrophone(True) in table.log
    assert table.feed(ev.SpeechStarted(3.06, 3.0, 3.06)) == [do.CloseUtterance()]


def test_illegal_events_raise_and_change_nothing() -> None:
    table = Table()
    before = table.state
    for event in (ev.SpeechResumed(1.0), ev.SpeechPaused(1.0, 0.9, 0.5), ev.Transcribed(1.0, 7, 1, ev.Nothing())):
        with pytest.raises(IllegalEvent):
            table.feed(event)
        assert table.state is before
