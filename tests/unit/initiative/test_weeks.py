"""The rules over simulated weeks: those of the table to five minutes, and what holds in any week."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.initiative.week import START, Said, Week, fact, of_row, table, told
from voiceos.initiative import Kind, quiet_hours
from voiceos.initiative.budget import MOST_A_DAY, ON_TIME
from voiceos.initiative.ledger import MOST_PUT_OFF


@pytest.mark.parametrize("row", table(), ids=lambda row: row["name"])
def test_each_week_of_the_table_is_told_as_it_says(row: dict[str, Any]) -> None:
    week = of_row(row)
    said = week.run()
    assert told(said, week.facts) == row["said"]
    hold(week, said)


def hold(week: Week, said: list[Said]) -> None:
    """What is true of every week."""
    hours = quiet_hours(week.quiet_hours)
    waved = Counter(one.occasion.key for one in said if one.at in week.waved)
    for key, count in Counter(one.occasion.key for one in said).items():
        assert count <= 1 + waved[key], "twice the same, and nobody waved it away"
        assert count <= 1 + max(MOST_PUT_OFF.values())
    counts = Counter(one.occasion.key for one in said)
    for one in said:
        assert not one.here.speaking, "over another speaker"
        assert not one.here.on_call
        assert one.here.quiet_until is None
        if hours is not None and hours.cover(one.at):
            assert one.occasion.asked
            assert one.at - one.occasion.since < ON_TIME
        if one.occasion.kind is Kind.THOUGHT:
            assert week.level == "normal", "too little for that"
            assert counts[one.occasion.key] == 1, "twice the same"
            assert any(turn < one.at <= turn + timedelta(minutes=15) for turn in week.turns) or week.jumps
        if week.level == "off":
            assert one.occasion.asked, "nobody asked for it"
    unasked = [one.at for one in said if not one.occasion.asked]
    for at in unasked if not week.jumps else ():
        assert sum(at <= other < at + timedelta(days=1) for other in unasked) <= MOST_A_DAY[week.level]


DAYS = 3
QUARTERS = st.integers(0, DAYS * 96 - 1)


def at(quarter: int) -> datetime:
    return START + timedelta(minutes=15 * quarter)


moments = st.lists(QUARTERS.map(at), max_size=8)
spans = st.lists(st.tuples(QUARTERS, st.integers(1, 20)).map(lambda one: (at(one[0]), at(one[0] + one[1]))), max_size=3)
clocks = st.tuples(st.integers(0, 23), st.sampled_from([0, 15, 30, 45])).map(lambda one: f"{one[0]:02}:{one[1]:02}")
dues = st.lists(
    st.tuples(st.sampled_from(["reminder", "commitment", "plan", "promise"]), QUARTERS.map(at)), max_size=6
).map(lambda them: [fact(number, kind, due) for number, (kind, due) in enumerate(them, 1)])
weeks = st.builds(
    Week,
    quiet_hours=st.one_of(st.just(""), st.tuples(clocks, clocks).map("-".join)),
    level=st.sampled_from(["off", "rare", "normal"]),
    days=st.just(DAYS),
    turns=moments,
    speaks=spans,
    calls=spans,
    hushed=spans,
    off=spans,
    facts=dues,
    waved=moments,
    kindly=moments,
    jumps=st.lists(st.tuples(QUARTERS.map(at), st.sampled_from([-30.0, -3.0, -1.0, 1.0, 9.0])), max_size=2),
    step=st.just(timedelta(minutes=15)),
)


@settings(max_examples=150, deadline=None)
@given(weeks)
def test_whatever_the_week_nothing_is_said_that_should_not_be(week: Week) -> None:
    hold(week, week.run())


@settings(max_examples=60, deadline=None)
@given(weeks)
def test_what_was_asked_for_is_said_whatever_the_week(week: Week) -> None:
    """As soon as nothing keeps it from speaking; asked-for quiet and calls end before the week does."""
    week.days += 1
    said = {one.occasion.fact for one in week.run() if one.occasion.asked}
    hours = quiet_hours(week.quiet_hours)
    if week.jumps or (hours is not None and hours.begin == hours.end):
        return
    assert {one.id for one in week.facts if one.relation == "reminder"} <= said
