from __future__ import annotations

import numpy as np
import pytest

from voiceos.audio.decimation import Decimator
from voiceos.audio.frames import FRAME_S, Frame
from voiceos.audio.microphone import Framer


def feed(framer: Framer, rate_hz: int, seconds: float, *, frequency_hz: float = 1000.0) -> list[Frame]:
    block = rate_hz // 50
    count = round(seconds * 50)
    sound = np.sin(2 * np.pi * frequency_hz * np.arange(count * block) / rate_hz).astype(np.float32)
    return [
        frame
        for number, part in enumerate(sound.reshape(count, block))
        for frame in framer.feed(part, number * block, 7.0 + number * 0.02)
    ]


def lead_s(rate_hz: int) -> float:
    """Silence that the first frame begins with, so that later ones wait for nothing."""
    return 0.0 if rate_hz == 16_000 else -Decimator(rate_hz).first / rate_hz


@pytest.mark.parametrize("rate_hz", [8_000, 16_000, 32_000, 44_100, 48_000, 96_000])
def test_frames_follow_one_another_with_their_own_time(rate_hz: int) -> None:
    frames = feed(Framer(rate_hz), rate_hz, 2.0)
    assert len(frames) >= (2.0 - 0.08) / FRAME_S
    for number, frame in enumerate(frames):
        assert frame.samples.shape == (512,) and frame.samples.dtype == np.float32
        assert frame.at == pytest.approx(7.0 - lead_s(rate_hz) + number * FRAME_S, abs=1e-4)


@pytest.mark.parametrize("rate_hz", [16_000, 44_100, 48_000])
def test_resampling_neither_delays_nor_bends(rate_hz: int) -> None:
    heard = np.concatenate([frame.samples for frame in feed(Framer(rate_hz), rate_hz, 1.0)])
    wanted = np.sin(2 * np.pi * 1000.0 * (np.arange(len(heard)) / 16_000 - lead_s(rate_hz)))
    assert np.abs(heard - wanted)[500:-500].max() < 0.002


@pytest.mark.parametrize("rate_hz", [16_000, 48_000])
def test_a_block_of_a_frames_length_is_a_frame_at_once(rate_hz: int) -> None:
    framer, block = Framer(rate_hz), round(rate_hz * FRAME_S)
    for number in range(20):
        assert len(framer.feed(np.zeros(block, np.float32), number * block, number * FRAME_S)) == 1


def test_what_was_lost_leaves_a_hole_in_time_only() -> None:
    framer = Framer(16_000)
    blocks = [np.full(320, value, dtype=np.float32) for value in (0.1, 0.1, 0.2, 0.2)]
    before = framer.feed(blocks[0], 0, 0.0) + framer.feed(blocks[1], 320, 0.02)
    after = framer.feed(blocks[2], 3200, 0.2) + framer.feed(blocks[3], 3520, 0.22)
    assert [frame.at for frame in before + after] == pytest.approx([0.0, 0.2])
    assert (after[0].samples == np.float32(0.2)).all()
