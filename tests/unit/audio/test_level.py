from __future__ import annotations

import numpy as np

from voiceos.audio.frames import FRAME_S, FRAME_SAMPLES, Frame
from voiceos.audio.level import SILENT_S, LevelWatch, Notice


def listen(watch: LevelWatch, seconds: float, amplitude: float, probability: float = 1.0) -> list[Notice]:
    tone = np.sin(2 * np.pi * 250 * np.arange(FRAME_SAMPLES) / 16_000)
    samples = np.clip(amplitude * tone, -1.0, 1.0).astype(np.float32)
    notices = [watch.feed(Frame(0.0, samples), probability) for _ in range(round(seconds / FRAME_S))]
    return [notice for notice in notices if notice is not None]


def test_zeros_from_the_start_are_told_once() -> None:
    watch = LevelWatch()
    assert listen(watch, SILENT_S - 0.1, 0.0) == []
    assert listen(watch, 60.0, 0.0) == [Notice.SILENT]


def test_zeros_after_sound_are_a_headset_that_suppresses_silence() -> None:
    watch = LevelWatch()
    assert listen(watch, 1.0, 0.01, 0.0) == []
    assert listen(watch, 60.0, 0.0) == []


def test_the_noise_of_a_quiet_room_is_nothing_to_tell() -> None:
    assert listen(LevelWatch(), 60.0, 0.0005, 0.1) == []


def test_soft_speech_is_told_once() -> None:
    watch = LevelWatch()
    assert listen(watch, 20.0, 0.002) == [Notice.QUIET]
    assert listen(watch, 10.0, 0.1) == []
    assert listen(watch, 10.0, 0.002) == [Notice.QUIET]


def test_clipped_speech_is_told_once_and_loud_noise_is_not() -> None:
    watch = LevelWatch()
    assert listen(watch, 20.0, 3.0, 0.0) == []
    assert listen(watch, 20.0, 3.0) == [Notice.CLIPPING]
    assert listen(watch, 20.0, 0.5) == []
