"""Days in words."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceos.languages import table
from voiceos.memory import due

NOW = datetime(2026, 3, 4, 15, 20, tzinfo=timezone(timedelta(hours=1)))
"""A Wednesday."""
WORDS = table("en", "drawing")["due"]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("today I cook", "2026-03-04"),
        ("tonight", "2026-03-04"),
        ("call Anna tomorrow", "2026-03-05"),
        ("the day after tomorrow", "2026-03-06"),
        ("on Friday", "2026-03-06"),
        ("next Friday", "2026-03-06"),
        ("on Wednesday", "2026-03-11"),
        ("this weekend", "2026-03-07"),
        ("this week", "2026-03-08"),
        ("next week", "2026-03-09"),
        ("next month", "2026-04-01"),
        ("next year", "2027-01-01"),
        ("in two weeks", "2026-03-18"),
        ("in 10 days", "2026-03-14"),
        ("fly to Lisbon in May", "2026-05-01"),
        ("in March", "2026-03-01"),
        ("in February", "2027-02-01"),
        ("on the third of June", "2026-06-03"),
        ("on 12 May", "2026-05-12"),
        ("May 12", "2026-05-12"),
        ("on the 2nd", "2026-04-02"),
        ("on the twenty-first", "2026-03-21"),
        ("on the 31st of June", None),
        ("in some days", None),
        ("nothing of the kind", None),
    ],
)
def test_a_day_is_found(text: str, day: str | None) -> None:
    found = due.moment(text, NOW, WORDS)
    assert (found and found.date().isoformat()) == day
    assert found is None or found.tzinfo is NOW.tzinfo


def test_of_several_the_nearest_is_meant() -> None:
    text = "I'll call Anna tomorrow and on Friday I fly to Rome"
    for near, day in (("call Anna", 5), ("fly to Rome", 6)):
        found = due.moment(text, NOW, WORDS, near=near)
        assert found is not None
        assert found.day == day


@given(
    st.text() | st.from_regex(r"(in|on|the|next|third|99th|may|of| |\d){1,9}"),
    st.datetimes(datetime(1971, 1, 1), datetime(2100, 1, 1)),
)
def test_any_text_is_safe(text: str, now: datetime) -> None:
    found = due.moment(text, now.replace(tzinfo=NOW.tzinfo), WORDS, near=text[:3])
    assert found is None or found.tzinfo is not None
