"""The running assistant, commanded over its socket while it talks."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import stat

import pytest

from tests.scenarios.room import settings
from tests.scenarios.served import Served, Wire
from voiceos import muted, stored
from voiceos.audio.earcons import Earcon
from voiceos.daemon import connection
from voiceos.daemon.client import ControlClient, DaemonClient, RemoteError
from voiceos.daemon.messages import PROTOCOL, Status
from voiceos.daemon.places import socket_path
from voiceos.errors import NotRunning
from voiceos.languages import Phrases
from voiceos.turn_taking.state import Phase

LONG = "One two three four five. Six seven eight nine ten. Eleven twelve thirteen fourteen fifteen. " * 4


async def speaks(room: Served) -> None:
    """Return once a reply sounds."""
    while room.live.conductor.state.phase is not Phase.SPEAKING:
        await room.wait(0.1)


async def test_status_tells_how_it_is_and_the_socket_is_the_users_alone() -> None:
    async with Served() as room, ControlClient() as client:
        await room.say("hello there my friend")
        await room.answered()
        status = Status.model_validate(await client.call("status"))
        assert client.hello["protocol"] == status.protocol == PROTOCOL
        assert (status.pid, status.state, status.mode, status.ready, status.muted) == (
            os.getpid(),
            "quiet",
            "open",
            True,
            False,
        )
        assert status.devices.microphone == "virtual"
        assert status.devices.level_dbfs is not None
        assert -90 < status.devices.level_dbfs < -50, "the noise of the room"
        assert [engine.state for engine in status.engines] == ["ready"] * 3
        assert all(engine.memory_bytes > 1e6 for engine in status.engines)
        assert status.total_memory_bytes > status.memory_bytes > 1e6
        assert [turn.latency_ms is not None for turn in status.turns] == [True]
        assert status.degraded == []
        assert stat.S_IMODE(socket_path().stat().st_mode) == 0o600
        assert stat.S_IMODE(socket_path().parent.stat().st_mode) == 0o700
    assert not socket_path().exists()


async def test_say_is_heard_and_ask_is_answered_beside_the_conversation() -> None:
    async with Served() as room:
        async with DaemonClient() as client:
            await client.say("The tea is ready.")
        async with DaemonClient() as client:
            answer = "".join([piece async for piece in client.ask("are you there")])
        assert answer.endswith("You said: are you there")
        assert room.said() == ["The tea is ready."]
        async with DaemonClient() as client:
            pieces = client.ask("say this aloud")
            text, samples, rate_hz = await client.speak(pieces)
        assert text.strip().endswith("say this aloud")
        assert len(samples) / rate_hz > 0.5
        assert abs(samples).max() > 0.05
        assert room.said() == ["The tea is ready."]


async def test_a_text_without_words_a_text_too_long_and_half_a_character_are_refused() -> None:
    async with Served(), ControlClient() as client:
        with pytest.raises(RemoteError, match="nothing in this text") as refused:
            await client.call("say", text="🙂")
        assert refused.value.exit_code == 5
        with pytest.raises(RemoteError, match="more than"):
            await client.call("say", text="x" * 10_000)
        with pytest.raises(RemoteError, match="no text"):
            await client.call("say", text="\ud800")
        with pytest.raises(RemoteError, match="too long"):
            await client.call("ask", text="word " * 900)


async def test_speech_over_what_is_said_for_a_client_is_told_to_it() -> None:
    async with Served(hears=["wait a moment please"]) as room, ControlClient() as client:
        saying = asyncio.create_task(client.call("say", text=LONG))
        await speaks(room)
        await room.wait(0.5)
        await room.say("wait a moment please")
        await room.answered()
        assert await saying == {"heard": False}


async def test_a_client_that_goes_away_takes_back_what_it_had_said() -> None:
    async with Served() as room:
        async with Wire() as wire:
            wire.send(
                json.dumps({"jsonrpc": "2.0", "id": 1, "method": "say", "params": {"text": LONG}}).encode() + b"\n"
            )
            await speaks(room)
            await room.wait(1.0)
        await room.live.conductor.wait_idle()
        (said,) = room.said()
        assert len(said) < len(LONG) / 2


async def test_a_client_that_goes_away_takes_back_also_more_than_is_worked_on_at_a_time() -> None:
    async with Served() as room:
        async with Wire() as wire:
            for number in range(connection.IN_FLIGHT + 2):
                request = {"jsonrpc": "2.0", "id": number, "method": "say", "params": {"text": LONG}}
                wire.send(json.dumps(request).encode() + b"\n")
            await speaks(room)
            await room.wait(1.0)
        await room.live.conductor.wait_idle()
        (said,) = room.said()
        assert len(said) < len(LONG) / 2


async def test_a_client_that_goes_away_takes_back_its_own_and_not_the_same_words_of_another() -> None:
    async with Served() as room, ControlClient() as first, ControlClient() as stays, asyncio.timeout(60):
        begun = asyncio.create_task(first.call("say", text="One two three four five. Six seven eight nine ten."))
        await speaks(room)
        request = {"jsonrpc": "2.0", "id": 1, "method": "say", "params": {"text": "The tea is ready."}}
        async with Wire() as wire:
            wire.send(json.dumps(request).encode() + b"\n")
            staying = asyncio.create_task(stays.call("say", text="The tea is ready."))
            while len(room.live.conductor.state.announcements) < 2:
                await room.wait(0.05)
        assert await begun == {"heard": True}
        assert await staying == {"heard": True}
        assert room.said()[1:] == ["The tea is ready."]


async def test_cancel_stops_the_answer_and_repeat_says_it_again() -> None:
    async with (
        Served(hears=["tell me everything"], engines={"llm": {"replies": [("everything", LONG)]}}) as room,
        ControlClient() as client,
    ):
        await room.say("tell me everything you know")
        await speaks(room)
        await room.wait(1.0)
        assert await client.call("cancel") == {"cancelled": True}
        await room.live.conductor.wait_idle()
        (cut,) = room.said()
        assert len(cut) < len(LONG) / 2
        assert await client.call("cancel") == {"cancelled": False}
        await client.call("repeat")
        await room.live.conductor.wait_idle()
        assert room.said()[-1] == room.live.conductor.last_reply()
        history = await client.call("history", limit=3)
        assert [message["role"] for message in history["messages"]] == ["user", "assistant", "assistant"]


async def test_muted_the_microphone_is_closed_and_stays_closed_over_a_restart() -> None:
    async with Served() as room, ControlClient() as client:
        await room.wait(1.0)
        assert await client.call("mute") == {"muted": True, "open": False}
        assert room.sound.muted
        await room.wait(0.6)
        assert room.heard_earcon(Earcon.MUTED)
        assert (await client.call("status"))["devices"]["no_sound"] == "muted"
    assert muted.load()
    assert stat.S_IMODE(stored.MICROPHONE.path.stat().st_mode) == 0o600
    known = settings(assistant={"user_name": "Sam"})
    async with Served(greet=True, settings=known) as room, ControlClient() as client:
        assert room.sound.muted
        await room.live.conductor.wait_idle()
        assert "microphone is still off" in room.said()[0]
        assert (await client.call("status"))["muted"] is True
        await room.say("nobody hears this")
        assert len(room.said()) == 1
        assert await client.call("unmute") == {"muted": False, "open": True}
        await room.say("hello there my friend")
        await room.answered()
        assert room.said()[-1] == "You said: hello there"
    assert not muted.load()


async def test_the_volume_is_told_set_and_stepped() -> None:
    async with Served() as room, ControlClient() as client:
        assert await client.call("volume") == {"percent": 80}
        assert await client.call("volume", percent=30) == {"percent": 30}
        assert await client.call("volume", by=-50) == {"percent": 0}
        assert await client.call("volume", by=15) == {"percent": 15}
        assert room.live.conductor.volume == pytest.approx(0.15)
        with pytest.raises(RemoteError, match="percent"):
            await client.call("volume", percent=101)


async def test_an_engine_that_is_restarted_by_hand_works_again() -> None:
    async with Served() as room, ControlClient() as client:
        before = room.live.engines.processes["tts"].pid
        engine = await client.call("restart_engine", name="tts")
        assert engine["state"] == "ready"
        assert engine["pid"] not in (before, None)
        await room.say("hello there my friend")
        await room.answered()
        assert room.said() == ["You said: hello there"]
        with pytest.raises(RemoteError, match="name"):
            await client.call("restart_engine", name="heart")


async def test_stop_says_goodbye_and_ends() -> None:
    async with Served() as room:
        async with room.ending(), ControlClient() as client:
            await client.call("stop")
            await client.wait_closed()
        assert room.said()[-1] in Phrases("en").variants("goodbye")
    with pytest.raises(NotRunning):
        async with ControlClient():
            pass


async def test_sigusr1_mutes_as_the_command_does() -> None:
    async with Served() as room, ControlClient() as client:
        os.kill(os.getpid(), signal.SIGUSR1)
        while not room.sound.muted:
            await room.wait(0.05)
        assert (await client.call("status"))["muted"] is True
