"""An engine that never comes up: what does not need it goes on, and its lack is heard."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.scenarios.house import House
from tests.scenarios.room import FACTORIES, Room
from voiceos.audio.earcons import Earcon
from voiceos.speaking.clips import Clips

MORE_THAN_THERE_CAN_BE = 1 << 50
"""Bytes; more than a process can address, so that no way of lending memory grants it."""


async def test_without_a_language_model_time_volume_health_and_mute_work_by_voice() -> None:
    samples, rate_hz, _ = Clips("en").get("error.memory")
    huge = {"llm": {"weights_bytes": MORE_THAN_THERE_CAN_BE}}
    hears = ["What time is it?", "Quieter.", "What's wrong with you?", "Mute yourself."]
    async with Room(hears=hears, engines=huge) as room, asyncio.timeout(90):
        await room.live.conductor.wait_idle()
        assert room.heard_clip(samples, rate_hz) > 0.9, "that there is no memory for it"
        await room.say("what time is it")
        await room.answered()
        assert any(character.isdigit() for character in room.said()[-1])
        before = room.live.conductor.volume
        await room.say("quieter")
        await room.answered()
        assert room.live.conductor.volume < before
        await room.say("what is wrong with you")
        await room.answered()
        assert "can't think" in room.said()[-1]
        await room.say("mute yourself")
        await room.answered()
        while not room.sound.muted:
            await room.wait(0.1)


async def test_without_a_voice_clips_and_earcons_are_left(tmp_path: Path) -> None:
    clips = Clips("en")
    factories = FACTORIES | {"tts": "voiceos.engines.scripted:NoSuchVoice"}
    async with House(tmp_path, factories=lambda stage, settings: factories[stage]) as house, asyncio.timeout(90):
        await house.live.conductor.wait_idle()
        samples, rate_hz, _ = clips.get("error.engine")
        assert house.heard_clip(samples, rate_hz) > 0.9
        await house.say("hello there my friend")
        await house.answered()
        samples, rate_hz, _ = clips.get("error.tts")
        assert house.heard_clip(samples, rate_hz) > 0.9
        assert house.said() == []
        await house.wait(0.5)
        assert house.live.conductor.listen()
        await house.wait(0.5)
        assert house.heard_earcon(Earcon.AWAKE)
