"""What a lost loudspeaker, or a computer that has slept, changes about whose turn it is."""

from __future__ import annotations

from tests.unit.turn_taking.table import Table
from voiceos import commands as do
from voiceos import events as ev
from voiceos.turn_taking.state import Phase


def test_a_reply_stands_still_while_there_is_no_loudspeaker_and_goes_on() -> None:
    table = Table().speaking()
    assert table.feed(ev.LoudspeakerLost(3.0)) == []
    assert table.state.phase is Phase.SPEAKING
    assert table.feed(ev.LoudspeakerBack(3.0 + table.policy.resume_s)) == [do.Replay()]
    assert table.state.phase is Phase.SPEAKING
    table.feed(ev.PlaybackFinished(25.0, 1))
    assert table.feed(ev.Tick(26.0)) == []


def test_a_reply_that_nobody_remembers_ends_where_it_was_heard_and_that_sound_is_back_is_told() -> None:
    table = Table().speaking()
    table.feed(ev.LoudspeakerLost(3.0))
    at = 3.1 + table.policy.resume_s
    assert do.Stop(1) in table.feed(ev.LoudspeakerBack(at))
    assert table.feed(ev.Tick(at + 1.0)) == [do.Say(2, "speaker_back", key=True)]


def test_an_answer_that_is_not_yet_heard_is_moved_in_whatever_phase() -> None:
    table = Table()
    table.says(0.0, 1.0)
    assert table.state.phase is Phase.PAUSED
    table.feed(ev.LoudspeakerLost(1.2))
    table.heard(1.3, ev.Words("how are you"))
    table.feed(ev.Tick(1.5))
    assert table.state.phase is Phase.ANSWERING
    assert table.feed(ev.LoudspeakerBack(4.0)) == [do.Replay()]


def test_nothing_is_announced_where_nobody_could_hear_it() -> None:
    table = Table()
    table.feed(ev.Announce(0.0, "tea"))
    assert table.feed(ev.Tick(1.0)) == [do.Say(1, "tea", key=False)]
    assert table.feed(ev.LoudspeakerLost(1.1)) == [do.Cancel(1)]
    assert table.feed(ev.Tick(60.0)) == []
    table.feed(ev.LoudspeakerBack(61.0, missed=False))
    assert table.feed(ev.Tick(62.0)) == [do.Say(2, "tea", key=False)]


def test_an_announcement_that_broke_off_for_too_long_is_made_again() -> None:
    table = Table()
    table.feed(ev.Announce(0.0, "tea"))
    table.feed(ev.Tick(1.0))
    table.feed(ev.PlaybackStarted(1.1, 1))
    table.feed(ev.LoudspeakerLost(1.5))
    table.feed(ev.LoudspeakerBack(60.0, missed=False))
    assert table.feed(ev.Tick(61.0)) == [do.Say(2, "tea", key=False)]


def test_a_loudspeaker_that_the_user_did_not_miss_is_not_told_of() -> None:
    table = Table()
    table.feed(ev.LoudspeakerLost(0.0))
    table.feed(ev.LoudspeakerBack(1.0, missed=False))
    assert table.feed(ev.Tick(3.0)) == []


def test_sleep_ends_what_is_said_and_what_was_asked() -> None:
    table = Table().speaking()
    assert table.feed(ev.Slept(3.0)) == [do.Stop(1)]
    assert table.state.phase is Phase.QUIET
    table = Table()
    table.says(0.0, 1.0)
    assert table.feed(ev.Slept(1.2)) == [do.Cancel(1), do.CloseUtterance()]
    assert table.feed(ev.Transcribed(1.3, 1, 1, ev.Words("how are you"))) == []
    assert table.state.phase is Phase.QUIET
