"""Sounds put together, and sounds made: noise under speech at a given ratio, coughs, a door. Pure; 16 kHz, mono."""

from __future__ import annotations

import numpy as np

from voiceos.audio.frames import RATE_HZ, Samples

WINDOW = RATE_HZ // 50
"""20 ms: the stretch that a level is taken over."""

SPEECH_RANGE_DB = 30.0
"""Windows so far below the loud ones (their 95th percentile) are no speech: pauses, breath, the room."""

ROOM_DB = 10.0
"""Nor are those that stand out from the quiet ones (their 10th percentile) by less: a room may be loud."""

PEAK = 0.5
"""A user in front of a microphone, of full scale."""

FADE_S = 0.03
TRAILING_S = 0.04
"""Kept behind the last window of speech: words fade out."""


def windows_db(samples: Samples) -> Samples:
    """Level of each whole window of 20 ms, dBFS; shape (n // 320,)."""
    blocks = samples[: len(samples) // WINDOW * WINDOW].reshape(-1, WINDOW)
    found: Samples = 10 * np.log10(np.square(blocks).mean(axis=1) + 1e-12)
    return found


def loud(samples: Samples) -> Samples:
    """Whether each window holds speech, as 1 and 0."""
    db = windows_db(samples)
    if not len(db):
        return db
    quiet, high = np.percentile(db, (10, 95))
    return np.asarray(db > max(high - SPEECH_RANGE_DB, min(quiet + ROOM_DB, high - ROOM_DB)), np.float32)


def speech_end_s(samples: Samples) -> float:
    """Seconds to the end of the last window of speech; the whole length where there is none."""
    where = np.flatnonzero(loud(samples))
    return float(where[-1] + 1) * WINDOW / RATE_HZ if len(where) else len(samples) / RATE_HZ


def speech_level(samples: Samples) -> float:
    """RMS of the windows that hold speech, of full scale: pauses do not make a speaker quieter. 0 for silence."""
    where = np.repeat(loud(samples), WINDOW) > 0
    if not where.any():
        return 0.0
    return float(np.sqrt(np.square(samples[: len(where)][where]).mean()))


def trimmed(samples: Samples, *, peak: float = PEAK) -> Samples:
    """From the first to the last window of speech with faded ends, as loud as `peak`; what the room adds around a
    recording would hide where the speaker ends."""
    where = np.flatnonzero(loud(samples))
    if not len(where):
        return samples
    kept = samples[max(0, where[0] - 2) * WINDOW : (where[-1] + 1) * WINDOW + round(TRAILING_S * RATE_HZ)].copy()
    fade = min(len(kept), round(FADE_S * RATE_HZ))
    kept[:fade] *= np.linspace(0, 1, fade, dtype=np.float32)
    kept[len(kept) - fade :] *= np.linspace(1, 0, fade, dtype=np.float32)
    return kept * np.float32(peak / np.abs(kept).max())


def looped(samples: Samples, count: int, start: int = 0) -> Samples:
    """`count` samples of a sound that begins anew where it ends, from `start` on."""
    return np.take(samples, np.arange(start, start + count), mode="wrap")


def mixed(speech: Samples, noise: Samples, snr_db: float, *, lead_s: float, tail_s: float, start: int = 0) -> Samples:
    """Speech over noise that begins `lead_s` before it and goes on for `tail_s`.

    Args:
        snr_db: level of the speech (where there is some) over the level of the noise (all of it), dB.
        start: sample of the noise to begin at; it is looped.
    Whatever goes beyond full scale makes all of it quieter.
    """
    lead, tail = round(lead_s * RATE_HZ), round(tail_s * RATE_HZ)
    under = looped(noise, lead + len(speech) + tail, start)
    level = float(np.sqrt(np.square(under).mean()))
    wanted = speech_level(speech) / 10 ** (snr_db / 20)
    sound = under * np.float32(wanted / level if level else 0.0)
    sound[lead : lead + len(speech)] += speech
    peak = float(np.abs(sound).max()) if len(sound) else 0.0
    return sound / np.float32(max(1.0, peak))


def _burst(noise: np.random.Generator, seconds: float, decay_s: float, low_hz: float, high_hz: float) -> Samples:
    """Noise of one band that dies away."""
    count = round(seconds * RATE_HZ)
    spectrum = np.fft.rfft(noise.normal(size=count))
    hz = np.fft.rfftfreq(count, 1 / RATE_HZ)
    spectrum[(hz < low_hz) | (hz > high_hz)] = 0
    sound = np.fft.irfft(spectrum, count) * np.exp(-np.arange(count) / RATE_HZ / decay_s)
    return np.asarray(sound / np.abs(sound).max(), np.float32)


def cough(seed: int) -> Samples:
    """Two coughs: each a burst of air, what follows it, and a short voiced end (Korpáš et al. 1996 draw the phases)."""
    noise = np.random.default_rng(seed)
    parts: list[Samples] = []
    for _ in range(2):
        air = np.concatenate([_burst(noise, 0.07, 0.05, 300, 5000), 0.3 * _burst(noise, 0.16, 0.1, 400, 3500)])
        moments = np.arange(round(0.09 * RATE_HZ)) / RATE_HZ
        pitch_hz = noise.uniform(110, 190)
        voice = sum(np.sin(2 * np.pi * pitch_hz * n * moments) / n for n in range(1, 9)) * np.exp(-moments / 0.04)
        rest = np.zeros(round(noise.uniform(0.12, 0.25) * RATE_HZ))
        parts.append(np.concatenate([air, 0.25 * voice, rest]).astype(np.float32))
    return 0.4 * np.concatenate(parts)


def door(seed: int) -> Samples:
    """A door that falls shut: a thud and a click of its latch."""
    noise = np.random.default_rng(seed)
    sound = np.zeros(round(0.5 * RATE_HZ), np.float32)
    thud, latch = _burst(noise, 0.35, 0.06, 40, 400), _burst(noise, 0.04, 0.008, 1000, 6000)
    sound[: len(thud)] += 0.6 * thud
    at = round(0.06 * RATE_HZ)
    sound[at : at + len(latch)] += 0.3 * latch
    return sound
