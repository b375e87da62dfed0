from __future__ import annotations

from datetime import UTC, datetime

import pytest

from voiceos.events import Intent
from voiceos.thinking.answers import answer


@pytest.mark.parametrize(
    ("wish", "moment", "words"),
    [
        ("time", datetime(2026, 11, 23, 15, 5, tzinfo=UTC), "3:05"),
        ("time", datetime(2026, 11, 23, 0, 30, tzinfo=UTC), "12:30"),
        ("date", datetime(2026, 11, 23, 15, 5, tzinfo=UTC), "Monday, November 23"),
        ("date", datetime(2027, 1, 1, 0, 0, tzinfo=UTC), "Friday, January 1"),
    ],
)
def test_time_and_date_are_told(wish: str, moment: datetime, words: str) -> None:
    assert words in answer(Intent(wish), moment, language="en")


def test_it_answers_nothing_else() -> None:
    with pytest.raises(KeyError):
        answer(Intent("louder"), datetime(2026, 1, 1, tzinfo=UTC), language="en")
