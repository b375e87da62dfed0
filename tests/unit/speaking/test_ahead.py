"""Speech that is ready before it is asked for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from voiceos.engines.process import EngineProcess, EngineSpec
from voiceos.engines.text_to_speech import ProcessTextToSpeech
from voiceos.errors import EngineCrashed
from voiceos.speaking.ahead import AheadOfTime

SPEC = EngineSpec("tts", "voiceos.engines.scripted:ScriptedVoice", {"crash_on": "crash"})


@pytest.fixture
async def voice() -> AsyncIterator[AheadOfTime]:
    async with EngineProcess(SPEC) as process:
        yield AheadOfTime(ProcessTextToSpeech(process), ["Hmm.", "Well,"])


async def test_what_is_ready_is_the_very_same_speech(voice: AheadOfTime) -> None:
    await voice.prepare(1.0)
    assert await voice.synthesize("Hmm.", speed=1.0) is await voice.synthesize("Hmm.", speed=1.0)
    assert await voice.synthesize("Hello.", speed=1.0) is not await voice.synthesize("Hello.", speed=1.0)


async def test_another_speed_is_said_anew(voice: AheadOfTime) -> None:
    await voice.prepare(1.0)
    slow = await voice.synthesize("Hmm.", speed=0.5)
    assert len(slow.samples) > len((await voice.synthesize("Hmm.", speed=1.0)).samples)


async def test_a_change_of_speed_meanwhile_mixes_nothing_up(voice: AheadOfTime) -> None:
    await asyncio.gather(voice.prepare(0.5), voice.prepare(2.0))
    slow, fast = await asyncio.gather(voice.synthesize("Hmm.", speed=0.5), voice.synthesize("Hmm.", speed=2.0))
    assert len(slow.samples) > 3 * len(fast.samples)
    assert await voice.synthesize("Hmm.", speed=0.5) is slow
    assert await voice.synthesize("Hmm.", speed=2.0) is fast


async def test_the_pace_of_a_moment_is_not_kept(voice: AheadOfTime) -> None:
    """Moods make hundreds of them."""
    await voice.prepare(1.0)
    said = [await voice.synthesize("Hmm.", speed=0.9) for _ in range(2)]
    said += [part for _ in range(2) async for part in voice.speak("Hmm.", speed=0.9)]
    assert len({id(one) for one in said}) == len(said)


async def test_what_is_ready_can_be_said_while_the_voice_is_gone(voice: AheadOfTime) -> None:
    await voice.prepare(1.0)
    with pytest.raises(EngineCrashed):
        await voice.synthesize("crash", speed=1.0)
    assert len((await voice.synthesize("Well,", speed=1.0)).samples)
