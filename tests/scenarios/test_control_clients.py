"""Whatever a client does, it can waste nothing but its own time."""

from __future__ import annotations

import asyncio
import json
import os
import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests.scenarios.served import Served, Wire
from voiceos.daemon import connection, jsonrpc
from voiceos.daemon.control import CLIENTS
from voiceos.daemon.jsonrpc import RpcError
from voiceos.daemon.messages import PROTOCOL
from voiceos.daemon.places import socket_path


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
