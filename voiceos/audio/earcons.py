"""Earcons: the few small sounds that say where the conversation stands. Synthesised here, so there is nothing to ship.

Each is one to three soft bell notes: a sine with a weak octave above it, an attack too slow to click and an exponential
decay. What rises invites, what falls closes, what repeats low is wrong.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from voiceos.audio.frames import Samples

PEAK = 0.1
"""−20 dBFS: well under a voice, which peaks near −6."""


class Earcon(StrEnum):
    LISTENING = "listening"
    """It has started, and listens."""
    HEARD = "heard"
    """It has understood that you are done."""
    THINKING = "thinking"
    """It takes longer than usual."""
    ERROR = "error"
    MUTED = "muted"
    UNMUTED = "unmuted"
    GOODBYE = "goodbye"
    AWAKE = "awake"
    """It was called, and what is said now is for it."""
    ASLEEP = "asleep"
    """Nothing was said, and it has stopped listening."""
    NOTICE = "notice"
    """It is about to say something that nobody has just asked for."""


@dataclass(frozen=True, slots=True)
class Note:
    pitch_hz: float
    at_s: float
    length_s: float
    loudness: float = 1.0
    glides_to_hz: float = 0.0
    """Where its pitch ends, rising evenly in octaves; 0 is a steady one."""


# Equal temperament on A4 = 440 Hz.
_G4, _C5, _E5, _G5, _A5, _C6, _E6 = 392.0, 523.25, 659.26, 783.99, 880.0, 1046.5, 1318.51

_NOTES: dict[Earcon, tuple[Note, ...]] = {
    # The breath that rises under its bells passes all of speech's pitches, so that an echo of it is told from chance.
    Earcon.LISTENING: (Note(_G5, 0.0, 0.12), Note(_C6, 0.08, 0.15), Note(350.0, 0.0, 0.25, 0.7, 3400.0)),
    Earcon.HEARD: (Note(_A5, 0.0, 0.08, 0.6),),
    Earcon.THINKING: (Note(_E5, 0.0, 0.12, 0.6), Note(_G5, 0.1, 0.12, 0.6)),
    Earcon.ERROR: (Note(_G4, 0.0, 0.12), Note(_G4, 0.13, 0.12)),
    Earcon.MUTED: (Note(_G5, 0.0, 0.1), Note(_C5, 0.08, 0.14)),
    Earcon.UNMUTED: (Note(_C5, 0.0, 0.1), Note(_G5, 0.08, 0.14)),
    Earcon.AWAKE: (Note(_A5, 0.0, 0.07, 0.8), Note(_E6, 0.05, 0.1, 0.8)),
    Earcon.ASLEEP: (Note(_E6, 0.0, 0.07, 0.5), Note(_A5, 0.05, 0.1, 0.5)),
    Earcon.NOTICE: (Note(_C5, 0.0, 0.12, 0.7), Note(_E5, 0.09, 0.14, 0.7)),
    Earcon.GOODBYE: (Note(_C6, 0.0, 0.1), Note(_G5, 0.07, 0.1), Note(_C5, 0.14, 0.11)),
}

_ATTACK_S = 0.008
_RELEASE_S = 0.02


def synthesise(earcon: Earcon, rate_hz: int) -> Samples:
    """The earcon's sound, mono, peak −20 dBFS or less, 80 to 250 ms, beginning and ending in silence."""
    notes = _NOTES[earcon]
    sound = np.zeros(round(max(note.at_s + note.length_s for note in notes) * rate_hz))
    for note in notes:
        begin, count = round(note.at_s * rate_hz), round(note.length_s * rate_hz)
        seconds = np.arange(count) / rate_hz
        part = note.loudness * (_glide(note, seconds) if note.glides_to_hz else _bell(note, seconds))
        sound[begin : begin + count] += part[: len(sound) - begin]
    return (sound * PEAK / max(1.0, float(np.abs(sound).max()))).astype(np.float32)


def _bell(note: Note, seconds: NDArray[np.float64]) -> NDArray[np.float64]:
    tone = np.sin(2 * np.pi * note.pitch_hz * seconds) + 0.12 * np.sin(4 * np.pi * note.pitch_hz * seconds)
    attack = 0.5 - 0.5 * np.cos(np.pi * np.clip(seconds / _ATTACK_S, 0.0, 1.0))
    release = 0.5 - 0.5 * np.cos(np.pi * np.clip((note.length_s - seconds) / _RELEASE_S, 0.0, 1.0))
    return np.asarray(tone * attack * release * np.exp(-seconds / (0.45 * note.length_s)))


def _glide(note: Note, seconds: NDArray[np.float64]) -> NDArray[np.float64]:
    """A sine that swells and fades as it rises."""
    rise = np.log(note.glides_to_hz / note.pitch_hz) / note.length_s
    phase = 2 * np.pi * note.pitch_hz * (np.exp(rise * seconds) - 1.0) / rise
    return np.asarray(np.sin(phase) * np.sin(np.pi * seconds / note.length_s) ** 2)
