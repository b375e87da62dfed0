"""What nobody asked for is said when nobody speaks, and only while it is true."""

from __future__ import annotations

import pytest

from tests.unit.turn_taking.table import Table
from voiceos import commands as do
from voiceos import events as ev
from voiceos.turn_taking.state import Phase


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


@pytest.mark.parametrize("asked", [False, True])
def test_of_two_with_the_same_words_the_one_that_is_meant_is_withdrawn(asked: bool) -> None:
    table = Table()
    if not asked:
        table.feed(ev.SpeechStarted(0.06, 0.0, 0.06))
    table.feed(ev.Announce(1.0, "tea", number=1))
    table.feed(ev.Announce(1.1, "tea", number=2))
    assert table.feed(ev.Withdraw(1.2, "tea", number=2)) == []
    assert table.state.asking is None or table.state.asking.number == 1
    assert [one.number for one in table.state.announcements] == ([] if asked else [1])
    table.feed(ev.Announce(1.3, "tea"))
    table.feed(ev.Withdraw(1.4, "tea"))
    assert table.state.announcements == ()
    assert table.state.asking is None


def test_what_sounds_already_is_not_withdrawn() -> None:
    table = Table()
    table.feed(ev.Announce(1.0, "gone"))
    table.feed(ev.PlaybackStarted(1.3, 1))
    assert table.feed(ev.Withdraw(1.4, "gone")) == []
    assert table.state.phase is Phase.SPEAKING


def test_an_assistants_turn_may_come_first() -> None:
    table = Table()
    assert table.feed(ev.Announce(1.0, "greeting", key=True)) == [do.Say(1, "greeting", key=True)]
