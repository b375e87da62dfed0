"""What was said can be read again: the words of both, and nothing that only the language model reads."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.scenarios.served import Served
from voiceos.clock import SystemClock
from voiceos.daemon.client import ControlClient, DaemonClient


async def test_history_holds_the_words_of_both_and_what_was_asked_beside_them() -> None:
    async with Served() as room:
        await room.say("hello there my friend")
        await room.answered()
        async with DaemonClient() as client:
            answer = "".join([piece async for piece in client.ask("are you there")])
            assert "".join([piece async for piece in client.ask("what time is it")])
        async with ControlClient() as client:
            told = (await client.call("history"))["messages"]
    first, second, asked, answered, *_ = told
    assert first == {"role": "user", "text": "hello there", "aside": False}
    assert second == {"role": "assistant", "text": "You said: hello there", "aside": False}
    assert asked == {"role": "user", "text": "are you there", "aside": True}
    assert answered == {"role": "assistant", "text": answer.strip(), "aside": True}
    assert [one["aside"] for one in told] == [False, False, True, True, True, True]


async def test_the_log_holds_no_word_of_it_even_where_all_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG", logger="voiceos"):
        async with Served() as room, DaemonClient() as client:
            await room.say("hello there my friend")
            await room.answered()
            assert "".join([piece async for piece in client.ask("are you there")])
    logged = caplog.text.lower()
    assert "turn 1" in logged, "nothing was logged, which proves nothing"
    assert "hello" not in logged
    assert "are you there" not in logged


async def test_status_tells_until_when_it_is_quiet() -> None:
    async with Served() as room, ControlClient() as client:
        assert (await client.call("status"))["quiet_until"] is None
        until = SystemClock().now() + timedelta(hours=2)
        room.live.conductor.hush(until)
        assert (await client.call("status"))["quiet_until"] == until.timestamp()
        room.live.conductor.hush(None)
        assert (await client.call("status"))["quiet_until"] is None
