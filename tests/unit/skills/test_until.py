from __future__ import annotations

from datetime import UTC, datetime

import pytest

from voiceos.skills.until import UNTIL_TOLD, quiet_ends
from voiceos.thinking.intents import SentenceMatcher

MATCHER = SentenceMatcher("en", "Ada")


def at(hour: int, minute: int = 0, day: int = 2) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "now", "until"),
    [
        ("Be quiet for ten minutes.", at(14, 5), at(14, 15)),
        ("Be quiet for an hour and a half.", at(23), at(0, 30, 3)),
        ("Be quiet for two hours and 10 minutes.", at(14), at(16, 10)),
        ("Be quiet until three.", at(14), at(15)),
        ("Be quiet until three.", at(2), at(3)),
        ("Be quiet until three.", at(22), at(3, 0, 3)),
        ("Be quiet until 3:30 p.m.", at(2), at(15, 30)),
        ("Be quiet until three in the afternoon.", at(16), at(15, 0, 3)),
        ("Be quiet until 15:00.", at(16), at(15, 0, 3)),
        ("Be quiet until half past four.", at(16, 29), at(16, 30)),
        ("Be quiet until half past four.", at(16, 30), at(4, 30, 3)),
        ("Be quiet until a quarter to six.", at(17), at(17, 45)),
        ("Be quiet until noon.", at(9), at(12)),
        ("Be quiet until twelve.", at(9), at(12)),
        ("Be quiet until midnight.", at(21), at(0, 0, 3)),
        ("Be quiet until tomorrow morning.", at(1), at(8, 0, 3)),
        ("Be quiet until 9 tomorrow.", at(7), at(9, 0, 3)),
        ("Don't disturb me.", at(7), at(7) + UNTIL_TOLD),
    ],
)
def test_when_quiet_ends(said: str, now: datetime, until: datetime) -> None:
    intent = MATCHER.match(said)
    assert intent is not None
    assert intent.name == "quiet_until"
    assert quiet_ends(intent.slots, now) == until


@pytest.mark.parametrize("hour", range(24))
@pytest.mark.parametrize("minute", [0, 29, 59])
def test_it_is_always_ahead_and_within_a_day(hour: int, minute: int) -> None:
    for wanted in range(25):
        until = quiet_ends({"hour": wanted, "minute": 30}, at(hour, minute))
        assert 0 < (until - at(hour, minute)).total_seconds() <= 24 * 3600
