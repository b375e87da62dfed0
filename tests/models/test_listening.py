"""The real ears: gate, recogniser and judge together, over speech that is synthesised here and over sounds that are
none; over human recordings where there are some."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import soxr
from rapidfuzz.distance import Levenshtein

from voiceos.audio.frames import FRAME_S, FRAME_SAMPLES, RATE_HZ, Frame, Samples
from voiceos.bench.recordings import recordings, spoken_words
from voiceos.bench.stt import compare, hear
from voiceos.engines.faster_whisper import LEAD_FRAMES, FasterWhisper, cut_window_frames, repeats
from voiceos.engines.piper import Piper
from voiceos.engines.silero import Silero
from voiceos.events import Words
from voiceos.listening.gate import SpeechGate, SpeechStarted
from voiceos.listening.hearing import MIN_VOICED_S_PER_LETTER, Judge

SENTENCES = (
    "Please turn off the lamp in the kitchen.",
    "What is the weather like tomorrow?",
    "Set a timer for seven minutes.",
    "Five people are coming to dinner tonight.",
)
"""The first word of each begins with another kind of consonant; all but the second are soft."""


@pytest.fixture(scope="module")
def voice(models_dir: Path) -> Piper:
    onnxruntime.set_seed(7)  # the voice draws noise; a test must say the same thing twice
    return Piper(str(models_dir / "en_US-joe-medium" / "en_US-joe-medium.onnx"), threads=2)


@pytest.fixture(scope="module")
def whisper(models_dir: Path) -> FasterWhisper:
    return FasterWhisper(str(models_dir / "faster-whisper-base"), threads=2, beam_size=3)


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge("en")


def said(voice: Piper, text: str) -> Samples:
    """A second of faint room noise, the text, and another second."""
    speech = voice.synthesize(text, 1.0)
    samples = soxr.resample(speech.samples, speech.rate_hz, RATE_HZ)
    padded = np.pad(samples, (RATE_HZ, RATE_HZ))
    room = np.random.default_rng(2).normal(0, 0.0005, len(padded))
    return (padded + room).astype(np.float32)


def heard_text(samples: Samples, whisper: FasterWhisper, judge: Judge) -> str:
    return " ".join(heard.text for heard in hear(samples, whisper, judge) if isinstance(heard, Words))


@pytest.mark.parametrize("text", SENTENCES)
def test_no_first_word_is_lost(voice: Piper, whisper: FasterWhisper, judge: Judge, text: str) -> None:
    heard = spoken_words(heard_text(said(voice, text), whisper, judge)).split()
    wanted = spoken_words(text).split()
    assert heard[0] == wanted[0]
    assert Levenshtein.distance(heard, wanted) <= 1


@pytest.mark.parametrize("text", ["Yes.", "No.", "Okay.", "Stop.", "Thank you."])
def test_short_answers_are_heard(voice: Piper, whisper: FasterWhisper, judge: Judge, text: str) -> None:
    assert spoken_words(heard_text(said(voice, text), whisper, judge)) == spoken_words(text)


@pytest.mark.parametrize("text", SENTENCES)
def test_the_onset_is_told_early_enough_to_be_interrupted(voice: Piper, text: str) -> None:
    samples = said(voice, text)
    loud_s = np.flatnonzero(np.abs(samples[RATE_HZ:]) > 0.02)[0] / RATE_HZ + 1
    gate = SpeechGate(Silero())
    for number in range(len(samples) // FRAME_SAMPLES):
        frame = Frame(number * FRAME_S, samples[number * FRAME_SAMPLES : (number + 1) * FRAME_SAMPLES])
        if any(isinstance(event, SpeechStarted) for event in gate.feed(frame)):
            # 250 ms are allowed from the first word to silence; the loudspeaker takes up to 60 of them.
            assert (number + 1) * FRAME_S - loud_s < 0.19
            return
    pytest.fail("speech was not noticed")


def tune(seconds: float) -> Samples:
    """A small band: three detuned harmonic voices playing chords, and a beat."""
    time_s = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    music = np.zeros_like(time_s)
    for bar, root_hz in enumerate((220.0, 174.6, 261.6, 196.0) * 4):
        part = (time_s >= bar * 0.6) & (time_s < (bar + 1) * 0.6)
        fade = np.exp(-3 * (time_s - bar * 0.6))
        for ratio in (1.0, 1.26, 1.498):
            for harmonic in range(1, 6):
                music += part * fade * np.sin(2 * np.pi * root_hz * ratio * harmonic * time_s) / harmonic / 12
        music += part * np.exp(-40 * (time_s - bar * 0.6)) * np.random.default_rng(bar).normal(0, 0.2, len(time_s))
    return music.astype(np.float32)


def noise(level_db: float) -> Samples:
    return np.random.default_rng(1).normal(0, 10 ** (level_db / 20), 6 * RATE_HZ).clip(-1, 1).astype(np.float32)


NO_SPEECH = {
    "silence": np.zeros(6 * RATE_HZ, np.float32),
    "faint noise": noise(-60),
    "noise": noise(-30),
    "roaring noise": noise(-6),
    "music": tune(9.6),
    "loud music": (3 * tune(9.6)).clip(-1, 1),
    "clicks": np.where(np.arange(6 * RATE_HZ) % 4000 < 8, 0.9, 0).astype(np.float32),
    "mains hum": (0.3 * np.sin(np.arange(6 * RATE_HZ) * 2 * np.pi * 50 / RATE_HZ)).astype(np.float32),
}


@pytest.mark.parametrize("name", NO_SPEECH)
def test_where_nobody_speaks_no_words_are_heard(name: str, whisper: FasterWhisper, judge: Judge) -> None:
    assert heard_text(NO_SPEECH[name], whisper, judge) == ""


@pytest.mark.parametrize("name", ["silence", "noise", "music"])
def test_the_judge_alone_lets_no_words_out_of_noise(name: str, whisper: FasterWhisper, judge: Judge) -> None:
    """As if the gate had taken all of it for speech."""
    decoding = whisper.decode(NO_SPEECH[name], "en")
    assert not isinstance(judge.judge(decoding, 2.0), Words)


@pytest.mark.parametrize("seconds", [0.3, 0.5, 0.8, 1.2, 1.8, 2.5])
def test_short_pieces_of_speech_do_not_loop(voice: Piper, whisper: FasterWhisper, seconds: float) -> None:
    for text in SENTENCES[:2]:
        piece = said(voice, text)[RATE_HZ : RATE_HZ + int(seconds * RATE_HZ)]
        decoding = whisper.decode(piece, "en")
        assert decoding.compression_ratio < 2.4
        assert not repeats(decoding.text)
        assert len(decoding.text) <= max(seconds, 0.5) / MIN_VOICED_S_PER_LETTER


def test_the_language_is_found(voice: Piper, whisper: FasterWhisper) -> None:
    assert whisper.decode(said(voice, SENTENCES[0]), None).language == "en"


def test_the_cut_window_hears_what_the_full_one_hears(whisper: FasterWhisper, speech_dir: Path) -> None:
    """A sample of the human recordings; `voiceos.bench.stt` measures them all."""
    people = [r for r in recordings(speech_dir / "english", 16) if r.text and not r.hard]
    row = compare("english", whisper, people)
    assert row.cut_wer <= row.full_wer + 0.02
    assert row.median_ratio < 0.6  # leaves room for whatever else the machine does; 0.3 when it is alone


def test_human_noise_recordings_hold_no_words(whisper: FasterWhisper, judge: Judge, speech_dir: Path) -> None:
    for recording in recordings(speech_dir / "noise"):
        if not recording.path.stem.startswith("bgspeech"):
            assert heard_text(recording.samples(), whisper, judge) == "", recording.path.stem


def test_what_is_read_without_an_end_is_read_anew_in_the_same_window(whisper: FasterWhisper, speech_dir: Path) -> None:
    """In the cut window Whisper says this sentence over and over. The full one would take five times as long."""
    (person,) = (r for r in recordings(speech_dir / "english") if r.path.stem == "watson_speech")
    samples = person.samples()
    encoded = whisper.encode(samples, cut_window_frames(len(samples)), LEAD_FRAMES)
    _, endless = whisper.read(encoded, "en", len(samples) / RATE_HZ, beam_size=1, second_try=False)
    assert endless
    decoding = whisper.decode(samples, "en")
    assert spoken_words(decoding.text) == spoken_words(person.text)
    assert not decoding.second_try
