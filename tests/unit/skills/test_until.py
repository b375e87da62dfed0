from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from voiceos.skills.until import UNTIL_TOLD, fits, moment, quiet_ends
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
        ("Be quiet until 2 at night.", at(21), at(2, 0, 3)),
        ("Be quiet until 12 at night.", at(21), at(0, 0, 3)),
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
        ("at five", at(18), at(17, 0, 3)),
        ("at five", at(23), at(5, 0, 3)),
        ("at 12", at(14), at(12, 0, 3)),
        ("at 12", at(20), at(0, 0, 3)),
        ("at two", at(0, 30), at(2)),
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
        ("the day after tomorrow", at(14), at(9, 0, 4)),
        ("at noon tomorrow", at(14), at(12, 0, 3)),
        ("tomorrow at midnight", at(14), at(0, 0, 4)),
        ("at midnight", at(14), at(0, 0, 3)),
        ("next Friday", at(14), at(9, 0, 13)),
        ("this Friday", at(14), at(9, 0, 6)),
        ("by tomorrow", at(14), at(9, 0, 3)),
        ("on the weekend", at(14), at(9, 0, 7)),
        ("next week", at(14), at(9, 0, 9)),
        ("on the 24th at nine", at(14), at(9, 0, 24)),
        ("on March the third", at(14), at(9, 0, 3)),
        ("on the third of March at 4", at(14), at(16, 0, 3)),
        ("tonight at 12", at(17), at(0, 0, 3)),
        ("at twelve tonight", at(17), at(0, 0, 3)),
        ("tonight at 1", at(17), at(1, 0, 3)),
        ("tonight at 1", at(0, 30), at(1)),
        ("at 2 at night", at(17), at(2, 0, 3)),
        ("at 10 at night", at(17), at(22)),
        ("tomorrow night at 1", at(17), at(1, 0, 4)),
        ("tomorrow night at 10", at(17), at(22, 0, 3)),
        ("in a minute", at(14), at(14, 1)),
        ("in 30 seconds", at(14), at(14, 0) + timedelta(seconds=30)),
        ("in a few minutes", at(14), at(14, 5)),
        ("in an hour and a half", at(14), at(15, 30)),
        ("in one and a half hours", at(14), at(15, 30)),
        ("in two days", at(14), at(9, 0, 4)),
        ("in a week", at(14), at(9, 0, 9)),
        ("in a week at three", at(14), at(15, 0, 9)),
        ("at ten to six", at(14), at(17, 50)),
        ("at five past six", at(14), at(18, 5)),
        ("at around six", at(14), at(18)),
        ("at 1730", at(14), at(17, 30)),
        ("at three oh five", at(14), at(15, 5)),
        ("at half five", at(14), at(17, 30)),
        ("at 5pm", at(14), at(17)),
        ("5 p.m.", at(14), at(17)),
        ("in 1000 minutes", at(14), at(6, 40, 3)),
        ("in 100 hours", at(14), at(18, 0, 6)),
        ("this evening at 12", at(17), at(0, 0, 3)),
    ],
)
def test_when_something_is_due(said: str, now: datetime, due: datetime) -> None:
    """The second of March is a Monday."""
    for sentence in (f"Remind me to call Anna {said}.", f"Remind me {said} to call Anna, please."):
        intent = MATCHER.match(sentence)
        assert intent is not None
        assert (intent.name, intent.slots["link"], intent.slots["task"]) == ("remind", "to", "call Anna")
        assert moment(intent.slots, now) == due


@pytest.mark.parametrize(
    ("said", "now"),
    [
        ("today", at(14)),
        ("tonight", at(22)),
        ("this morning", at(14)),
        ("on the 31st of February", at(14)),
        ("in 0 minutes", at(14)),
        ("next month", at(14)),
        ("later", at(14)),
        ("every day at nine", at(14)),
        ("on weekdays at 9", at(14)),
        ("every monday", at(14)),
        ("every second day at nine", at(14)),
    ],
)
def test_what_names_no_moment_is_asked_for_and_is_no_part_of_what_is_to_be_done(said: str, now: datetime) -> None:
    for sentence in (f"Remind me to call Anna {said}.", f"Remind me {said} to call Anna, please."):
        intent = MATCHER.match(sentence)
        assert intent is not None, sentence
        assert (intent.name, intent.slots["link"], intent.slots["task"]) == ("remind", "to", "call Anna"), sentence
        assert moment(intent.slots, now) is None, sentence


@pytest.mark.parametrize(
    ("said", "task"),
    [
        ("Remind me to buy tickets for Friday.", "buy tickets for Friday"),
        ("Remind me to buy tickets for Friday at nine.", "buy tickets for Friday"),
        ("Remind me to be at the station at ten, tomorrow at nine.", "be at the station at ten"),
        ("Remind me to call her at five.", "call her"),
        ("Remind me to turn the heating on at five.", "turn the heating on"),
        ("Remind me to write to all of the two hundred at five.", "write to all of the two hundred"),
        ("Remind me to feed the second dog at seven.", "feed the second dog"),
        ("Remind me to read Catch 22.", "read Catch 22"),
        ("Remind me to please call my sister at five please.", "call my sister"),
        ("Remind me to please my wife at five.", "please my wife"),
        ("Remind me not to eat at five.", "eat"),
        ("Remind me to call Ana at five o'clock sharp.", "call Ana"),
        ("Don't let me forget my umbrella tomorrow.", "my umbrella"),
        ("Remind me to call Zoë O’Neill on Friday!", "call Zoë O’Neill"),
        (
            "Remind me to call the doctor about the results of the blood test that I did last week tomorrow at nine in "
            "the morning.",
            "call the doctor about the results of the blood test that I did last week",
        ),
    ],
)
def test_what_is_to_be_done_is_all_but_its_time(said: str, task: str) -> None:
    intent = MATCHER.match(said)
    assert intent is not None
    assert intent.slots["task"] == task


@pytest.mark.parametrize(
    ("said", "fit"),
    [
        ("at five", True),
        ("at 5 p.m.", True),
        ("at 5 a.m.", False),
        ("at six", False),
        ("tomorrow", True),
        ("today", False),
        ("tomorrow at five", True),
        ("tomorrow afternoon", True),
        ("tomorrow morning", False),
        ("on Tuesday", True),
        ("in 27 hours", True),
    ],
)
def test_a_known_moment_is_named_by_any_part_of_it(said: str, fit: bool) -> None:
    intent = MATCHER.match(f"Cancel the reminder for {said}".replace("for at", "for").replace("for in", "to call in"))
    assert intent is not None
    assert intent.name == "cancel_reminder"
    assert fits(intent.slots, at(17, 0, 3), at(14)) is fit


def test_a_length_is_as_long_as_it_says_where_the_clock_is_changed_meanwhile() -> None:
    before = datetime(2026, 3, 29, 1, 55, tzinfo=ZoneInfo("Europe/Berlin"))
    assert moment({"minutes": 10}, before) == before.replace(hour=3, minute=5)


@pytest.mark.parametrize(
    ("said", "link"),
    [
        ("Remind me not to eat at five.", "not to"),
        ("Remind me I have to go at five.", "that"),
        ("Don't let me forget my umbrella tomorrow.", "about"),
        ("Set a reminder for the meeting at five.", "about"),
    ],
)
def test_what_is_told_back_is_a_sentence(said: str, link: str) -> None:
    intent = MATCHER.match(said)
    assert intent is not None
    assert intent.slots["link"] == link
