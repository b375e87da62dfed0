"""The running assistant, commanded over its socket while it talks."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import stat
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests.scenarios.room import settings
from tests.scenarios.served import Served, Wire
from voiceos import muted, stored
from voiceos.daemon import connection, jsonrpc
from voiceos.daemon.client import ControlClient, DaemonClient, RemoteError
from voiceos.daemon.control import CLIENTS
from voiceos.daemon.jsonrpc import RpcError
from voiceos.daemon.messages import PROTOCOL, Status
from voiceos.daemon.places import socket_path
from voiceos.errors import NotRunning
from voiceos.languages import Phrases
from voiceos.turn_taking.state import Phase

LONG = "One two three four five. Six seven eight nine ten. Eleven twelve thirteen fourteen fifteen. " * 4


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
        with pytest.raises(RemoteError, match="at most"):
            await client.call("say", text="x" * 10_000)
        with pytest.raises(RemoteError, match="unicode"):
            await client.call("say", text="\ud800")
        with pytest.raises(RemoteError, match="too long"):
            await client.call("ask", text="word " * 900)


async def test_speech_over_what_is_said_for_a_client_is_told_to_it() -> None:
    async with Served(hears=["wait a moment please"]) as room, ControlClient() as client:
        saying = asyncio.create_task(client.call("say", text=LONG))
        while room.live.conductor.state.phase is not Phase.SPEAKING:
            await room.wait(0.1)
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
            while room.live.conductor.state.phase is not Phase.SPEAKING:
                await room.wait(0.1)
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
            while room.live.conductor.state.phase is not Phase.SPEAKING:
                await room.wait(0.1)
            await room.wait(1.0)
        await room.live.conductor.wait_idle()
        (said,) = room.said()
        assert len(said) < len(LONG) / 2


async def test_cancel_stops_the_answer_and_repeat_says_it_again() -> None:
    async with (
        Served(hears=["tell me everything"], engines={"llm": {"replies": [("everything", LONG)]}}) as room,
        ControlClient() as client,
    ):
        await room.say("tell me everything you know")
        while room.live.conductor.state.phase is not Phase.SPEAKING:
            await room.wait(0.1)
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
        assert await client.call("mute") == {"muted": True, "open": False}
        assert room.sound.muted
        assert (await client.call("status"))["devices"]["no_sound"] == "muted"
    assert muted.load()
    assert stat.S_IMODE(stored.MICROPHONE.path.stat().st_mode) == 0o600
    async with Served(greet=True) as room, ControlClient() as client:
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
        async with ControlClient() as client:
            await client.call("stop")
            await client.wait_closed()
        await room.task
        assert room.said()[-1] in Phrases("en").variants("goodbye")
    with pytest.raises(NotRunning):
        async with ControlClient():
            pass


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


# Whatever a client does, it can waste nothing but its own time.


async def test_nonsense_is_answered_and_the_conversation_goes_on() -> None:
    async with Served() as room, Wire() as wire:
        assert wire.hello["params"]["protocol"] == PROTOCOL
        for line, code in (
            (b"hello?", -32700),
            (b"\xff\xfe", -32700),
            (b"[" * 50_000, -32700),
            (b"NaN", -32700),
            (b"9" * 5000, -32700),
            (b"[]", -32600),
            (b"{}", -32600),
            (b'{"jsonrpc":"2.0","id":[],"method":"status"}', -32600),
            (b'{"jsonrpc":"2.0","id":1,"method":7}', -32600),
            (b'{"jsonrpc":"2.0","id":1,"method":"status","params":[1]}', -32600),
            (b'{"jsonrpc":"2.0","id":1,"method":"fly"}', -32601),
            (b'{"jsonrpc":"2.0","id":1,"method":"status","params":{"x":1}}', -32602),
            (b'{"jsonrpc":"2.0","id":1,"method":"volume","params":{"percent":"loud"}}', -32602),
        ):
            wire.send(line + b"\n")
            answer = await wire.line()
            assert answer["error"]["code"] == code, line[:60]
            assert answer["error"]["message"]
        wire.send(b'\n \n{"jsonrpc":"2.0","method":"fly"}\n')  # nobody waits for an answer to a notification
        assert (await wire.ask("status"))["result"]["state"] == "quiet"
        await room.say("hello there my friend")
        await room.answered()
        assert room.said() == ["You said: hello there"]


async def test_a_line_without_end_is_refused_at_its_limit() -> None:
    async with Served(), Wire() as wire:
        wire.send(b"x" * 100_000)
        assert "more than" in (await wire.line())["error"]["message"]
        assert await wire.line() == {}


async def test_one_client_too_many_is_told_so_and_the_next_is_served_once_there_is_room() -> None:
    async with Served():
        wires = [await Wire().__aenter__() for _ in range(CLIENTS)]
        reader, writer = await asyncio.open_unix_connection(socket_path())
        assert b"clients are connected already" in await reader.readline()
        writer.close()
        await wires[0].__aexit__()
        while True:
            async with Wire() as wire:
                if wire.hello.get("method") == "hello":
                    break
        for wire in wires[1:]:
            await wire.__aexit__()


async def test_a_half_closed_client_gets_what_it_asked_for_and_is_put_out() -> None:
    async with Served(), Wire() as wire:
        wire.send(b'{"jsonrpc":"2.0","id":1,"method":"say","params":{"text":"hello"}}\n')
        wire.writer.write_eof()
        assert (await wire.line())["result"] == {"heard": True}
        assert await wire.line() == {}


async def test_who_reads_nothing_loses_events_and_then_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "SLOW_S", 1.0)
    async with Served() as room, Wire() as wire:
        wire.send(b'{"jsonrpc":"2.0","id":1,"method":"subscribe","params":{"kinds":["levels"]}}\n')
        many = b'{"jsonrpc":"2.0","id":1,"method":"status"}\n' * 20_000
        wire.send(many)
        wire.reader._transport.pause_reading()  # type: ignore[attr-defined]  # the one way to read nothing
        await room.say("hello there my friend")
        await room.answered()
        assert room.said() == ["You said: hello there"]
        control = next(part for part in room.daemon.parts if type(part).__name__ == "Control")
        while control._connections:  # type: ignore[attr-defined]
            await room.wait(0.2)


async def test_who_asks_nothing_is_put_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "IDLE_S", 0.3)
    async with Served(), Wire() as idle, Wire() as subscribed:
        await subscribed.ask("subscribe")
        idle.send(b'{"half a request')
        assert "nothing was asked" in (await idle.line())["error"]["message"]
        assert await idle.line() == {}
        assert "result" in await subscribed.ask("status")


async def test_random_clients_of_every_kind_disturb_no_conversation() -> None:
    """Bytes, huge lines, floods, half requests, sudden ends, all at once, by a seed."""
    chance = random.Random(4)

    async def nuisance() -> None:
        try:
            async with asyncio.timeout(5):
                reader, writer = await asyncio.open_unix_connection(socket_path())
                match chance.randrange(6):
                    case 0:
                        writer.write(chance.randbytes(chance.randrange(1, 5000)) + b"\n")
                    case 1:
                        writer.write(b"{" * 200_000)
                    case 2:
                        writer.write(b'{"jsonrpc":"2.0","id":1,"method":"status"}\n' * 300)
                    case 3:
                        writer.write(b'{"jsonrpc":"2.0","id":1,"meth')
                    case 4:
                        writer.write(b'{"jsonrpc":"2.0","id":1,"method":"subscribe","params":{"kinds":["levels"]}}\n')
                        writer.write_eof()
                    case 5:
                        writer.transport.abort()
                await reader.read(chance.randrange(1, 20_000))
                writer.transport.abort()
        except (TimeoutError, ConnectionError):
            return

    async with Served() as room:
        going_on = True

        async def crowd() -> None:
            while going_on:
                await asyncio.gather(*(nuisance() for _ in range(8)))

        crowding = asyncio.create_task(crowd())
        for _ in range(3):
            await room.say("hello there my friend")
            await room.answered()
        going_on = False
        await crowding
        assert room.said() == ["You said: hello there"] * 3
        assert room.daemon.live.presence.reason == ""
        while True:
            async with Wire() as wire:
                if wire.hello.get("method") == "hello":
                    assert (await wire.ask("status"))["result"]["degraded"] == []
                    break


@pytest.mark.skipif(os.getuid() != 0, reason="only root can connect as somebody else")
async def test_another_user_is_refused_even_where_the_folder_is_open() -> None:
    async with Served():
        for path in (socket_path(), *socket_path().parents):
            if path.parent not in (Path("/"), path):
                path.chmod(path.stat().st_mode | 0o077)
        script = (
            "import os, socket, sys; os.setuid(65534); s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); "
            "print(s.recv(100))"
        )
        process = await asyncio.create_subprocess_exec(
            "/usr/bin/python3", "-c", script, str(socket_path()), stdout=asyncio.subprocess.PIPE
        )
        told, _ = await process.communicate()
        assert (process.returncode, told.strip()) == (0, b"b''")


async def test_sigusr1_mutes_as_the_command_does() -> None:
    async with Served() as room, ControlClient() as client:
        os.kill(os.getpid(), signal.SIGUSR1)
        while not room.sound.muted:
            await room.wait(0.05)
        assert (await client.call("status"))["muted"] is True


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
METHODS = st.sampled_from(["status", "subscribe", "unsubscribe", "volume", "history", "fly", "", "cancel"]) | st.text(
    max_size=8
)
LINES = st.binary(max_size=200).map(lambda data: data.replace(b"\n", b"")) | st.fixed_dictionaries(
    {},
    optional={"jsonrpc": st.just("2.0") | JSON, "id": JSON, "method": METHODS | JSON, "params": JSON},
).map(lambda message: json.dumps(message).encode())


def _is_answered(line: bytes) -> bool:
    try:
        return bool(line.strip()) and jsonrpc.parse(line).answered
    except RpcError:
        return True


async def test_whatever_line_comes_is_answered_or_was_a_notification() -> None:
    async with Served() as room, Wire() as wire:
        loop = asyncio.get_running_loop()

        async def one(line: bytes) -> None:
            number = f"behind {random.randrange(1 << 60)}"
            wire.send(
                line + b"\n" + json.dumps({"jsonrpc": "2.0", "id": number, "method": "unsubscribe"}).encode() + b"\n"
            )
            answers: list[object] = []
            while len(answers) < 1 + _is_answered(line):
                message = await wire.line()
                assert message, "the connection was closed"
                if "method" not in message:
                    answers.append(message["id"])
            assert answers.count(number) == 1

        @hypothesis_settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
        @given(LINES)
        def property_holds(line: bytes) -> None:
            asyncio.run_coroutine_threadsafe(one(line), loop).result(timeout=20)

        await asyncio.to_thread(property_holds)
        await room.say("hello there my friend")
        await room.answered()
        assert room.said() == ["You said: hello there"]
