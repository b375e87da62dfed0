"""Reminders that repeat, that are wanted again, and whose hour is told by what is over then."""

from __future__ import annotations

import asyncio

from tests.scenarios.test_initiative import Home, Wall


async def test_what_repeats_is_told_each_time_over_restarts_and_cancelled() -> None:
    wall = Wall("2026-03-04T14:00")
    hears = ["remind me every day at eight to take my pills", "what are my reminders", "what are my reminders"]
    async with Home(wall, level="off", hears=hears) as home:
        assert "remind you to take your pills, every day at 8:00 AM." in await home.asks()
        assert "every day at 8:00 AM, take your pills" in await home.asks()
        wall.set("2026-03-05T08:00")
        assert await home.told("You asked me") == "You asked me to remind you to take your pills."
        wall.set("2026-03-05T08:05")
        await home.wait(2)
        assert sum("You asked me" in one for one in home.said()) == 1
        assert "every day at 8:00 AM, take your pills" in await home.asks()
    wall.set("2026-03-09T09:00")  # off for days
    hears = ["cancel the reminder to take my pills", "undo that", "cancel that reminder", "what are my reminders"]
    async with Home(wall, level="off", hears=hears) as home:
        assert await home.told("I was to") == "I'm late with this: at 8:00 AM I was to remind you to take your pills."
        await home.wait(2)
        assert len(home.said()) == 1, "once, and not for each day"
        assert "I won't remind you: take your pills, every day at 8:00 AM." in await home.asks()
        assert "remind you to take your pills, every day at 8:00 AM." in await home.asks()
        assert "I won't remind you" in await home.asks()
        assert await home.asks() == "You have no reminders."
        wall.set("2026-03-10T08:00")
        await home.wait(2)
        assert not any("You asked me" in one for one in home.said())


async def test_of_what_repeats_the_hour_is_asked_for() -> None:
    said_and_answered = [
        ("remind me to take my pills every day", "When shall I remind you to take your pills?"),
        ("at eight", "remind you to take your pills, every day at 8:00 AM."),
        ("remind me every two hours", "What shall I remind you of?"),
        ("to drink", "remind you to drink, every 2 hours."),
        ("cancel the daily reminder", "take your pills, every day at 8:00 AM."),
        ("stop reminding me to drink", "I won't remind you: drink, every 2 hours."),
    ]
    async with Home(Wall("2026-03-04T14:00"), level="off", hears=[said for said, _ in said_and_answered]) as home:
        for said, answered in said_and_answered:
            assert answered in await home.asks(), said


async def test_what_was_told_is_wanted_again_later() -> None:
    wall = Wall("2026-03-04T14:00")
    hears = [
        "remind me to call my sister at five",
        "remind me again in ten minutes",
        "Remind me of that in half an hour.",
        "snooze it for an hour",
    ]
    async with Home(wall, level="off", hears=hears) as home:
        await home.asks()
        wall.set("2026-03-04T17:00")
        await home.told("You asked me")
        assert "remind you to call your sister, at 5:10 PM" in await home.asks()
        assert "remind you to call your sister, at 5:30 PM" in await home.asks()
        assert "remind you to call your sister, at 6:00 PM" in await home.asks()
        wall.set("2026-03-04T17:10")
        async with asyncio.timeout(20):
            while sum("You asked me" in one for one in home.said()) < 2:
                await home.wait(0.1)


async def test_without_a_reminder_that_was_told_it_asks_what_is_meant() -> None:
    async with Home(Wall("2026-03-04T14:00"), level="off", hears=["remind me again in ten minutes"]) as home:
        assert await home.asks() == "What shall I remind you of?"


async def test_after_work_is_the_hour_that_they_told_and_is_asked_for_where_they_did_not() -> None:
    said_and_answered = [
        ("remind me to buy milk after work", "When shall I remind you to buy milk?"),
        ("I finish work at half past five", "You said"),
        ("remind me to buy milk after work", "remind you to buy milk, at 5:30 PM."),
        ("remind me after work to run", "remind you to run, at 5:30 PM."),
        ("remind me to run after school", "When shall I remind you to run?"),
    ]
    async with Home(Wall("2026-03-04T14:00"), level="off", hears=[said for said, _ in said_and_answered]) as home:
        for said, answered in said_and_answered:
            assert answered in await home.asks(), said


async def test_in_the_hour_that_comes_twice_an_hour_from_now_is_to_come() -> None:
    async with Home(Wall("2026-10-25T02:20"), level="off", hears=["remind me in an hour to drink"]) as home:
        assert "I'll remind you to drink" in await home.asks()
