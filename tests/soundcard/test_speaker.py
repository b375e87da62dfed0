"""The loudspeaker over real PortAudio, ALSA and PulseAudio: each sample, each rate, pauses and stops."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

from tests.soundcard.devices import CLOCK, check_undisturbed, find, noise, undisturbed, until
from voiceos.audio.frames import Samples
from voiceos.audio.portaudio import reinitialise
from voiceos.audio.speaker import Finished, Speaker, Started
from voiceos.bench.virtual_card import RATE_HZ, VirtualCard
from voiceos.client import LocalClient
from voiceos.config import Settings
from voiceos.errors import AudioError


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
