"""The microphone over real PortAudio, ALSA and PulseAudio, and its clock beside that of the loudspeaker."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

from tests.soundcard.devices import CLOCK, check_undisturbed, find, frames_until, noise, undisturbed
from voiceos.audio.frames import FRAME_S
from voiceos.audio.level import SILENT_PEAK
from voiceos.audio.microphone import LAZY_BLOCKS, Microphone
from voiceos.audio.portaudio import reinitialise
from voiceos.audio.speaker import Speaker
from voiceos.bench.virtual_card import RATE_HZ, VirtualCard
from voiceos.errors import AudioError


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


async def test_a_microphone_that_opens_but_gives_nothing_is_an_error(disturbed_card: VirtualCard) -> None:
    with disturbed_card.suspended_microphone(), pytest.raises(AudioError, match="no sound flows"):
        await Microphone("", clock=CLOCK).__aenter__()
    await reinitialise()  # refused while a stream is open


async def test_a_muted_microphone_gives_what_is_taken_for_silence_and_a_quiet_room_does_not(card: VirtualCard) -> None:
    async with card.room_noise(), Microphone("", clock=CLOCK) as microphone:
        await frames_until(microphone, lambda frames: np.abs(frames[-1].samples).max() > SILENT_PEAK)
        card.set_microphone_muted(True)
        try:
            frames = await frames_until(microphone, lambda frames: len(frames) * FRAME_S > 2.0)
        finally:
            card.set_microphone_muted(False)
    assert max(np.abs(frame.samples).max() for frame in frames[-round(1.0 / FRAME_S) :]) <= SILENT_PEAK


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
