"""The sound devices themselves: real PortAudio, ALSA and PulseAudio over the virtual card."""

from __future__ import annotations

import asyncio
import functools
import logging
import os
import threading
from collections.abc import Awaitable, Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from voiceos import log
from voiceos.audio import devices, portaudio
from voiceos.audio.duplex import Duplex
from voiceos.audio.frames import FRAME_S, Frame, Samples
from voiceos.audio.level import SILENT_S, LevelWatch
from voiceos.audio.listeners import Listeners
from voiceos.audio.microphone import LAZY_BLOCKS, Microphone
from voiceos.audio.portaudio import reinitialise
from voiceos.audio.presence import MUTED, Change
from voiceos.audio.speaker import Finished, Speaker, Started
from voiceos.bench.virtual_card import RATE_HZ, VirtualCard
from voiceos.client import LocalClient
from voiceos.clock import SystemClock
from voiceos.config import Settings
from voiceos.config.model import Audio
from voiceos.errors import AudioError

CLOCK = SystemClock()


def noise(seconds: float, rate_hz: int, *, seed: int = 1, peak: float = 0.3) -> Samples:
    """Band-limited below 4 kHz, so that no resampler on the way may excuse itself; every stretch of it is unique."""
    count = round(seconds * rate_hz)
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(count))
    spectrum[np.fft.rfftfreq(count, 1 / rate_hz) > 4000] = 0
    sound = np.fft.irfft(spectrum, count)
    return np.asarray(sound * peak / np.abs(sound).max(), dtype=np.float32)


def find(pattern: NDArray[np.float32], recording: NDArray[np.float32]) -> tuple[int, float]:
    """(offset at which `pattern` lies in `recording`, normalised correlation there)."""
    size = 1 << (len(pattern) + len(recording)).bit_length()
    product = np.fft.irfft(np.fft.rfft(recording, size) * np.conj(np.fft.rfft(pattern, size)), size)
    best = int(np.argmax(product[: len(recording) - len(pattern) + 1]))
    there = recording[best : best + len(pattern)]
    return best, float(np.dot(there, pattern) / (np.linalg.norm(there) * np.linalg.norm(pattern) + 1e-12))


class Disturbed(Exception):
    """PortAudio itself reported that the machine was too busy to play without a gap: nothing can be told from that."""


def undisturbed(test: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    """Try again after an underrun, a few times; any other failure stands, and so does a machine that never keeps up."""

    @functools.wraps(test)
    async def run(*arguments: Any, **named: Any) -> None:
        for _ in range(5):
            try:
                return await test(*arguments, **named)
            except Disturbed:
                continue
        pytest.fail("the device ran dry in five attempts of five")

    return run


def check_undisturbed(speaker: Speaker) -> None:
    if speaker.underruns:
        raise Disturbed


async def until(
    speaker: Speaker, *wanted: Started | Finished | type[Started] | type[Finished]
) -> list[Started | Finished]:
    seen: list[Started | Finished] = []
    async for event in speaker.events():
        seen.append(event)
        if len(seen) == len(wanted):
            break
    assert [type(event) for event in seen] == list(wanted)
    return seen


async def frames_until(microphone: Microphone, enough: Callable[[list[Frame]], bool]) -> list[Frame]:
    frames: list[Frame] = []
    async for frame in microphone:
        frames.append(frame)
        if enough(frames):
            break
    return frames


@undisturbed
async def test_what_is_played_arrives_sample_for_sample(card: VirtualCard) -> None:
    sound = noise(2.0, RATE_HZ)
    async with card.record() as recording, Speaker("", clock=CLOCK, rate_hz=RATE_HZ) as speaker:
        for chunk in np.array_split(sound, [700, 31_000, 31_001, 60_000]):
            speaker.play(1, chunk, RATE_HZ)
        speaker.finish(1)
        await until(speaker, Started, Finished)
        assert speaker.heard(1) == speaker.submitted(1) == len(sound)
        await asyncio.sleep(0.1)  # what sounds now takes that long to be recorded
    check_undisturbed(speaker)
    left = recording.samples[:, 0]
    offset, correlation = find(sound, left)
    assert correlation > 0.9999
    # Sample for sample: the path carries 16 bits or better, and adds nothing before or after.
    assert np.abs(left[offset : offset + len(sound)] - sound).max() < 2 / 32768
    assert np.abs(left[:offset]).max() < 2 / 32768
    assert np.abs(left[offset + len(sound) :]).max() < 2 / 32768


@undisturbed
@pytest.mark.parametrize("rate_hz", [16_000, 22_050, 44_100, 48_000])
@pytest.mark.parametrize("device_hz", [44_100, 48_000])
async def test_every_rate_arrives_without_gaps(card: VirtualCard, rate_hz: int, device_hz: int) -> None:
    sound = noise(1.0, rate_hz)
    wanted = noise_at(sound, rate_hz)
    async with card.record() as recording, Speaker("", clock=CLOCK, rate_hz=device_hz) as speaker:
        for chunk in np.array_split(sound, 7):
            speaker.play(1, chunk, rate_hz)
        speaker.finish(1)
        await until(speaker, Started, Finished)
        await asyncio.sleep(0.1)
    check_undisturbed(speaker)
    # Edges aside: there the resamplers ring.
    _, correlation = find(wanted[500:-500], recording.samples[:, 0])
    assert correlation > 0.999


def noise_at(sound: Samples, rate_hz: int) -> Samples:
    """`sound` at the recording's rate, exactly: zero-padding of its spectrum."""
    count = round(len(sound) * RATE_HZ / rate_hz)
    spectrum = np.fft.rfft(sound)
    padded = np.zeros(count // 2 + 1, dtype=np.complex128)
    size = min(len(padded), len(spectrum))
    padded[:size] = spectrum[:size]
    return (np.fft.irfft(padded, count) * count / len(sound)).astype(np.float32)


@undisturbed
async def test_a_pause_goes_on_with_the_very_next_sample(card: VirtualCard) -> None:
    sound = noise(2.0, RATE_HZ)
    async with card.record() as recording, Speaker("", clock=CLOCK, rate_hz=RATE_HZ) as speaker:
        speaker.play(1, sound, RATE_HZ)
        speaker.finish(1)
        await until(speaker, Started)
        await asyncio.sleep(0.5)
        speaker.pause()
        await asyncio.sleep(0.5)
        paused_at = speaker.heard(1)
        await asyncio.sleep(0.2)
        assert speaker.heard(1) == speaker.submitted(1) == paused_at
        speaker.resume()
        await until(speaker, Finished)
        await asyncio.sleep(0.1)
    check_undisturbed(speaker)
    left = recording.samples[:, 0]
    fade = RATE_HZ // 100
    before, good = find(sound[: paused_at - fade], left)
    after, also_good = find(sound[paused_at + fade :], left)
    assert good > 0.9999 and also_good > 0.9999
    silence = left[before + paused_at : after - fade]
    assert len(silence) > 0.5 * RATE_HZ
    assert np.abs(silence).max() < 2 / 32768
    # No click: no step between neighbours that the sound itself does not have.
    assert np.abs(np.diff(left)).max() <= np.abs(np.diff(sound)).max() * 1.05


@undisturbed
async def test_stop_is_silence_within_two_blocks_and_counts_what_was_heard(card: VirtualCard) -> None:
    sound = noise(3.0, RATE_HZ)
    async with card.record() as recording, Speaker("", clock=CLOCK, rate_hz=RATE_HZ) as speaker:
        speaker.play(1, sound, RATE_HZ)
        await until(speaker, Started)
        await asyncio.sleep(0.4)
        stopped = CLOCK.monotonic()
        submitted = speaker.submitted(1)
        heard = speaker.stop(1)
        speaker.play(1, sound, RATE_HZ)  # late chunks of a stopped reply
        await asyncio.sleep(0.4)
        last = speaker.sounded_at(1, heard - 1)
    assert heard - submitted == RATE_HZ // 100
    assert last is not None
    check_undisturbed(speaker)
    left = recording.samples[:, 0]
    offset, correlation = find(sound[: heard - RATE_HZ // 100], left)
    assert correlation > 0.9999
    assert np.abs(left[offset + heard :]).max() < 2 / 32768
    assert np.abs(left[offset + heard - 20 : offset + heard]).max() < 0.02
    print(f"from stop() to silence: {(last - stopped) * 1000:.0f} ms")
    # Two blocks of 20 ms lie in the device, one may be half asked for, and the fade takes 10 ms.
    assert last - stopped < 0.1


async def test_a_listener_without_hurry_is_woken_for_a_few_frames_at_once(card: VirtualCard) -> None:
    async with Microphone("", clock=CLOCK) as microphone:
        microphone.attentive = False
        came = [CLOCK.monotonic()]
        async for _ in microphone:
            came.append(CLOCK.monotonic())
            if len(came) > 60:
                break
        wakings = int((np.diff(came) > FRAME_S / 2).sum())
        assert wakings < len(came) / LAZY_BLOCKS * 2
        assert microphone.dropped == 0


@undisturbed
@pytest.mark.parametrize("attentive", [True, False])
async def test_frames_and_played_samples_agree_about_time(card: VirtualCard, attentive: bool) -> None:
    """One clock recorded both channels, so it says what the difference of the two stamps must be."""
    mine, theirs = noise(0.5, RATE_HZ, seed=2), noise(0.5, RATE_HZ, seed=3)
    async with (
        card.record() as recording,
        Speaker("", clock=CLOCK, rate_hz=RATE_HZ) as speaker,
        Microphone("", clock=CLOCK, rate_hz=RATE_HZ) as microphone,
    ):
        microphone.attentive = attentive
        talking = asyncio.create_task(card.play_to_microphone(np.concatenate((np.zeros(RATE_HZ, np.float32), theirs))))
        speaker.play(1, mine, RATE_HZ)
        frames = await frames_until(
            microphone, lambda frames: talking.done() and frames[-1].at > talking.result().finished
        )
        played_at = speaker.sounded_at(1, 0)
    check_undisturbed(speaker)
    assert played_at is not None
    steps = np.diff([frame.at for frame in frames])
    assert steps.min() > 0.9 * FRAME_S and steps.max() < 1.1 * FRAME_S
    heard = np.concatenate([frame.samples for frame in frames])
    # Frames may begin between two samples of the card, so the best of three phases at 16 kHz.
    (offset, correlation), phase = max(
        ((find(theirs[phase::3], heard), phase) for phase in range(3)), key=lambda x: x[0][1]
    )
    assert correlation > 0.98
    heard_at = frames[offset // 512].at + offset % 512 / 16_000
    left, good = find(mine, recording.samples[:, 0])
    right, also_good = find(theirs, recording.samples[:, 1])
    assert good > 0.9999 and also_good > 0.999
    error_s = (heard_at - played_at) - (right + phase - left) / RATE_HZ
    print(f"stamps of microphone and loudspeaker disagree by {error_s * 1000:.1f} ms")
    assert abs(error_s) < 0.04
    assert microphone.dropped == 0


async def test_a_killed_server_is_noticed_and_a_new_one_is_found(card: VirtualCard) -> None:
    async with Speaker("", clock=CLOCK) as speaker, Microphone("", clock=CLOCK) as microphone:
        await frames_until(microphone, lambda frames: len(frames) == 10)
        card.stop_server(kill=True)
        killed = CLOCK.monotonic()
        with pytest.raises(AudioError, match="microphone"):
            await frames_until(microphone, lambda frames: False)
        print(f"noticed after {CLOCK.monotonic() - killed:.1f} s")
        with pytest.raises(AudioError, match="loudspeaker"):
            async for _ in speaker.events():
                pass
    await reinitialise()
    with pytest.raises(AudioError) as caught:
        await Microphone("", clock=CLOCK).__aenter__()
    assert caught.value.hint
    card.start_server()
    await reinitialise()
    async with Microphone("", clock=CLOCK) as microphone:
        assert len(await frames_until(microphone, lambda frames: len(frames) == 10)) == 10


async def test_a_long_text_does_not_wait_for_a_loudspeaker_that_is_gone(card: VirtualCard) -> None:
    settings = Settings.model_validate({"tts": {"engine": "scripted"}})
    async with LocalClient(settings, {"tts"}) as client:
        saying = asyncio.create_task(client.say("One two three four five six seven eight nine ten. " * 20))
        await asyncio.sleep(3)
        assert not saying.done()
        card.stop_server(kill=True)
        with pytest.raises(AudioError, match="takes no more sound"):
            await saying
    await reinitialise()


async def test_a_microphone_that_opens_but_gives_nothing_is_an_error(disturbed_card: VirtualCard) -> None:
    with disturbed_card.suspended_microphone(), pytest.raises(AudioError, match="no sound flows"):
        await Microphone("", clock=CLOCK).__aenter__()
    await reinitialise()  # refused while a stream is open


async def test_devices_are_found_by_part_of_their_name(card: VirtualCard) -> None:
    assert devices.find("EARPIECE", "input").name == "earpiece"
    assert devices.find("", "output").default_output
    with pytest.raises(AudioError, match=r"no-such-thing.*earpiece") as caught:
        devices.find("no-such-thing", "input")
    assert "audio.input_device" in caught.value.hint


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
        assert sound.presence.last_frame_at is not None
        await sound.mute()
        assert sound.presence.reason == "muted"
        await sound.unmute()
        await sound.reopen(Audio(input_device="openair"))
        told = [await asyncio.wait_for(changes.get(), 10.0) for _ in range(6)]
        there = [Change.LOUDSPEAKER_BACK, Change.MICROPHONE_BACK]
        assert told == [*there, Change.MICROPHONE_LOST, Change.LOUDSPEAKER_LOST, *there]
        assert sound._microphone is not None and sound._microphone.device is not None
        assert sound._microphone.device.name == "openair"
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
            before, at = frames.qsize(), sound.presence.last_frame_at
            while sound.presence.last_frame_at == at:  # noqa: ASYNC110 - frames that are not told of
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


async def test_a_stream_that_opens_too_late_is_closed(
    disturbed_card: VirtualCard, monkeypatch: pytest.MonkeyPatch
) -> None:
    await reinitialise()
    monkeypatch.setattr(portaudio, "PATIENCE_S", 0.5)
    with disturbed_card.frozen_server(), pytest.raises(AudioError, match="did not answer"):
        await Microphone("", clock=CLOCK).__aenter__()
    monkeypatch.setattr(portaudio, "PATIENCE_S", 5.0)
    for _ in range(50):
        if not portaudio._open and not [t for t in threading.enumerate() if t.name.startswith("portaudio")]:
            break
        await asyncio.sleep(0.1)
    await reinitialise()  # refused while a stream is open
    async with Microphone("", clock=CLOCK) as microphone:
        assert len(await frames_until(microphone, lambda frames: len(frames) == 3)) == 3


def test_what_is_written_while_the_sound_system_is_probed_is_not_lost(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    log.setup("INFO")
    with portaudio.quiet():
        os.write(2, b"ALSA lib: noise\n")
        logging.getLogger("voiceos.test").info("still here")
        portaudio._undivert()
        os.write(2, b"and so is this\n")
    written = capfd.readouterr().err
    assert "still here" in written and "and so is this" in written
    assert "noise" not in written


async def test_a_muted_microphone_is_noticed(card: VirtualCard) -> None:
    watch = LevelWatch()
    card.set_microphone_muted(True)
    try:
        async with Microphone("", clock=CLOCK) as microphone:
            frames = await frames_until(microphone, lambda frames: watch.feed(frames[-1]) is not None)
    finally:
        card.set_microphone_muted(False)
    assert len(frames) * FRAME_S == pytest.approx(SILENT_S, abs=1.0)


@undisturbed
async def test_open_air_lets_the_assistant_hear_itself(card: VirtualCard) -> None:
    sound = noise(1.0, RATE_HZ)
    async with (
        Speaker("", clock=CLOCK, rate_hz=RATE_HZ) as speaker,
        Microphone("openair", clock=CLOCK, rate_hz=RATE_HZ) as microphone,
    ):
        speaker.play(1, sound, RATE_HZ)
        frames = await frames_until(microphone, lambda frames: len(frames) * FRAME_S > 1.5)
    check_undisturbed(speaker)
    heard = np.concatenate([frame.samples for frame in frames])
    piece = sound[RATE_HZ // 2 : RATE_HZ // 2 + RATE_HZ // 40]
    offset, correlation = max((find(piece[phase::3], heard) for phase in range(3)), key=lambda found: found[1])
    assert correlation > 0.8
    there = heard[offset : offset + len(piece) // 3]
    assert 20 * np.log10(np.std(there) / np.std(piece)) == pytest.approx(-12, abs=1.0)
