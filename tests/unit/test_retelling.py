"""Which days are meant by "on Monday" and "last week"."""

from __future__ import annotations

from datetime import date

import pytest

from voiceos.retelling import _span

WEDNESDAY = date(2026, 3, 4)


@pytest.mark.parametrize(
    ("past", "first", "days"),
    [
        ("today", date(2026, 3, 4), 1),
        ("yesterday", date(2026, 3, 3), 1),
        ("day_before", date(2026, 3, 2), 1),
        ("monday", date(2026, 3, 2), 1),
        ("tuesday", date(2026, 3, 3), 1),
        ("wednesday", date(2026, 2, 25), 1),
        ("thursday", date(2026, 2, 26), 1),
        ("sunday", date(2026, 3, 1), 1),
        ("this_week", date(2026, 3, 2), 7),
        ("last_week", date(2026, 2, 23), 7),
    ],
)
def test_days_are_the_last_that_are_over(past: str, first: date, days: int) -> None:
    assert _span(past, WEDNESDAY) == (first, days)
