"""What the user stops by hand has ended, and nothing of it comes back."""

from __future__ import annotations

from tests.unit.turn_taking.table import Table
from voiceos import commands as do
from voiceos import events as ev
from voiceos.turn_taking.state import Phase


def test_a_reply_that_sounds_ends_and_nothing_is_learned_of_the_pause_before_it() -> None:
    table = Table().speaking()
    assert do.Stop(1) in table.feed(ev.BreakOff(4.0))
    assert table.state.phase is Phase.QUIET
    assert table.learned == []


def test_an_answer_that_is_thought_of_never_sounds() -> None:
    table = Table()
    table.says(0.0, 1.0)
    table.heard(1.3, ev.Words("how are you"))
    table.feed(ev.Tick(1.4))
    assert table.state.phase is Phase.ANSWERING
    assert table.feed(ev.BreakOff(1.5)) == [do.Cancel(1), do.CloseUtterance(), do.Settle()]
    assert table.feed(ev.PlaybackStarted(1.6, 1)) == []
    assert table.state.phase is Phase.QUIET


def test_what_the_user_is_saying_is_dropped_with_the_reply_under_it() -> None:
    table = Table().speaking()
    table.says(3.0, 4.0)
    assert table.state.suspended
    assert table.feed(ev.BreakOff(4.2)) == [do.Stop(1), do.Cancel(2), do.CloseUtterance(), do.Settle()]
    assert (table.state.phase, table.state.replying, table.state.suspended) == (Phase.QUIET, None, False)


def test_a_short_sound_over_the_reply_goes_with_it() -> None:
    table = Table().speaking()
    table.feed(ev.SpeechStarted(3.06, 3.0, 3.06))
    assert table.feed(ev.BreakOff(3.1))[:2] == [do.Stop(1), do.CloseUtterance()]
    assert table.state.phase is Phase.QUIET


def test_an_announcement_that_is_stopped_is_not_made_again_and_the_next_one_is_made() -> None:
    table = Table()
    table.feed(ev.Announce(1.0, "tea"))
    table.feed(ev.Announce(1.1, "cake"))
    table.feed(ev.PlaybackStarted(1.2, 1))
    table.feed(ev.BreakOff(1.5))
    assert table.feed(ev.Tick(3.0)) == [do.Say(2, "cake", key=False)]
    assert table.feed(ev.BreakOff(3.1))[0] == do.Cancel(2)
    assert table.feed(ev.Tick(9.0)) == []


def test_with_nothing_going_on_it_does_nothing() -> None:
    assert Table().feed(ev.BreakOff(1.0)) == []
