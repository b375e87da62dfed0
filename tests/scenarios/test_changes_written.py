"""What is changed by talking and can, or cannot, be written down: settings, and how long it is to be quiet."""

from __future__ import annotations

import asyncio
import resource
import tomllib
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from tests.scenarios.house import SCRIPTED, House
from tests.scenarios.room import Room
from voiceos import quiet, stored
from voiceos.clock import SystemClock
from voiceos.config.plan import Value
from voiceos.daemon.client import ControlClient
from voiceos.languages import Phrases
from voiceos.preferences import Preferences
from voiceos.speaking.clips import Clips


def spoken(key: str) -> tuple[str, ...]:
    return Phrases("en").variants(key)


async def unkept(client: ControlClient) -> list[str]:
    """What `status` tells of changes that are not written; what else could not be is told beside it."""
    told = (await client.call("status"))["degraded"]
    return [one["what"] for one in told if one["what"].startswith("What was changed last holds until a restart: ")]


async def test_where_nothing_can_be_written_it_holds_for_now_and_that_is_said(tmp_path: Path) -> None:
    async with House(tmp_path) as house, ControlClient() as client:
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))  # the system breaks off each write, as a full disk does
        try:
            house.live.preferences.change("tts.speed", 0.85)  # as "slower" does
            await house.announced("That holds until I'm restarted.")
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert house.live.conductor.speed == 0.85
        assert "0.85" not in house.file.read_text()
        assert len(await unkept(client)) == 1
        house.file.write_text(SCRIPTED + "\n[audio]\nearcons = false\n")
        await house.reloaded()
        await house.written("speed = 0.85  # as fast as you like")
        assert tomllib.loads(house.file.read_text())["audio"] == {"earcons": False}
        assert await unkept(client) == []


async def test_what_could_not_be_written_and_is_another_in_the_file_since_is_told_of_no_more(tmp_path: Path) -> None:
    async with House(tmp_path) as house, ControlClient() as client:
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))
        try:
            house.live.preferences.change("tts.speed", 0.85)
            await house.announced("That holds until I'm restarted.")
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        await house.changed(tts__speed=1.4)
        assert await unkept(client) == []


async def test_that_quiet_cannot_be_written_keeps_no_setting_from_its_file(tmp_path: Path) -> None:
    samples, rate_hz, _ = Clips("en").get("error.storage")
    async with House(tmp_path) as house, asyncio.timeout(40):
        stored.QUIET.path.mkdir(parents=True)  # nothing takes the place of a folder
        house.live.preferences.hush(None)  # as "you can talk again" does
        while house.heard_clip(samples, rate_hz) < 0.9:
            await house.wait(0.2)
        house.live.preferences.change("tts.speed", 0.85)
        await house.written("speed = 0.85  # as fast as you like")
        assert house.live.preferences.unkept is not None
        assert not {*house.said()} & {*spoken("not_kept")}
        stored.QUIET.path.rmdir()
        house.live.preferences.hush(None)
        while house.live.preferences.unkept is not None:
            await house.wait(0.1)


async def test_a_bug_in_the_writing_is_heard_and_the_next_change_writes_both(caplog: pytest.LogCaptureFixture) -> None:
    kept: list[Mapping[str, Value]] = []

    async def keep(values: Mapping[str, Value]) -> None:
        if len(values) == 1:
            raise RuntimeError("what somebody said")
        kept.append(values)

    async with Room() as room, asyncio.timeout(40):
        preferences = Preferences(room.live.changes, room.live.conductor, keep=keep)
        writing = asyncio.create_task(preferences.run())
        preferences.change("tts.speed", 0.85)
        while not {*room.said()} & {*spoken("not_kept")}:
            await room.wait(0.1)
        assert str(preferences.unkept).startswith("a bug: RuntimeError at test_changes_written.py:")
        preferences.change("audio.volume", 0.5)
        while preferences.unkept is not None:
            await room.wait(0.1)
        assert kept == [{"audio.volume": 0.5, "tts.speed": 0.85}]
        writing.cancel()
        await asyncio.gather(writing, return_exceptions=True)
    assert "what somebody said" not in caplog.text


async def test_quiet_for_a_while_outlives_a_restart_and_ends_on_request(tmp_path: Path) -> None:
    hears = ["Be quiet for ten minutes.", "How are you?"]
    async with House(tmp_path, hears=hears) as house:
        await house.say("be quiet for ten minutes")
        await house.answered()
        assert house.said()[-1].startswith("I'll be quiet until ")
        house.live.conductor.announce("tea is ready")
        await house.say("how are you today")
        await house.wait(2.0)
        assert len(house.said()) == 1
        while quiet.load() is None:
            await house.wait(0.1)
    async with House(tmp_path, hears=["How are you?", "Ada, how are you?", "You can talk again."]) as house:
        assert house.live.conductor.quiet_until is not None
        house.live.conductor.announce("tea is ready")
        await house.say("how are you today")
        await house.wait(2.0)
        assert house.said() == []
        await house.say("Ada how are you today")
        await house.answered()
        assert house.said() == ["You said: Ada, how are you?"]
        await house.say("you can talk again")
        await house.announced("tea is ready")
        assert house.said()[1] in spoken("talks_again")
        await house.wait(0.5)
        assert quiet.load() is None


async def test_quiet_ends_by_itself() -> None:
    async with Room() as room:
        room.live.preferences.hush(SystemClock().now() + timedelta(seconds=1))
        room.live.conductor.announce("tea is ready")
        await room.wait(0.5)
        assert room.said() == []
        while not room.said():
            await room.wait(0.1)
        assert room.said() == ["tea is ready"]
        assert room.live.conductor.quiet_until is None
