"""Old turns are let go of once a day, while nobody speaks, and only where the settings say so."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime, timedelta

import pytest

from voiceos import events as ev
from voiceos.clock import ManualClock
from voiceos.daemon.retention import EVERY_S, Retention
from voiceos.errors import StorageError
from voiceos.memory import Store
from voiceos.turn_taking.state import Phase, State

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
QUIET, LISTENING = State(), State(Phase.LISTENING, turn=1)


def step(part: Retention, after: State = QUIET) -> None:
    part.stepped(ev.Tick(1.0), after, after)


async def test_it_lets_go_once_a_day_while_nobody_speaks() -> None:
    clock = ManualClock(NOW)
    asked: list[datetime] = []

    async def prune(before: datetime) -> int:
        asked.append(before)
        return 0

    async with Retention(prune, 30, clock) as part:
        step(part, LISTENING)
        await asyncio.sleep(0)
        assert asked == []
        for _ in range(3):
            step(part)
            await asyncio.sleep(0)
        assert asked == [NOW - timedelta(days=30)]
        clock.advance(EVERY_S)
        step(part)
    assert asked == [NOW - timedelta(days=30), NOW - timedelta(days=29)]


async def test_nothing_goes_where_all_is_kept() -> None:
    pruned: list[datetime] = []

    async def prune(before: datetime) -> int:
        pruned.append(before)
        return 0

    async with Retention(prune, 0, ManualClock(NOW)) as part:
        step(part)
    assert pruned == []


async def test_what_cannot_be_done_is_tried_again_the_next_day(caplog: pytest.LogCaptureFixture) -> None:
    async def prune(before: datetime) -> int:
        raise StorageError("The disk is full.")

    with caplog.at_level(logging.WARNING):
        async with Retention(prune, 30, ManualClock(NOW)) as part:
            step(part)
    assert "still kept, until tomorrow: The disk is full." in caplog.text


async def test_a_bug_is_told_by_kind_and_place(caplog: pytest.LogCaptureFixture) -> None:
    async def prune(before: datetime) -> int:
        raise ValueError("what somebody said")

    async with Retention(prune, 30, ManualClock(NOW)) as part:
        step(part)
    assert "still kept, until tomorrow: a bug: ValueError at test_retention.py:" in caplog.text
    assert "what somebody said" not in caplog.text


async def test_the_store_itself_is_asked(caplog: pytest.LogCaptureFixture) -> None:
    with Store() as store:
        for days in (40, 20):
            store.remember_turn(f"{days} days ago", "", at=NOW - timedelta(days=days), conversation="a")

        async def prune(before: datetime) -> int:
            return await asyncio.to_thread(store.prune, before)

        with caplog.at_level(logging.INFO, "voiceos.daemon.retention"):
            async with Retention(prune, 30, ManualClock(NOW)) as part:
                step(part)
        assert [turn.said for turn in store.episodes()] == ["20 days ago"]
    assert "1 turns older than 30 days are deleted" in caplog.text
