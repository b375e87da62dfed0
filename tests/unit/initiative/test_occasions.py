"""When things are due, by the clock on the wall and in other zones."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.unit.initiative.week import fact
from voiceos.initiative import Answer, Attendance, Kind, Reception, occasions, quiet_hours
from voiceos.initiative.occasions import due_on

BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")


def test_a_reminder_is_a_moment_in_whatever_zone_one_is_by_then() -> None:
    asked_for = fact(1, "reminder", datetime(2026, 3, 4, 17, 0, tzinfo=BERLIN))
    (one,) = occasions([asked_for], Attendance(), datetime(2026, 3, 4, 9, 0, tzinfo=NEW_YORK), None)
    assert one.since == datetime(2026, 3, 4, 11, 0, tzinfo=NEW_YORK)
    (other,) = occasions([asked_for], Attendance(), datetime(2026, 3, 4, 9, 0, tzinfo=BERLIN), None)
    assert other.key == one.key


def test_what_is_due_on_a_day_is_told_on_that_day_where_the_user_is() -> None:
    letter = fact(1, "commitment", datetime(2026, 3, 4, 0, 0, tzinfo=BERLIN))
    (one,) = occasions([letter], Attendance(), datetime(2026, 3, 3, 20, 0, tzinfo=NEW_YORK), None)
    assert one.since == datetime(2026, 3, 4, 9, 0, tzinfo=NEW_YORK)
    assert one.until == datetime(2026, 3, 5, 0, 0, tzinfo=NEW_YORK)


def test_the_day_holds_what_is_yet_to_come() -> None:
    facts = [
        fact(1, "plan", datetime(2026, 3, 4, 8, 0, tzinfo=BERLIN)),
        fact(2, "plan", datetime(2026, 3, 4, 15, 0, tzinfo=BERLIN)),
        fact(3, "commitment", datetime(2026, 3, 4, 0, 0, tzinfo=BERLIN)),
        fact(4, "plan", datetime(2026, 3, 5, 15, 0, tzinfo=BERLIN)),
    ]
    now = datetime(2026, 3, 4, 8, 30, tzinfo=BERLIN)
    assert [one.id for one in due_on(facts, now)] == [3, 2]
    assert [one.id for one in due_on(facts, now.replace(hour=14))] == [3, 2]


@pytest.mark.parametrize(
    ("text", "clock", "quiet"),
    [
        ("22:00-07:00", "23:00", True),
        ("22:00-07:00", "06:59", True),
        ("22:00-07:00", "07:00", False),
        ("13:00-15:00", "14:00", True),
        ("13:00 - 15:00", "15:00", False),
        ("08:00-08:00", "12:00", True),
    ],
)
def test_quiet_hours_may_pass_over_midnight(text: str, clock: str, quiet: bool) -> None:
    hours = quiet_hours(text)
    assert hours is not None
    assert hours.cover(datetime.fromisoformat(f"2026-03-04T{clock}")) is quiet


@pytest.mark.parametrize("text", ["22-7", "24:00-07:00", "22:00", "22:60-07:00", "nights"])
def test_what_are_no_hours_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=text):
        quiet_hours(text)


def test_what_was_waved_away_is_welcome_again_after_weeks() -> None:
    now = datetime(2026, 3, 4, 9, 0, tzinfo=BERLIN)
    taken = Reception()
    for _ in range(4):
        taken = taken.answered(Kind.PLAN, Answer.WAVED_AWAY, now)
    assert taken.factor(Kind.PLAN, now) == pytest.approx(2 / 6)
    assert taken.factor(Kind.PLAN, now + timedelta(days=28)) == pytest.approx(2 / 3)
    assert taken.factor(Kind.COMMITMENT, now) == 1
    assert taken.answered(Kind.PLAN, Answer.KINDLY, now).factor(Kind.PLAN, now) > taken.factor(Kind.PLAN, now)
    assert taken.factor(Kind.PLAN, now - timedelta(days=9)) == pytest.approx(2 / 6), "of a clock that was set back"
