from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from voiceos.skills.until import UNTIL_TOLD, moment, quiet_ends
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


@pytest.mark.parametrize(
    ("said", "now", "due"),
    [
        ("at five", at(14), at(17)),
        ("at five", at(18), at(5, 0, 3)),
        ("at 5 p.m.", at(8), at(17)),
        ("at half past five", at(14), at(17, 30)),
        ("at a quarter to six", at(14), at(17, 45)),
        ("at 5:30", at(14), at(17, 30)),
        ("at 17:00", at(8), at(17)),
        ("at 5:05 p.m. tomorrow", at(14), at(17, 5, 3)),
        ("in ten minutes", at(23, 55), at(0, 5, 3)),
        ("in half an hour", at(14), at(14, 30)),
        ("in 2 hours", at(14), at(16)),
        ("in two hours and ten minutes", at(14), at(16, 10)),
        ("tomorrow", at(14), at(9, 0, 3)),
        ("tomorrow at nine", at(14), at(9, 0, 3)),
        ("tomorrow at five", at(14), at(17, 0, 3)),
        ("tomorrow at 5 a.m.", at(14), at(5, 0, 3)),
        ("tomorrow evening", at(14), at(18, 0, 3)),
        ("this evening", at(14), at(18)),
        ("tonight at ten", at(14), at(22)),
        ("tonight", at(14), at(21)),
        ("on Sunday at ten", at(14), at(10, 0, 8)),
        ("on Monday", at(14), at(9, 0, 9)),
        ("on Friday evening at seven", at(14), at(19, 0, 6)),
        ("today at nine", at(14), at(21)),
        ("today at 9 a.m.", at(14), at(9)),
    ],
)
def test_when_something_is_due(said: str, now: datetime, due: datetime) -> None:
    """The second of March is a Monday."""
    for sentence in (f"Remind me to call Anna {said}.", f"Remind me {said} to call Anna, please."):
        intent = MATCHER.match(sentence)
        assert intent is not None
        assert (intent.name, intent.slots["link"], intent.slots["task"]) == ("remind", "to", "call Anna")
        assert moment(intent.slots, now) == due


def test_a_length_is_as_long_as_it_says_where_the_clock_is_changed_meanwhile() -> None:
    before = datetime(2026, 3, 29, 1, 55, tzinfo=ZoneInfo("Europe/Berlin"))
    assert moment({"minutes": 10}, before) == before.replace(hour=3, minute=5)
