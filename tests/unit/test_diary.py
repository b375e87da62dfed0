"""Turns are written into the memory beside the conversation, with the real store."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from voiceos import diary as diaries
from voiceos import off_the_record, stored
from voiceos.diary import CONVERSATION_GAP, Diary
from voiceos.errors import NewerFormat, StorageError
from voiceos.exchange import Exchange
from voiceos.memory import Episode, Store

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def exchange(
    turn: int, said: str = "I like tea", heard: str = "So do I.", *, later: timedelta = timedelta()
) -> Exchange:
    return Exchange(turn, said, heard, NOW + later)


def kept() -> list[Episode]:
    """All that a later start finds, the oldest first."""
    with Store() as store:
        return store.episodes()[::-1]


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
async def diary(told: list[str]) -> AsyncIterator[Diary]:
    async with Diary(Store(), announce=told.append) as diary:
        yield diary


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not true():  # noqa: ASYNC110 - the disk tells of nothing
            await asyncio.sleep(0.01)


async def test_turns_are_written_in_their_order_while_it_goes_on(diary: Diary) -> None:
    for turn in range(1, 6):
        diary.keep(exchange(turn, f"number {turn}", later=timedelta(seconds=turn)))
    await until(lambda: diary.unwritten == 0)
    assert [episode.said for episode in kept()] == [f"number {turn}" for turn in range(1, 6)]
    numbers = [diary.episode(turn) for turn in range(1, 6)]
    assert numbers == [episode.id for episode in kept()]


async def test_what_is_left_is_written_at_the_end() -> None:
    async with Diary(Store(), announce=print) as diary:
        diary.keep(Exchange(1, "I like tea", "So do", NOW, cut_off=True))
        diary.keep(exchange(2, "", "Good morning."))
        diary.keep(exchange(3, "", " "))
    tea, morning = kept()
    assert (tea.said, tea.heard, tea.cut_off) == ("I like tea", "So do", True)
    assert (morning.said, morning.heard) == ("", "Good morning.")


async def test_a_conversation_ends_with_a_long_silence(diary: Diary) -> None:
    diary.keep(exchange(1))
    diary.keep(exchange(2, later=CONVERSATION_GAP))
    diary.keep(exchange(3, later=2 * CONVERSATION_GAP + timedelta(seconds=1)))
    await diary.write()
    first, second, third = (episode.conversation for episode in kept())
    assert first == second != third


async def test_what_is_said_unasked_does_not_prolong_a_conversation(diary: Diary) -> None:
    diary.keep(exchange(1))
    diary.keep(exchange(2, "", "A reminder.", later=timedelta(minutes=20)))
    diary.keep(exchange(3, later=timedelta(minutes=40)))
    await diary.write()
    first, reminder, last = (episode.conversation for episode in kept())
    assert first == reminder != last


async def test_nothing_is_kept_off_the_record_until_the_next_conversation(diary: Diary) -> None:
    diary.keep(exchange(1, "on the record"))
    diary.go_off(NOW)
    diary.keep(exchange(2, "off the record"))
    diary.keep(exchange(3, "another day", later=timedelta(days=1)))
    await diary.write()
    assert [episode.said for episode in kept()] == ["on the record", "another day"]


async def test_a_restart_does_not_put_it_on_the_record() -> None:
    async with Diary(Store(), announce=print) as diary:
        diary.go_off(NOW)
        diary.keep(exchange(1, "one", later=timedelta(minutes=20)))
    assert stored.OFF_THE_RECORD.path.stat().st_mode & 0o777 == 0o600
    async with Diary(Store(), announce=print) as diary:
        diary.keep(exchange(1, "two", later=timedelta(minutes=49)))
    async with Diary(Store(), announce=print) as diary:
        diary.keep(exchange(1, "three", later=timedelta(minutes=80)))
        diary.keep(exchange(2, "four", later=timedelta(minutes=81)))
    assert [episode.said for episode in kept()] == ["three", "four"]


async def test_a_restart_remembers_what_is_on_the_record_again() -> None:
    async with Diary(Store(), announce=print) as diary:
        diary.go_off(NOW)
        await diary.write()
        diary.go_on()
    async with Diary(Store(), announce=print) as diary:
        diary.keep(exchange(1, "one", later=timedelta(minutes=1)))
    assert [episode.said for episode in kept()] == ["one"]


@pytest.mark.parametrize("until", ['"tomorrow"', "3", '"2026-03-02T15:00:00"', "[]"])
def test_what_is_no_moment_is_set_aside(until: str) -> None:
    off_the_record.keep(NOW)
    assert off_the_record.load() == NOW
    stored.OFF_THE_RECORD.path.write_text(f'{{"version": 1, "until": {until}}}')
    assert off_the_record.load() is None
    assert not stored.OFF_THE_RECORD.path.exists()


async def test_what_cannot_be_written_is_told_once_and_tried_again(
    told: list[str], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(diaries, "RETRY_S", (0.01,))
    stored.MEMORY.path.parent.parent.mkdir(parents=True, exist_ok=True)
    stored.MEMORY.path.parent.write_text("where a folder should be")
    async with Diary(Store(), announce=told.append) as diary:
        diary.keep(exchange(1))
        await until(lambda: diary.problem is not None)
        diary.keep(exchange(2))
        await asyncio.sleep(0.1)
        assert told == ["error.storage"]
        assert diary.unwritten == 2
        with pytest.raises(StorageError):
            await diary.ask(lambda store: store.stats())
        stored.MEMORY.path.parent.unlink()
        await until(lambda: diary.unwritten == 0)
        assert diary.problem is None
    assert len(kept()) == 2
    assert "tea" not in caplog.text


async def test_what_cannot_be_written_even_at_the_end_is_no_secret(caplog: pytest.LogCaptureFixture) -> None:
    stored.MEMORY.path.parent.parent.mkdir(parents=True, exist_ok=True)
    stored.MEMORY.path.parent.write_text("where a folder should be")
    async with Diary(Store(), announce=print) as diary:
        diary.keep(exchange(1))
        await until(lambda: diary.problem is not None)
    assert "1 turns could not be written" in caplog.text


async def test_a_broken_memory_is_set_aside_and_that_is_said(told: list[str]) -> None:
    stored.MEMORY.path.parent.mkdir(parents=True, exist_ok=True)
    stored.MEMORY.path.write_bytes(b"no database at all" * 100)
    async with Diary(Store(), announce=told.append) as diary:
        diary.keep(exchange(1))
        await until(lambda: diary.unwritten == 0)
    assert told == ["repaired"]
    assert len(kept()) == 1


async def test_the_memory_of_a_newer_version_is_told_of_and_left_alone(told: list[str]) -> None:
    with Store() as store, store._database.outside_of_transactions() as database:
        database.execute("PRAGMA user_version = 99")
    before = stored.MEMORY.path.read_bytes()
    async with Diary(Store(), announce=told.append) as diary:
        await until(lambda: diary.problem is not None)
        diary.keep(exchange(1))
        with pytest.raises(NewerFormat):
            await diary.ask(lambda store: store.stats())
    assert told == ["error.newer"]
    assert stored.MEMORY.path.read_bytes() == before


async def test_a_turn_that_was_written_before_its_end_is_written_once(diary: Diary) -> None:
    episode = await diary.ask(lambda store: store.remember_turn("I like tea", "", at=NOW, conversation="one"))
    diary.written_as(1, episode.id)
    diary.keep(exchange(1))
    await diary.write()
    assert len(kept()) == 1


async def test_forgetting_reaches_what_was_said_just_now(diary: Diary) -> None:
    diary.keep(exchange(1, "Ana likes tea"))
    diary.keep(exchange(2, "It rains"))
    chosen, forgotten, turns = await diary.erase(lambda store: store.select_about("Ana"))
    assert forgotten.episodes == len(chosen.episodes) == 1
    assert turns == {1}
    assert diary.episode(1) is None
    assert [episode.said for episode in kept()] == ["It rains"]


async def test_what_another_process_forgets_is_noticed_and_its_own_is_not(tmp_path: Path) -> None:
    noticed: list[str] = []
    async with Diary(Store(), announce=print) as diary:
        diary.erased = lambda: noticed.append("!")
        diary.keep(exchange(1, "Ana likes tea"))
        diary.keep(exchange(2, "Bob likes coffee"))
        await diary.erase(lambda store: store.select_about("Bob"))
        diary.keep(exchange(3, "It rains"))
        await diary.write()
        assert noticed == []
        with Store() as other:
            other.forget(other.select_about("Ana"))
        diary.keep(exchange(4, "It rains still"))
        await diary.write()
        assert noticed == ["!"]
        assert await asyncio.gather(diary.gone(), diary.gone()) == [{1}, {1}], (
            "both are told, at whatever time they ask"
        )
        assert await diary.gone() == frozenset()
