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


def test_words_of_a_pause_before_the_last_are_read_where_none_newer_are_known() -> None:
    table = Table()
    table.says(0.0, 1.0)
    table.feed(ev.SpeechResumed(1.2))
    table.feed(ev.SpeechPaused(1.6, 1.5, 1.4))
    table.feed(ev.SpeechResumed(1.7))
    assert table.feed(ev.Transcribed(1.8, 1, 1, ev.Words("I was"))) == [do.Prepare(1, "I was")]
    assert table.feed(ev.Transcribed(1.9, 1, 2, ev.Words("I was in the"))) == [do.Prepare(1, "I was in the")]
    table.feed(ev.SpeechPaused(2.6, 2.5, 2.4))
    assert table.feed(ev.Transcribed(2.7, 1, 2, ev.Words("I was in"))) == []
    assert table.state.heard is None
    assert table.feed(ev.SpeechResumed(2.8)) == [do.Cancel(1), do.Prepare(1, "I was in the")]


def test_words_of_an_earlier_pause_that_come_in_a_later_one_are_read_once_the_user_goes_on() -> None:
    table = Table()
    table.says(0.0, 1.0)
    table.feed(ev.SpeechResumed(1.2))
    table.feed(ev.SpeechPaused(1.6, 1.5, 1.4))
    assert table.feed(ev.Transcribed(1.7, 1, 1, ev.Words("I was"))) == []
    assert table.feed(ev.SpeechResumed(1.8)) == [do.Cancel(1), do.Prepare(1, "I was")]
    table.feed(ev.SpeechPaused(2.6, 2.5, 2.4))
    table.feed(ev.Transcribed(2.7, 1, 3, ev.Words("I was in the")))
    table.feed(ev.SpeechResumed(2.8))
    table.feed(ev.SpeechPaused(3.6, 3.5, 3.4))
    assert table.feed(ev.SpeechResumed(3.7)) == [do.Cancel(1), do.Prepare(1, "I was in the")]


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
        assert table.feed(ev.Tick(began_at + 1.6)) == []  # twice the silence that ends what was understood
        assert do.Say(turn, sentence, key=True) in table.feed(ev.Tick(began_at + 1.8))
        table.feed(ev.PlaybackFinished(began_at + 3.0, turn))
    table.says(40.0, 41.0)
    table.heard(41.2, ev.Words("now you hear me"))
    table.feed(ev.Tick(41.4))
    assert table.state.unclear == 0


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


def test_illegal_events_raise_and_change_nothing() -> None:
    table = Table()
    table.flows = False
    before = table.state
    for event in (ev.SpeechResumed(1.0), ev.SpeechPaused(1.0, 0.9, 0.5), ev.Transcribed(1.0, 7, 1, ev.Nothing())):
        with pytest.raises(IllegalEvent):
            table.feed(event)
        assert table.state is before
