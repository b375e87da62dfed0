"""The room itself: a program that ends in the middle of a test fails it, instead of being waited for without end."""

from __future__ import annotations

import asyncio
import os
import signal

import pytest

from tests.scenarios.room import Room
from tests.scenarios.served import Served

FOR_EVER_S = 600.0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_that_ends_the_program_breaks_the_test_off(number: signal.Signals) -> None:
    with pytest.raises(AssertionError, match="ended in the middle"):
        async with Served() as room:
            os.kill(os.getpid(), number)
            await room.wait(FOR_EVER_S)
    await asyncio.sleep(0)  # whoever runs the test is cancelled no more


class Broken(Room):
    async def _run(self) -> None:
        raise RuntimeError("no sound")


async def test_a_program_that_does_not_start_says_why() -> None:
    with pytest.raises(AssertionError, match="ended in the middle") as caught:
        async with Broken():
            pass
    assert str(caught.value.__cause__) == "no sound"


async def test_an_end_that_was_asked_for_is_none_in_the_middle() -> None:
    async with Served() as room:
        async with room.ending():
            room.daemon.stop()
        assert room.task.done()
