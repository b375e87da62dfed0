"""However a phrase is cut into parts, the same is played."""

from __future__ import annotations

import numpy as np
import pytest

from voiceos.audio.frames import Samples
from voiceos.engines.trimming import Trimmer

RATE_HZ = 22_050
TAIL_S = 0.2


def tone(seconds: float, level: float = 0.3) -> Samples:
    at = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    return (level * np.sin(2 * np.pi * 220 * at)).astype(np.float32)


def silence(seconds: float) -> Samples:
    return np.zeros(round(seconds * RATE_HZ), np.float32)


SOUNDS = {
    "a phrase": [silence(0.06), tone(0.5), silence(0.15), tone(0.3, 0.9), silence(0.4)],
    "loud to the end": [silence(0.05), tone(0.4)],
    "loud from the start": [tone(0.3), silence(0.05)],
    "a click": [silence(0.1), tone(0.004, 0.5), silence(0.3)],
    "nothing": [silence(0.3)],
    "nothing at all": [],
    "long pauses": [tone(0.1), silence(0.5), tone(0.1), silence(0.5), tone(0.001), silence(0.02)],
}


def trimmed(sound: Samples, sizes: list[int]) -> tuple[Samples, int, int]:
    trimmer = Trimmer(RATE_HZ, TAIL_S)
    parts, at = [], 0
    for size in sizes:
        parts.append(trimmer.feed(sound[at : at + size]))
        at += size
    parts += [trimmer.feed(sound[at:]), trimmer.flush()]
    return np.concatenate(parts), trimmer.begin, trimmer.sound_end


@pytest.mark.parametrize("name", SOUNDS)
@pytest.mark.parametrize("seed", range(8))
def test_parts_joined_are_the_whole(name: str, seed: int) -> None:
    sound = np.concatenate([np.zeros(0, np.float32), *SOUNDS[name]])
    whole, begin, end = trimmed(sound, [])
    chance = np.random.default_rng(seed)
    sizes = chance.integers(1, 6000, 12).tolist()
    parts, part_begin, part_end = trimmed(sound, sizes)
    assert (part_begin, part_end, len(parts)) == (begin, end, len(whole))
    assert np.array_equal(parts, whole)


def test_silence_at_both_ends_goes_and_a_pause_stays() -> None:
    whole, begin, end = trimmed(np.concatenate(SOUNDS["a phrase"]), [])
    assert 0.04 < begin / RATE_HZ < 0.06
    assert end / RATE_HZ == pytest.approx(1.01, abs=0.006)
    assert len(whole) == end + round(TAIL_S * RATE_HZ) - begin


def test_no_part_ends_in_silence_that_may_be_the_last() -> None:
    trimmer = Trimmer(RATE_HZ, TAIL_S)
    sounding = trimmer.feed(np.concatenate([tone(0.3), silence(0.1)]))
    assert len(sounding) / RATE_HZ == pytest.approx(0.3, abs=0.01)
    assert len(trimmer.feed(silence(0.3))) == 0
    assert len(trimmer.flush()) / RATE_HZ == pytest.approx(TAIL_S, abs=0.01)


def test_it_begins_and_ends_without_a_click_and_never_clips() -> None:
    whole, _, _ = trimmed(np.concatenate([tone(0.5, 1.0), silence(0.1)]), [3000])
    assert abs(whole[0]) < 0.002
    assert abs(whole[-1]) < 0.002
    assert 0.9 < np.abs(whole).max() < 1.0
