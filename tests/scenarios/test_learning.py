"""A user who pauses long is cut off at first, and after some turns no more; the next start knows them."""

from __future__ import annotations

import pytest

from tests.scenarios.room import Room, settings
from voiceos import files, habits
from voiceos.speaking.clips import Clips

PAUSE_S = 1.5
WAIT_MS = 1250


def room(*, learns: bool = True) -> Room:
    """Nobody judges the ends of turns, so that every one waits for WAIT_MS as long as the user is not known."""
    return Room(
        hears=["I was thinking", "of my cat"],
        engines={"llm": {"replies": [(".", "Right.")]}},
        settings=settings(
            turn_taking={"unjudged_silence_ms": WAIT_MS, "end_silence_ms": 300, "learn_pauses": learns},
        ),
    )


async def turn(room: Room) -> int:
    """One turn with a long pause in it; how often an answer began to sound."""
    before = len(room.traces)
    await room.say("I was thinking about")
    await room.wait(PAUSE_S)
    await room.say("the cat of my sister")
    await room.answered()
    await room.wait(1.0)
    return len(room.traces) - before


async def test_a_user_who_pauses_long_is_cut_off_less_from_turn_to_turn_and_from_start_to_start() -> None:
    async with room() as first:
        assert await turn(first) == 2, "they are not known yet"
        answers = [await turn(first) for _ in range(5)]
        assert answers[-1] == 1
    async with room() as again:
        assert await turn(again) == 1
    kept = files.state_file(habits.PAUSES).read_text()
    assert not any(word in kept for word in ("thinking", "cat", "Right"))


async def test_nothing_is_learned_where_the_user_does_not_want_it() -> None:
    async with room(learns=False) as unlearning:
        for _ in range(2):
            assert await turn(unlearning) == 2
    assert not files.state_file(habits.PAUSES).exists()


@pytest.fixture
def no_room_for_it() -> None:
    """The folder for what is kept is a file."""
    folder = files.state_file(habits.PAUSES).parent
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.write_text("no folder")


@pytest.mark.usefixtures("no_room_for_it")
async def test_what_cannot_be_kept_is_told_once_and_disturbs_nothing_else() -> None:
    async with room() as full:
        for _ in range(2):
            await turn(full)
            await full.live.conductor.wait_idle()
        samples, rate_hz, _ = Clips("en").get("error.storage")
        assert full.heard_clip(samples, rate_hz) > 0.9
        assert {*full.said()} == {"Right."}
        assert len(full.traces) == len(full.said()) + 1, "a clip is no part of what was said between them"
