"""Microphone and loudspeaker kept open together: muted, changed, gone and back."""

from __future__ import annotations

import asyncio

from voiceos.audio.duplex import Duplex
from voiceos.audio.frames import Frame
from voiceos.audio.listeners import Listeners
from voiceos.audio.portaudio import reinitialise
from voiceos.audio.presence import MUTED, Change
from voiceos.bench.virtual_card import VirtualCard
from voiceos.clock import SystemClock
from voiceos.config.model import Audio


async def test_a_microphone_that_is_switched_on_twice_at_once_is_opened_once(card: VirtualCard) -> None:
    await reinitialise()
    listeners = Listeners(lambda frame: None, lambda event: None)
    async with Duplex(Audio(), clock=SystemClock(), listeners=listeners) as sound:
        await sound.mute()
        await asyncio.gather(sound.unmute(), sound.unmute())
        assert not sound.muted
    await reinitialise()  # refused while any stream is open


async def test_sound_tells_what_it_is_without_and_goes_over_to_other_devices(card: VirtualCard) -> None:
    await reinitialise()
    frames: asyncio.Queue[Frame] = asyncio.Queue()
    changes: asyncio.Queue[Change] = asyncio.Queue()
    listeners = Listeners(frames.put_nowait, lambda event: None, changes.put_nowait)
    async with Duplex(Audio(), clock=SystemClock(), listeners=listeners) as sound:
        await frames.get()
        assert sound.presence.reason == ""
        await sound.mute()
        assert sound.presence.reason == "muted"
        await sound.unmute()
        await sound.reopen(Audio(input_device="openair"))
        told = [await asyncio.wait_for(changes.get(), 10.0) for _ in range(6)]
        there = [Change.LOUDSPEAKER_BACK, Change.MICROPHONE_BACK]
        assert told == [*there, Change.MICROPHONE_LOST, Change.LOUDSPEAKER_LOST, *there]
        assert sound.device_names[0] == "openair"
    await reinitialise()  # refused while any stream is open


async def test_a_microphone_that_is_gone_when_it_is_switched_on_is_waited_for(disturbed_card: VirtualCard) -> None:
    await reinitialise()
    changes: asyncio.Queue[Change] = asyncio.Queue()
    listeners = Listeners(lambda frame: None, lambda event: None, changes.put_nowait)
    async with Duplex(Audio(), clock=SystemClock(), listeners=listeners) as sound:
        await sound.mute()
        with disturbed_card.suspended_microphone():
            assert not await sound.unmute()
        told = [await asyncio.wait_for(changes.get(), 20.0) for _ in range(4)]
        assert told == [Change.LOUDSPEAKER_BACK, Change.MICROPHONE_BACK, Change.MICROPHONE_LOST, Change.MICROPHONE_BACK]
        assert await sound.unmute()


async def test_muting_is_in_force_while_the_sound_is_still_being_opened(card: VirtualCard) -> None:
    await reinitialise()
    frames: asyncio.Queue[Frame] = asyncio.Queue()
    listeners = Listeners(frames.put_nowait, lambda event: None, lambda change: None)
    async with Duplex(Audio(), clock=SystemClock(), listeners=listeners) as sound:
        await frames.get()
        async with sound._changing:  # somebody opens something, and that takes long
            muting = asyncio.create_task(sound.mute())
            await asyncio.sleep(0)
            assert sound.muted
            before, microphone = frames.qsize(), sound._streams.microphone
            assert microphone is not None
            read = microphone._read
            while microphone._read == read:  # noqa: ASYNC110 - blocks that are not told of
                await asyncio.sleep(0.05)
            assert frames.qsize() == before
        assert await muting
        assert sound.presence.reason == MUTED
        async with sound._changing:
            both = [asyncio.create_task(sound.unmute()), asyncio.create_task(sound.mute())]
            await asyncio.sleep(0)
        await asyncio.gather(*both)
        assert sound.muted
        assert sound.presence.reason == MUTED
    await reinitialise()  # refused while any stream is open


async def test_a_volume_that_is_set_while_there_is_no_loudspeaker_is_that_of_the_next(card: VirtualCard) -> None:
    await reinitialise()
    listeners = Listeners(lambda frame: None, lambda event: None, lambda change: None)
    duplex = Duplex(Audio(), clock=SystemClock(), listeners=listeners)
    duplex.volume = 0.4
    async with duplex as sound:
        assert sound.volume == 0.4
        assert sound.speaker.volume == 0.4
