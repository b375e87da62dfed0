"""What changes about whose turn it is while the user has asked for quiet."""

from __future__ import annotations

from dataclasses import replace

from tests.unit.turn_taking.table import POLICY, Table
from voiceos import commands as do
from voiceos import events as ev
from voiceos.turn_taking.state import Phase

QUIET = replace(POLICY, hushed=True)


def test_it_answers_only_to_its_name_and_not_to_what_follows_its_reply() -> None:
    table = Table(QUIET)
    table.says(0.5, 1.5)
    assert table.heard(1.7, ev.Words("how are you")) == []
    table.feed(ev.Tick(4.0))
    assert table.state.phase is Phase.QUIET
    table.says(5.0, 6.0)
    assert do.Think(2, 1, "Ada, how are you") in table.heard(6.2, ev.Words("Ada, how are you", named=True))
    table.feed(ev.Tick(6.5))
    table.feed(ev.PlaybackStarted(7.0, 2))
    table.feed(ev.PlaybackFinished(8.0, 2))
    table.says(9.0, 10.0)
    assert table.heard(10.2, ev.Words("and you")) == []


def test_what_it_has_to_say_waits_until_the_quiet_is_over() -> None:
    table = Table(QUIET)
    table.feed(ev.Announce(1.0, "tea"))
    table.feed(ev.Announce(2.0, "error.llm", key=True, urgency="high"))
    assert table.feed(ev.Tick(600.0)) == []
    table.policy = POLICY
    assert table.feed(ev.Tick(600.1)) == [do.Say(1, "error.llm", key=True)]


def test_to_be_allowed_to_talk_again_takes_no_name() -> None:
    again = ev.Words("you can talk again", intent=ev.Intent("talk_again"))
    table = Table(QUIET)
    table.says(0.5, 1.5)
    table.heard(1.7, again)
    assert do.Perform(1, ev.Intent("talk_again"), "you can talk again") in table.feed(ev.Tick(2.5))


def test_other_wishes_take_the_name() -> None:
    table = Table(QUIET)
    table.says(0.5, 1.5)
    table.heard(1.7, ev.Words("louder", intent=ev.Intent("louder")))
    assert [one for one in table.feed(ev.Tick(2.5)) if isinstance(one, do.Perform)] == []


def test_a_sound_that_cannot_be_made_out_is_not_asked_about() -> None:
    table = Table(QUIET)
    table.says(0.5, 1.5)
    table.heard(1.7, ev.Unclear())
    assert [one for one in table.feed(ev.Tick(4.0)) if isinstance(one, do.Say)] == []


CRISIS = ev.Words("I want to die", intent=ev.Intent(ev.CRISIS, {"kind": "life"}))


def test_danger_to_a_life_takes_no_name() -> None:
    table = Table(QUIET)
    table.says(0.5, 1.5)
    table.heard(1.7, CRISIS)
    assert [one for one in table.feed(ev.Tick(2.5)) if isinstance(one, do.Perform)]


def test_but_not_what_is_said_to_others_in_a_call_farther_away_or_in_a_room_where_it_must_be_named() -> None:
    for policy, heard, on_call in (
        (QUIET, CRISIS, True),
        (QUIET, replace(CRISIS, distant=True), False),
        (replace(QUIET, mode="name"), CRISIS, False),
    ):
        table = Table(policy)
        if on_call:
            table.feed(ev.CallChanged(0.1, True))
        table.says(0.5, 1.5)
        table.heard(1.7, heard)
        assert [one for one in table.feed(ev.Tick(2.5)) if isinstance(one, do.Perform)] == []


def test_nobody_cuts_in_on_it_as_on_a_short_wish() -> None:
    table = Table(POLICY)
    table.says(0.5, 1.5)
    table.heard(1.6, CRISIS)
    short = POLICY.wish_silence_s
    assert short < POLICY.end_silence_s
    assert [one for one in table.feed(ev.Tick(1.5 + short + 0.01)) if isinstance(one, do.Perform)] == []
    assert [one for one in table.feed(ev.Tick(1.5 + POLICY.end_silence_s + 0.01)) if isinstance(one, do.Perform)]
