"""Noise under speech, and noise alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from voiceos import events as ev
from voiceos.audio.frames import RATE_HZ
from voiceos.bench import noise, noise_report
from voiceos.bench.recordings import Recording


@pytest.fixture
def said(tmp_path: Path) -> list[Recording]:
    tone = 0.2 * np.sin(np.arange(RATE_HZ) * 0.2).astype(np.float32)
    soundfile.write(tmp_path / "said.flac", tone, RATE_HZ)
    return [Recording(tmp_path / "said.flac", "a word", False, "", None)]


SOUNDS = {
    "noise": [np.random.default_rng(n).normal(0, 0.1, RATE_HZ).astype(np.float32) for n in range(3)],
    "music": [np.sin(np.arange(RATE_HZ) * 0.05).astype(np.float32)],
}


def test_the_same_seed_makes_the_same_mixtures(said: list[Recording]) -> None:
    once, again, other = (list(noise.mixtures(said, SOUNDS, seed)) for seed in (1, 1, 2))
    assert [(kind, snr) for kind, snr, _, _ in once] == [
        ("as recorded", None),
        *((kind, snr) for kind in SOUNDS for snr in noise.RATIOS_DB),
    ]
    assert all(np.array_equal(a[3], b[3]) for a, b in zip(once, again, strict=True))
    assert not all(np.array_equal(a[3], b[3]) for a, b in zip(once, other, strict=True))


def test_every_mixture_is_as_long_and_begins_without_speech(said: list[Recording]) -> None:
    for _, _, _, sound in noise.mixtures(said, SOUNDS, 1):
        assert len(sound) == round((noise.LEAD_S + 1.0 + noise.TAIL_S) * RATE_HZ)


def test_noise_alone_is_as_long_as_was_asked_and_never_clips() -> None:
    sound = noise.alone(SOUNDS["noise"], 2.0, 1)
    assert len(sound) == 120 * RATE_HZ
    assert np.abs(sound).max() <= 1.0
    assert np.array_equal(sound, noise.alone(SOUNDS["noise"], 2.0, 1))


def test_what_was_heard_is_counted() -> None:
    row = noise_report.understood(
        "noise",
        10,
        [
            ("turn on the light", [ev.Words("Turn on"), None, ev.Words("the night.")]),
            ("stop", [ev.Nothing(), ev.Unclear()]),
            ("go on", []),
            ("what", [ev.Unclear(), ev.Words("What? Well.")]),
        ],
    )
    assert (row.recordings, row.words) == (4, 8)
    assert row.wer == pytest.approx(5 / 8)  # one wrong, three never heard, one added
    assert row.added == pytest.approx(1 / 8)
    assert (row.answered, row.unclear, row.missed) == (0.5, 0.25, 0.25)


def test_what_noise_alone_did_is_counted() -> None:
    row = noise_report.disturbed("music", 10.0, [None, ev.Nothing(), ev.Words("la"), ev.Unclear(), ev.Nothing()])
    assert (row.opened, row.turns, row.answered, row.asked_again) == (5, 4, 1, 1)


def test_kinds_that_are_not_there_are_left_out(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "music_strings.flac", SOUNDS["music"][0], RATE_HZ)
    assert list(noise.load(tmp_path)) == ["music"]
