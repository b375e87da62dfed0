"""A loudspeaker, a room and a microphone on paper: what the echo canceller is tried on without a sound card.

The loudspeaker asks for blocks ahead of time, both devices stamp with errors of their own, and the room answers with an
impulse response. Everything is arrays; no time passes.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

import numpy as np
import soxr

from voiceos.audio.echo import Echo, EchoCanceller
from voiceos.audio.frames import FRAME_S, FRAME_SAMPLES, RATE_HZ, Frame, Samples
from voiceos.audio.reference import Reference
from voiceos.audio.timeline import Timeline
from voiceos.config.model import EchoCancellation

HISS = 0.0003
"""−70 dBFS: what a quiet room adds."""


@dataclass(frozen=True, slots=True)
class Card:
    """How the devices behave."""

    rate_hz: int = 48_000
    block_s: float = 0.02
    """Sound that the loudspeaker asks for at a time."""
    ahead_s: float = 0.06
    """How long before it sounds."""
    late_s: float = 0.01
    """How long after a frame was captured it arrives."""
    delay_s: float = 0.03
    """What the stamps do not tell: sound leaves later, or arrives later, than they say. Negative where they err the
    other way."""
    jitter_s: float = 0.001
    """Standard deviation of the loudspeaker's stamps."""
    drift: float = 0.0
    """The loudspeaker's clock runs fast by this share."""
    dry: tuple[tuple[float, float], ...] = ()
    """Moments of what is played, seconds, at which the loudspeaker runs dry, and for how long; the stamps tell."""

    def dry_s(self, at: float) -> float:
        """Silence put in before this moment of what is played."""
        return sum(seconds for moment, seconds in self.dry if moment <= at)


@dataclass(frozen=True, slots=True)
class Heard:
    near: Samples
    """What the microphone heard, shape (n,), 16 kHz."""
    clean: Samples
    """What the canceller made of it, shape (n,)."""
    at: Samples
    """The moment that each clean frame tells, seconds, shape (n / 512,)."""
    echo: Echo | None
    """What the canceller knows in the end."""
    told: tuple[Echo, ...]


def convolve(samples: Samples, response: Samples) -> Samples:
    """A room's answer, as long as what is played into it."""
    size = 1 << (len(samples) + len(response)).bit_length()
    product = np.fft.irfft(np.fft.rfft(samples, size) * np.fft.rfft(response, size), size)
    return product[: len(samples)].astype(np.float32)


def echo_of(played: Samples, response: Samples | None, *, level_db: float, delay_s: float) -> Samples:
    """What comes back of `played`, 16 kHz: `level_db` against it in energy; nothing where there is no response."""
    if response is None:
        return np.zeros_like(played)
    back = convolve(played, response)
    energy = float(np.dot(back, back))
    gain = 10 ** (level_db / 20) * (float(np.dot(played, played)) / energy) ** 0.5 if energy else 0.0
    shifted = np.zeros_like(back)
    by = round(delay_s * RATE_HZ)
    if by >= 0:
        shifted[by:] = back[: len(back) - by]
    else:
        shifted[:by] = back[-by:]
    return (gain * shifted).astype(np.float32)


def hear(
    played: Samples,
    user: Samples | None = None,
    *,
    response: Samples | None,
    level_db: float = -12.0,
    card: Card = Card(),
    setting: EchoCancellation = "auto",
    attentive: bool = True,
    lost_frames: frozenset[int] = frozenset(),
    canceller: EchoCanceller | None = None,
) -> Heard:
    """Let `played`, 16 kHz, sound in a room while the user speaks, and listen through the canceller.

    Args:
        level_db: of the echo against what is played, by energy.
        lost_frames: numbers of microphone frames that never arrive.
    """
    told: list[Echo] = []
    canceller = canceller or EchoCanceller(setting, on_echo=told.append)
    chance = np.random.default_rng(0)
    parts = np.split(played, [round(moment * RATE_HZ) for moment, _ in card.dry])
    for number, (_, seconds) in enumerate(card.dry, 1):
        parts[number] = np.concatenate([np.zeros(round(seconds * RATE_HZ), np.float32), parts[number]])
    near = echo_of(np.concatenate(parts), response, level_db=level_db, delay_s=card.delay_s)
    near = near + chance.normal(0.0, HISS, len(near)).astype(np.float32)
    if user is not None:
        near[: len(user)] += user[: len(near)]
    sound = np.asarray(soxr.resample(played, RATE_HZ, card.rate_hz * (1.0 + card.drift)), np.float32)
    lock, timeline = threading.Lock(), Timeline(card.rate_hz)
    reference = Reference(card.rate_hz, timeline, lock)
    canceller.listen_to(reference)
    block = round(card.block_s * card.rate_hz)
    clean: list[Frame] = []
    kept: list[Samples] = []
    index = 0
    for number in range(len(near) // FRAME_SAMPLES):
        at = number * FRAME_S
        now = at + FRAME_S + card.late_s
        while (sounds := _sounds(index, card)) <= now + card.ahead_s:
            part = np.zeros(block, np.float32)
            given = sound[index : index + block]
            part[: len(given)] = given
            with lock:
                timeline.stamp(index, sounds + float(chance.normal(0.0, card.jitter_s)))
                reference.add(index, part)
            index += block
        if number in lost_frames:
            continue
        kept.append(near[number * FRAME_SAMPLES : (number + 1) * FRAME_SAMPLES])
        clean.append(canceller.feed(Frame(at, kept[-1]), attentive=attentive))
    return Heard(
        np.concatenate(kept),
        np.concatenate([frame.samples for frame in clean]),
        np.asarray([frame.at for frame in clean]),
        canceller.echo,
        tuple(told),
    )


def _sounds(index: int, card: Card) -> float:
    """The moment at which a sample of what is played sounds."""
    at = index / (card.rate_hz * (1.0 + card.drift))
    return at + card.dry_s(at)


def removed_db(heard: Heard, begin_s: float, end_s: float) -> float:
    """Echo return loss enhancement between two moments: energy of what was heard over that of what was left."""
    part = slice(round(begin_s * RATE_HZ), round(end_s * RATE_HZ))
    return 20.0 * float(np.log10(np.std(heard.near[part]) / (np.std(heard.clean[part]) + 1e-9)))
