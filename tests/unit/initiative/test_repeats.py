"""Moments of what is told again and again: each once, in their order, by the clock on the wall."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceos.initiative.repeats import Repeat, Unit, is_possible, read

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 3, 4, 14, tzinfo=BERLIN)  # a Wednesday

DAILY = Repeat(Unit.DAYS, hour=8)
RULES = {
    "FREQ=DAILY;BYHOUR=8;BYMINUTE=0": "2026-03-05T08:00",
    "FREQ=DAILY;INTERVAL=2;BYHOUR=15;BYMINUTE=30": "2026-03-04T15:30",
    "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;BYHOUR=7;BYMINUTE=30": "2026-03-05T07:30",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=WE;BYHOUR=8;BYMINUTE=0": "2026-03-11T08:00",
    "FREQ=MONTHLY;BYMONTHDAY=1;BYHOUR=9;BYMINUTE=0": "2026-04-01T09:00",
    "FREQ=MONTHLY;BYMONTHDAY=-1;BYHOUR=9;BYMINUTE=0": "2026-03-31T09:00",
    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYHOUR=9;BYMINUTE=0": "2027-02-28T09:00",
    "FREQ=MINUTELY;INTERVAL=120": "2026-03-04T16:00",
}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


@pytest.mark.parametrize(("text", "first"), RULES.items())
def test_a_rule_is_kept_as_text_and_begins_with_its_next_moment(text: str, first: str) -> None:
    repeat = read(text)
    assert repeat is not None
    assert repeat.text == text
    assert repeat.first(NOW) == at(first)
    assert repeat.around(at(first), NOW) == (None, repeat.around(at(first), at(first) - timedelta(minutes=1))[1])
    last, ahead = repeat.around(at(first), at(first))
    assert last is not None
    assert last.at == at(first) < ahead.at


@pytest.mark.parametrize(
    "text",
    [
        *("", "FREQ=SECONDLY", "FREQ=MINUTELY;INTERVAL=1", "FREQ=WEEKLY;BYHOUR=8;BYMINUTE=0", "FREQ=DAILY;BYHOUR=25"),
        *("FREQ=MONTHLY;BYMONTHDAY=40;BYHOUR=8;BYMINUTE=0", "FREQ=DAILY;COUNT=3;BYHOUR=8;BYMINUTE=0"),
    ],
)
def test_anything_else_is_no_rule(text: str) -> None:
    assert read(text) is None


def test_the_last_of_a_month_is_that_of_a_short_one() -> None:
    repeat = Repeat(Unit.MONTHS, day=31, hour=9)
    last, ahead = repeat.around(at("2026-01-31T09:00"), at("2026-03-01T00:00"))
    assert last is not None
    assert (last.at, ahead.at) == (at("2026-02-28T09:00"), at("2026-03-31T09:00"))


def test_in_the_hour_that_comes_twice_there_is_one_moment() -> None:
    repeat = Repeat(Unit.DAYS, hour=2, minute=30)
    names = set()
    for minutes in range(0, 6 * 60, 5):
        now = (datetime(2026, 10, 24, 23, tzinfo=UTC) + timedelta(minutes=minutes)).astimezone(BERLIN)
        last, _ = repeat.around(at("2026-10-01T02:30"), now)
        assert last is not None
        names.add(last.name)
    assert names == {"2026-10-24T0230", "2026-10-25T0230"}


def test_where_the_zone_changes_a_day_keeps_its_name() -> None:
    first = at("2026-03-01T08:00")
    here, _ = DAILY.around(first, at("2026-03-04T08:30"))
    there, _ = DAILY.around(first, datetime(2026, 3, 4, 8, 30, tzinfo=ZoneInfo("America/New_York")))
    assert here is not None and there is not None
    assert here.name == there.name


repeats = st.builds(
    Repeat,
    st.sampled_from(Unit),
    st.integers(1, 60),
    st.sets(st.integers(0, 6), min_size=1).map(lambda days: tuple(sorted(days))),
    st.one_of(st.just(-1), st.integers(1, 31)),
    st.integers(1, 12),
    st.integers(0, 23),
    st.integers(0, 59),
).filter(is_possible)


@given(repeats, st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1)), st.integers(0, 400 * 24 * 60))
def test_the_last_has_come_and_the_next_has_not(repeat: Repeat, made: datetime, later_min: int) -> None:
    made = made.replace(second=0, microsecond=0, tzinfo=BERLIN)
    first = repeat.first(made)
    assert first.astimezone(UTC) > made.astimezone(UTC)
    now = (first.astimezone(UTC) + timedelta(minutes=later_min)).astimezone(BERLIN)
    last, ahead = repeat.around(first, now)
    assert last is not None
    assert first.astimezone(UTC) <= last.at.astimezone(UTC) <= now.astimezone(UTC) < ahead.at.astimezone(UTC)
    assert last.name != ahead.name
