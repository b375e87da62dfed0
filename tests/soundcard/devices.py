"""What tests of the sound devices themselves share: sound that is found again, and waits."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from voiceos.audio.frames import Frame, Samples
from voiceos.audio.microphone import Microphone
from voiceos.audio.speaker import Finished, Speaker, Started
from voiceos.clock import SystemClock

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
