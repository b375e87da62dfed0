"""What was talked of on a day or in a week, told from a real store: of each day something, also of today."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta

import pytest

from tests.unit.memory.life import ZONE
from voiceos.diary import Diary
from voiceos.languages import Phrases
from voiceos.memory import Scope, Store
from voiceos.retelling import MOST_LINES, Retelling
from voiceos.thinking.statements import TRIED

FRIDAY = datetime(2026, 3, 6, 18, 0, tzinfo=ZONE)
NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@pytest.fixture
async def retelling() -> AsyncIterator[Retelling]:
    async with Diary(Store(), announce=lambda key: None) as diary:
        yield Retelling(diary, Phrases("en"), language="en")


def at(day: date, minute: int = 0) -> datetime:
    return datetime.combine(day, time(12), ZONE) + timedelta(minutes=minute)


def say(day: date, *said: str) -> None:
    with Store() as store:
        for minute, text in enumerate(said):
            store.remember_turn(text, "I see.", at=at(day, minute), conversation="a")


def sum_up(days: Mapping[date, Sequence[str]]) -> None:
    with Store() as store:
        for day, lines in days.items():
            turn = store.remember_turn("Well.", "I see.", at=at(day), conversation="a")
            store.chronicle.keep(Scope.DAY, day, lines, at=at(day), erasures=store.erasures, turns=[turn.id])


def lines_of(day: date, count: int) -> list[str]:
    return [f"You saw bird {day.day}.{number}." for number in range(count)]


def told(answer: str) -> list[str]:
    """The days of which it tells, in their order, each once."""
    return list(dict.fromkeys(name for name in answer.replace(":", " ").split() if name in (*NAMES, "Today")))


@pytest.mark.parametrize(
    ("past", "days"),
    [
        ("today", (6,)),
        ("yesterday", (5,)),
        ("day_before", (4,)),
        ("monday", (2,)),
        ("thursday", (5,)),
        ("friday", (-1,)),
        ("sunday", (1,)),
        ("this_week", (2, 3, 4, 5, 6)),
        ("last_week", (-5, -4, -3, -2, -1, 0, 1)),
    ],
)
async def test_days_are_the_last_that_are_over(retelling: Retelling, past: str, days: Sequence[int]) -> None:
    every = [date(2026, 3, 1) + timedelta(days=number) for number in range(-8, 6)]
    sum_up({day: [f"You saw bird {(day - date(2026, 2, 28)).days}x."] for day in every})
    answer = await retelling.talked(past, FRIDAY)
    birds = [int(word.strip(".").rstrip("x")) for word in answer.split() if word.strip(".").endswith("x")]
    assert tuple(birds) == days


@pytest.mark.parametrize("each", [1, 2, 6])
async def test_of_a_week_something_of_each_day_is_told_and_of_today_too(retelling: Retelling, each: int) -> None:
    sum_up({(day := date(2026, 3, number)): lines_of(day, each) for number in range(2, 6)})
    say(FRIDAY.date(), "louder", "My sister Annabella lives in Graz.")
    answer = await retelling.talked("this_week", FRIDAY)
    assert told(answer) == ["Monday", "Tuesday", "Wednesday", "Thursday", "Today"]
    assert answer.endswith("Today: Your sister Annabella lives in Graz.") and "louder" not in answer
    assert answer.count("bird") == min(4 * each, MOST_LINES - 1)


async def test_a_day_that_is_not_in_short_yet_is_told_in_the_users_words(retelling: Retelling) -> None:
    sum_up({date(2026, 3, 2): ["You saw a bird."]})
    say(date(2026, 3, 4), "My sister Annabella lives in Graz.")
    answer = await retelling.talked("this_week", FRIDAY)
    assert answer == (
        "This week it was this: On Monday: You saw a bird. On Wednesday: Your sister Annabella lives in Graz."
    )


async def test_the_newest_days_have_more_where_not_all_have_room(retelling: Retelling) -> None:
    sum_up({(day := date(2026, 2, 22 + number)): lines_of(day, 6) for number in range(1, 6)})
    answer = await retelling.talked("last_week", FRIDAY)
    counts = [answer.count(f"On {name}:") for name in NAMES]
    assert counts == [1, 1, 2, 2, 2, 0, 0]


async def test_of_a_long_day_it_is_the_longest_sentences_and_never_what_was_said_in_need(
    retelling: Retelling,
) -> None:
    said = [
        "I want to kill myself, and nobody in the whole wide world could ever hold me back from that.",
        "My sister Annabella moved to Graz with her two dogs.",
        *["What is the capital of France, by the way?"] * 3 * TRIED,
        "Set the volume to fifty percent, please.",
        "Remember that my brother bought a red bicycle in Linz.",
        "I like tea.",
        "My neighbour plays the trumpet all day long.",
    ]
    say(FRIDAY.date(), *said)
    assert await retelling.talked("today", FRIDAY) == (
        "Today you told me, among other things: Your sister Annabella moved to Graz with her two dogs. "
        "Your brother bought a red bicycle in Linz. Your neighbour plays the trumpet all day long."
    )


async def test_nothing_is_told_where_nothing_was_said(retelling: Retelling) -> None:
    assert await retelling.talked("this_week", FRIDAY) == "I don't remember that we talked this week."
    say(FRIDAY.date(), "louder")
    assert (await retelling.talked("this_week", FRIDAY)).startswith("We did talk this week, but of nothing")
