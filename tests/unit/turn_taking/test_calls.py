"""What a call that begins or ends changes about whose turn it is."""

from __future__ import annotations

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


def test_a_call_silences_it_and_what_it_has_to_say_waits() -> None:
    table = Table().speaking()
    assert do.Stop(1) in table.feed(ev.CallChanged(3.0, True))
    assert table.state.phase is Phase.QUIET
    table.feed(ev.Announce(4.0, "tea"))
    assert table.feed(ev.Tick(60.0)) == []
    table.feed(ev.CallChanged(61.0, False))
    assert table.feed(ev.Tick(61.1)) == [do.Say(2, "tea", key=False)]
