"""What a call that begins or ends changes about whose turn it is."""

from __future__ import annotations

import pytest

from tests.unit.turn_taking.table import Table
from voiceos import commands as do
from voiceos import events as ev
from voiceos.turn_taking.state import Phase


def test_during_a_call_it_answers_only_to_its_name() -> None:
    table = Table()
    table.feed(ev.CallChanged(0.0, True))
    table.says(0.5, 1.5)
    table.heard(1.7, ev.Words("how are you"))
    table.feed(ev.Tick(2.0))
    assert table.state.phase is Phase.QUIET
    table.says(3.0, 4.0)
    assert do.Think(2, 1, "Ada, how are you") in table.heard(4.2, ev.Words("Ada, how are you", named=True))
    table.feed(ev.Tick(4.5))
    assert table.state.phase is Phase.ANSWERING
    table.feed(ev.PlaybackStarted(5.0, 2))
    table.feed(ev.PlaybackFinished(6.0, 2))
    table.says(7.0, 8.0)  # to whoever is in the call: what follows a reply needs the name as well
    assert table.heard(8.2, ev.Words("how are you")) == []


def test_what_was_said_as_a_call_ended_is_answered() -> None:
    """In the call it was for others, and nothing was thought of; once it is over it is for us."""
    table = Table()
    table.feed(ev.CallChanged(0.0, True))
    table.says(0.5, 1.5)
    assert table.heard(1.7, ev.Words("what is the time in Rome"), 0.01) == []
    table.feed(ev.CallChanged(1.8, False))
    assert table.feed(ev.Tick(4.0)) == [do.Think(1, 1, "what is the time in Rome"), do.Release(1, 1)]
    assert table.state.phase is Phase.ANSWERING


def test_a_call_silences_it_and_what_it_has_to_say_waits() -> None:
    table = Table().speaking()
    assert do.Stop(1) in table.feed(ev.CallChanged(3.0, True))
    assert table.state.phase is Phase.QUIET
    table.feed(ev.Announce(4.0, "tea"))
    assert table.feed(ev.Tick(60.0)) == []
    table.feed(ev.CallChanged(61.0, False))
    assert table.feed(ev.Tick(61.1)) == [do.Say(2, "tea", key=False)]


@pytest.mark.parametrize("paused", [False, True])
def test_a_call_that_begins_while_the_user_speaks_over_a_reply_ends_it(paused: bool) -> None:
    table = Table().speaking()
    table.feed(ev.SpeechStarted(3.06, 3.0, 3.06))
    assert do.Suspend(1) in table.feed(ev.Tick(3.23, heard_until=3.2))
    if paused:
        table.feed(ev.SpeechPaused(4.1, 4.0, 1.0))
    assert table.feed(ev.CallChanged(4.15, True)) == [do.Stop(1)]
    if not paused:
        table.feed(ev.SpeechPaused(4.2, 4.1, 1.0))
    table.heard(4.3, ev.Words("good morning, everybody"))
    assert table.feed(ev.Tick(5.9)) == [do.Cancel(2), do.CloseUtterance()]
    assert table.state.phase is Phase.QUIET
    assert table.state.replying is None


def test_a_call_that_begins_with_a_short_sound_over_a_reply_ends_it() -> None:
    table = Table().speaking()
    table.feed(ev.SpeechStarted(3.06, 3.0, 3.06))
    assert table.feed(ev.CallChanged(3.1, True)) == [do.Stop(1), do.Prepare(2)]
    assert table.state.phase is Phase.LISTENING
    table.feed(ev.SpeechPaused(3.2, 3.1, 0.1))
    assert do.Resume(1) not in table.feed(ev.Tick(3.6))
    assert table.state.phase is Phase.QUIET


def test_what_is_about_to_be_announced_as_a_call_begins_waits_until_it_is_over() -> None:
    table = Table()
    assert table.feed(ev.Announce(1.0, "tea")) == [do.Say(1, "tea", key=False)]
    table.feed(ev.Announce(1.05, "cake"))
    assert table.feed(ev.CallChanged(1.1, True)) == [do.Cancel(1)]
    assert table.feed(ev.PlaybackStarted(1.15, 1)) == []
    assert table.feed(ev.Tick(60.0)) == []
    table.feed(ev.CallChanged(61.0, False))
    assert table.feed(ev.Tick(61.1)) == [do.Say(2, "tea", key=False)]
    assert [one.text for one in table.state.announcements] == ["cake"]


def test_an_answer_about_to_sound_as_a_call_begins_is_not_spoken_into_it() -> None:
    table = Table()
    table.says(0.0, 1.0)
    table.heard(1.2, ev.Words("how are you"))
    assert do.Release(1, 1) in table.feed(ev.Tick(1.4))
    assert table.feed(ev.CallChanged(1.5, True)) == [do.Cancel(1), do.CloseUtterance()]
    assert table.state.phase is Phase.QUIET
    assert table.feed(ev.PlaybackStarted(1.6, 1)) == []
    table.says(3.0, 4.0)
    assert do.Think(2, 1, "Ada, hello") in table.heard(4.2, ev.Words("Ada, hello", named=True))
    table.feed(ev.Tick(4.5))
    assert table.feed(ev.CallChanged(4.6, True)) == [], "asked for by name in the call, it is given"
    assert table.state.phase is Phase.ANSWERING


@pytest.mark.parametrize("over", ["", "a short sound", "words"])
def test_an_announcement_that_a_call_cuts_off_is_made_again_after_it(over: str) -> None:
    table = Table()
    table.feed(ev.Announce(1.0, "tea"))
    table.feed(ev.PlaybackStarted(1.3, 1))
    if over:
        table.feed(ev.SpeechStarted(1.56, 1.5, 1.56))
    if over == "words":
        assert do.Suspend(1) in table.feed(ev.Tick(1.73, heard_until=1.7))
    assert do.Stop(1) in table.feed(ev.CallChanged(1.8, True))
    if over:
        table.feed(ev.SpeechPaused(2.1, 2.0, 0.1))
        table.feed(ev.Tick(2.5))
    table.feed(ev.CallChanged(61.0, False))
    assert table.feed(ev.Tick(61.1)) == [do.Say(table.state.turn, "tea", key=False)]
    table.feed(ev.PlaybackStarted(61.3, table.state.turn))
    table.feed(ev.PlaybackFinished(62.0, table.state.turn))
    table.feed(ev.CallChanged(63.0, True))
    assert table.state.announcements == ()


def test_what_is_no_longer_so_as_a_call_cuts_it_off_is_not_announced_again() -> None:
    table = Table()
    table.feed(ev.Announce(1.0, "gone"))
    table.feed(ev.PlaybackStarted(1.3, 1))
    table.feed(ev.Withdraw(1.4, "gone"))
    assert do.Stop(1) in table.feed(ev.CallChanged(1.5, True))
    assert table.state.announcements == ()


def test_an_announcement_that_was_answered_to_is_not_made_again() -> None:
    table = Table()
    table.feed(ev.Announce(1.0, "tea"))
    table.feed(ev.PlaybackStarted(1.3, 1))
    table.says(1.5, 2.5)
    assert do.Stop(1) in table.heard(2.7, ev.Words("thank you"))
    table.feed(ev.Tick(2.9))
    table.feed(ev.PlaybackStarted(3.2, 2))
    assert do.Stop(2) in table.feed(ev.CallChanged(3.5, True))
    assert table.state.announcements == ()


def test_an_answer_that_was_asked_for_in_a_call_is_not_cut_off_by_it() -> None:
    table = Table()
    table.feed(ev.CallChanged(0.0, True))
    table.says(0.5, 1.5)
    table.heard(1.7, ev.Words("Ada, how are you", named=True))
    table.feed(ev.Tick(1.9))
    table.feed(ev.PlaybackStarted(2.1, 1))
    assert table.feed(ev.CallChanged(2.5, True)) == []
    assert table.state.phase is Phase.SPEAKING


def test_in_a_call_nothing_is_learned_of_pauses() -> None:
    table = Table()
    table.feed(ev.CallChanged(0.0, True))
    table.says(0.5, 1.5)
    table.feed(ev.SpeechResumed(2.2))  # its words are not known yet
    table.feed(ev.SpeechPaused(3.1, 3.0, 2.0))
    table.heard(3.3, ev.Words("Ada, I was thinking", named=True), 0.2)
    table.feed(ev.SpeechResumed(3.9))
    table.feed(ev.SpeechPaused(5.1, 5.0, 3.0))
    table.heard(5.3, ev.Words("Ada, I was thinking of my cat", named=True))
    table.feed(ev.Tick(7.0))
    table.feed(ev.PlaybackStarted(7.5, 1))
    table.feed(ev.PlaybackFinished(9.0, 1))
    assert table.learned == []


def test_the_first_words_in_a_call_tell_nothing_of_the_pause_before_the_last_reply() -> None:
    table = Table().speaking()
    table.feed(ev.CallChanged(2.3, True))
    table.says(2.5, 3.5)
    table.heard(3.7, ev.Words("Ada, of my cat", named=True))
    table.feed(ev.Tick(5.0))
    assert table.learned == []
