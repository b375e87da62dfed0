"""There is not enough memory for a model: that is heard, and what needs no model goes on."""

from __future__ import annotations

from tests.scenarios.room import Room
from voiceos.speaking.clips import Clips

MORE_THAN_THERE_CAN_BE = 1 << 50
"""Bytes; more than a process can address, so that no way of lending memory grants it."""


async def test_a_language_model_without_memory_is_told_of_and_the_time_can_be_asked_for() -> None:
    samples, rate_hz, _ = Clips("en").get("error.memory")
    huge = {"llm": {"weights_bytes": MORE_THAN_THERE_CAN_BE}}
    async with Room(hears=["What time is it?"], engines=huge) as room:
        await room.live.conductor.wait_idle()
        assert room.heard_clip(samples, rate_hz) > 0.9
        await room.say("what time is it")
        await room.answered()
        assert any(character.isdigit() for character in room.said()[-1])
