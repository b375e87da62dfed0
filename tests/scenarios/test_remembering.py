"""What is said is remembered from start to start."""

from __future__ import annotations

import asyncio

from tests.scenarios.room import Room, settings
from tests.scenarios.served import Served
from tests.scenarios.test_commands import voiceos
from tests.unit.memory.traces import traces
from voiceos import stored
from voiceos.clock import SystemClock
from voiceos.daemon.client import ControlClient
from voiceos.memory import NOTE, USER, Episode, Store
from voiceos.speaking.clips import Clips


def kept() -> list[Episode]:
    """The oldest first."""
    with Store() as store:
        return store.episodes()[::-1]


async def unremembered(client: ControlClient) -> str:
    """Why nothing is remembered, as `status` tells it; "" where it is."""
    told = [one["what"] for one in (await client.call("status"))["degraded"]]
    return next((what for what in told if "not remembered" in what), "")


async def test_each_turn_is_kept_as_it_was_heard() -> None:
    async with Served(hears=["hello there", "what time is it"]) as room:
        await room.say("hello there my friend")
        await room.answered()
        await room.say("what time is it")
        await room.answered()
        room.live.conductor.announce("The tea is ready.")
        await room.live.conductor.wait_idle()
    hello, time, tea = kept()
    assert (hello.said, hello.heard) == ("hello there", "You said: hello there")
    assert time.said == "what time is it"
    assert "It's" in time.heard
    assert (tea.said, tea.heard) == ("", "The tea is ready.")
    assert hello.conversation == tea.conversation


async def test_nothing_is_kept_where_that_is_not_wanted() -> None:
    async with Served(settings=settings(memory={"enabled": False})) as room:
        await room.say("hello there my friend")
        await room.answered()
    assert not stored.MEMORY.path.exists()


async def test_a_conversation_of_its_own_keeps_nothing() -> None:
    async with Room() as room:
        await room.say("hello there my friend")
        await room.answered()
    assert not stored.MEMORY.path.exists()


async def test_a_memory_that_takes_nothing_is_heard_and_told_and_the_conversation_goes_on() -> None:
    samples, rate_hz, _ = Clips("en").get("error.storage")
    stored.MEMORY.path.mkdir(parents=True)  # where the database should be
    async with Served() as room, ControlClient() as client, asyncio.timeout(60):
        while room.heard_clip(samples, rate_hz) < 0.9:
            await room.wait(0.2)
        await room.live.conductor.wait_idle()
        await room.say("hello there my friend")
        await room.answered()
        assert room.said()[-1] == "You said: hello there"
        assert "wait to be written" in await unremembered(client)
        stored.MEMORY.path.rmdir()
        while await unremembered(client):
            await room.wait(0.2)
    assert "hello there" in [episode.said for episode in kept()]


async def test_without_a_memory_that_it_can_read_it_talks_all_the_same() -> None:
    samples, rate_hz, _ = Clips("en").get("error.newer")
    with Store() as store, store._database.outside_of_transactions() as database:
        database.execute("PRAGMA user_version = 99")
    before = stored.MEMORY.path.read_bytes()
    async with Served() as room, ControlClient() as client, asyncio.timeout(60):
        while room.heard_clip(samples, rate_hz) < 0.9:
            await room.wait(0.2)
        await room.live.conductor.wait_idle()
        await room.say("hello there my friend")
        await room.answered()
        assert room.said()[-1] == "You said: hello there"
        assert "newer voiceos" in await unremembered(client)
    assert stored.MEMORY.path.read_bytes() == before


async def test_what_is_forgotten_by_command_leaves_the_conversation_that_goes_on() -> None:
    async with Served(hears=["I owe Bob ten pounds.", "It rains."]) as room:
        for _ in range(2):
            await room.say("hello there my friend")
            await room.answered()
        while "2 turns" not in (told := (await voiceos("status"))[1]):
            await room.wait(0.1)
        assert "remembers" in told
        code, _, err = await voiceos("memory", "forget", "Bob", "--yes")
        assert code == 0, err
        assert "may still have it in mind" not in err
        said = [one.text for one in room.live.history()]
        assert said == ["It rains.", "You said: It rains."]
        assert room.live.conductor.last_reply() == ""
        await room.live.conductor.wait_idle()
    assert [episode.said for episode in kept()] == ["It rains."]
    assert traces("Bob") == []


async def test_what_it_knows_is_told_beside_the_conversation_too() -> None:
    with Store() as store:
        at = SystemClock().now()
        store.remember_fact(USER, NOTE, "my sister's name is Ana", at=at, sentence="my sister's name is Ana")
    async with Served() as room:
        assert (await voiceos("ask", "What do you know about my sister?"))[1] == "Your sister's name is Ana.\n"
        assert (await voiceos("ask", "What do you know about me?"))[1] == "Your sister's name is Ana.\n"
        assert "You haven't told me anything" in (await voiceos("ask", "Do you remember Bob?"))[1]
        assert room.live.remembering.asked() == frozenset(), "who talks has been told nothing"
