"""What a turn took is let go of once it is over, not whenever the garbage collector comes by."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from tests.scenarios.room import Room
from voiceos.observer import Observer
from voiceos.speaking.reply import Reply
from voiceos.trace import Trace


class Replies(Observer):
    """Those that there are when one begins to sound."""

    def __init__(self) -> None:
        self.seen: list[weakref.ref[Reply]] = []

    def answered(self, trace: Trace) -> None:
        self.seen += [weakref.ref(one) for one in gc.get_objects() if isinstance(one, Reply)]


@pytest.fixture
def no_collector() -> Iterator[None]:
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("no_collector")
async def test_the_sound_of_an_answer_goes_with_its_turn() -> None:
    replies = Replies()
    async with Room(hears=["hello there"], observer=replies) as room:
        await room.say("hello there my friend")
        await room.answered()
        for _ in range(20):  # on a busy machine the end of the turn may be dealt with later
            await room.wait(0.2)
            if not any(one() for one in replies.seen):
                break
        assert replies.seen, "there was no reply, which proves nothing"
        assert [one() for one in replies.seen] == [None] * len(replies.seen)
