"""What an earpiece goes through, one thing after the other and then at random; scripted engines, real sound."""

from __future__ import annotations

import asyncio

import numpy as np

from tests.scenarios.room import espeak
from voiceos.audio.presence import NO_LOUDSPEAKER, NO_SERVER
from voiceos.bench.earpiece import live_through
from voiceos.bench.life import Life, lived
from voiceos.bench.virtual_card import RATE_HZ, VirtualCard
from voiceos.engines.scripted import ScriptedVoice
from voiceos.turn_taking.state import Phase

ASKED = espeak("what is the capital of germany")
TALE = "Far out at sea there stood a tower. Nobody knew who lived in it. At night a lamp was lit. Then the storm came."
EVENTS, SEED = 20, 7
MISSING = "I can't find the device from your settings, so I use another one."
MOVED = "I've switched to another device."


async def telling(life: Life) -> None:
    """It tells a tale, and has told a good second of it."""
    await life.card.play_to_microphone(ASKED, 16_000)
    await life.until(lambda: life.live.conductor.state.phase is Phase.SPEAKING, "a tale")
    await asyncio.sleep(1.5)


def voiced_s(sound: np.ndarray, rate_hz: int) -> float:
    """Seconds of sound that is louder than a hundredth, by the 10 ms."""
    size = rate_hz // 100
    return float((np.abs(sound[: len(sound) // size * size]).reshape(-1, size).max(axis=1) > 0.01).sum()) / 100


async def test_both_follow_the_default_and_the_reply_goes_on_all_the_while(card: VirtualCard) -> None:
    async with lived(card, ASKED, reply=TALE) as life, card.room_noise(), card.record() as recording:
        streams = life.sound.speaker
        await telling(life)
        life.headsets.plug("headset", 16_000)
        await life.flows()
        assert life.said() == [TALE, MOVED]
        assert life.sound.speaker is streams
        life.headsets.unplug("headset")
        await life.flows()
        assert life.said() == [TALE, MOVED, MOVED]
        assert life.sound.speaker is streams
        tale = ScriptedVoice().synthesize(TALE, 1.0)
        assert voiced_s(recording.samples[:, 0], RATE_HZ) > 0.9 * voiced_s(tale.samples, tale.rate_hz)


async def test_the_device_that_the_settings_name_is_used_whenever_it_is_there(card: VirtualCard) -> None:
    named = {"input_device": "Headset", "output_device": "Headset"}
    async with Life(card, ASKED, audio=named) as life:
        await life.flows()
        assert life.said() == [MISSING]
        for _ in range(2):
            life.headsets.plug("headset")
            life.headsets.choose("speaker")
            await life.until(lambda: life.places() == ("headset", "headset_mic"), "the named one is used")
            life.headsets.unplug("headset")
            await life.flows()


async def test_a_reply_goes_on_where_it_broke_off_as_the_sound_server_died(card: VirtualCard) -> None:
    async with lived(card, ASKED, reply=TALE) as life:
        async with card.room_noise(), card.record() as first:
            await telling(life)
            before = np.abs(first.samples[:, 0]) > 0.01
            card.stop_server(kill=True)
        await life.until(lambda: life.sound.presence.reason == NO_SERVER, "the server is missed")
        await asyncio.to_thread(card.start_server)
        await life.flows()
        assert life.said() == [TALE]
        tale = ScriptedVoice().synthesize(TALE, 1.0)
        whole_s = len(tale.samples) / tale.rate_hz
        before_s = (len(before) - int(np.argmax(before))) / RATE_HZ
        after_s = max(life.sound.speaker.heard(number) for number in range(10)) / life.sound.speaker.rate_hz
        print(f"of {whole_s:.1f} s: {before_s:.1f} s before, {after_s:.1f} s after")
        assert whole_s - before_s < after_s < whole_s - 0.5


async def test_whatever_is_missing_at_the_start_is_waited_for_and_told(card: VirtualCard) -> None:
    card.stop_server()
    async with Life(card, ASKED, greet=True) as life:
        await life.until(lambda: life.sound.presence.reason == NO_SERVER, "no server")
        await asyncio.to_thread(lambda: card.start_server(bare=True))
        await life.until(lambda: life.sound.presence.reason == NO_LOUDSPEAKER, "a server without devices")
        await asyncio.to_thread(card.load, "sinks")
        await life.until(lambda: len(life.said()) == 2, "it greets, and tells that it has no microphone")
        assert "I have no microphone. I'll listen as soon as there is one." in life.said()
        await asyncio.to_thread(card.load, "sources")
        await life.flows()
        assert life.said()[2:] == ["There is a microphone now. I'm listening."]
        assert await life.answers()


async def test_twenty_troubles_in_a_row_and_it_still_hears_and_answers_and_has_kept_nothing(card: VirtualCard) -> None:
    lived_through = await live_through(card, ASKED, EVENTS, SEED, told=print)
    print(lived_through)
    assert not lived_through.grown, lived_through
