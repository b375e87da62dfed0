"""What the running assistant tells over its socket, unasked."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from tests.scenarios.room import settings
from tests.scenarios.served import Served
from voiceos.daemon.client import ControlClient, RemoteError


async def _events(client: ControlClient, into: list[dict[str, Any]]) -> None:
    async for event in client.events():
        into.append(event)


async def test_events_tell_what_goes_on_and_words_only_where_they_are_allowed() -> None:
    async with Served() as room, ControlClient() as client:
        with pytest.raises(RemoteError, match="transcripts"):
            await client.call("subscribe", kinds=["words"])
        told = await client.call("subscribe")
        assert "words" not in told["kinds"]
        got: list[dict[str, Any]] = []
        reading = asyncio.create_task(_events(client, got))
        await room.say("hello there my friend")
        await room.answered()
        room.live.conductor.set_mode("name")
        room.live.conductor.mute()
        await room.wait(0.6)
        reading.cancel()
        states = [event["state"] for event in got if event["kind"] == "state"]
        assert states[0] == "listening"
        assert states[-1] == "quiet"
        assert "speaking" in states
        (turn,) = (event for event in got if event["kind"] == "turn")
        assert turn["latency_ms"] == turn["waterfall_ms"]["first_sound"]
        kinds = {event["kind"] for event in got}
        assert kinds >= {"state", "turn", "mode", "microphone", "sound"}
        assert "levels" not in kinds
        assert "hello" not in json.dumps(got)


async def test_allowed_words_come_as_they_are_said_and_levels_where_they_are_asked_for() -> None:
    async with Served(settings=settings(control={"words": True})) as room, ControlClient() as client:
        await client.call("subscribe", kinds=["words", "levels"])
        got: list[dict[str, Any]] = []
        reading = asyncio.create_task(_events(client, got))
        await room.say("hello there my friend")
        await room.answered()
        await room.wait(0.3)
        reading.cancel()
        words = [(event["who"], event["text"], event["final"]) for event in got if event["kind"] == "words"]
        assert words[0] == ("user", "hello there", False)
        assert words[-2:] == [("user", "hello there", True), ("assistant", "You said: hello there", True)]
        levels = [event["dbfs"] for event in got if event["kind"] == "levels"]
        assert max(levels) > -35
        assert min(levels) < -50
