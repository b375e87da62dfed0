"""What is said in the measured conversation, as sound."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soxr

from voiceos.app import chosen_model
from voiceos.audio import files
from voiceos.audio.frames import FRAME_S, RATE_HZ, Samples
from voiceos.bench import mixing
from voiceos.bench.conversation_turns import TEXTS, Planned
from voiceos.catalogue import Kind, Store
from voiceos.config import Settings
from voiceos.engines.cores import cores
from voiceos.engines.piper import Piper
from voiceos.engines.silero import Silero

PITCH = 1.12
"""The user's voice is the assistant's, so much higher."""

TALKERS_DB = 20.0
"""Somebody else in the room speaks so much more softly than the user."""
TALKERS_LEAD_S, TALKERS_TAIL_S = 1.0, 2.5

NOISE_S = 20.0
VOICE_SEED = 1
VOICED = 0.35
"""Probability below which the program's own gate takes a frame for silence."""


@dataclass(frozen=True, slots=True)
class Spoken:
    samples: Samples
    """16 kHz."""
    word_ends: list[int]
    """Sample at which each word ends."""


@dataclass(frozen=True, slots=True)
class Turn:
    planned: Planned
    samples: Samples
    """16 kHz."""
    end_s: float | None = None
    """Where the user's last word ends in it; None where the recording of the conversation tells."""


def rendered(texts: Sequence[str]) -> dict[str, Spoken]:
    """Texts by the starter's voice as the user has it; the same sound for the same texts in the same order. Raises
    ModelError where the voice is missing."""
    import onnxruntime

    voice = chosen_model(Kind.TTS, Settings())
    assert voice is not None
    onnxruntime.set_seed(VOICE_SEED)  # the voice draws its melody from it when it is loaded
    engine = Piper(str(Store().path(voice)), threads=cores())
    found = {}
    for text in texts:
        speech = engine.synthesize(text, speed=1.0)
        rate_hz = speech.rate_hz * PITCH
        ends = [round(word.sample_end * RATE_HZ / rate_hz) for word in speech.words]
        found[text] = Spoken(soxr.resample(speech.samples, rate_hz, RATE_HZ), ends)
    return found


def sounds(planned: Sequence[Planned], speech: Path | None) -> tuple[list[Turn], dict[str, Samples]]:
    """Each turn as sound, and what asks for each story."""
    said = rendered(TEXTS)  # all of them, so that none sounds different for what others are left out
    turns: list[Turn] = []
    for one in planned:
        recording = files.read(speech / one.file) if one.file and speech is not None else None
        if one.made:
            make = {"cough": mixing.cough, "door": mixing.door}[one.made]
            turns.append(Turn(one, make(round(one.chance * 1e6))))
        elif one.text and recording is not None:
            turns.append(_among_talkers(one, said[one.text].samples, recording))
        elif recording is not None:
            turns.append(_recorded(one, recording))
        else:
            turns.append(Turn(one, _broken(one, said[one.text])))
    return turns, {one.story: said[one.story].samples for one in planned if one.story}


def _recorded(one: Planned, recording: Samples) -> Turn:
    """People and knocks as loud as a user is; noise as it is, of a bearable length."""
    if one.kind == "noise":
        return Turn(one, recording[: round(NOISE_S * RATE_HZ)])
    if not one.answered:
        return Turn(one, mixing.trimmed(recording))
    loudest = np.float32(mixing.PEAK / np.abs(recording).max())
    return Turn(one, recording * loudest, min(mixing.speech_end_s(recording), _voice_end_s(recording)))


def _voice_end_s(samples: Samples) -> float:
    """Seconds to the end of the last frame with a voice. A recording's room may be as loud as a soft word: of two
    estimates of where its speaker ends, the earlier makes latency no shorter than it is."""
    detector = Silero()
    voiced = [detector.probability(frame.samples) >= VOICED for frame in files.frames(samples)]
    return (max((n + 1 for n, one in enumerate(voiced) if one), default=len(voiced))) * FRAME_S


def _broken(one: Planned, said: Spoken) -> Samples:
    """With the pause that is planned, between two words, not behind the first nor before the last."""
    if not one.pause_s:
        return said.samples
    inner = said.word_ends[1:-1]
    at = inner[int(one.chance * len(inner))]
    silence = np.zeros(round(one.pause_s * RATE_HZ), np.float32)
    return np.concatenate([said.samples[:at], silence, said.samples[at:]])


def _among_talkers(one: Planned, samples: Samples, talker: Samples) -> Turn:
    said = mixing.trimmed(samples)
    start = round(one.chance * len(talker))
    sound = mixing.mixed(said, talker, TALKERS_DB, lead_s=TALKERS_LEAD_S, tail_s=TALKERS_TAIL_S, start=start)
    return Turn(one, sound, TALKERS_LEAD_S + len(said) / RATE_HZ - mixing.TRAILING_S)
