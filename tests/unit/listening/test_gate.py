"""The gate over probabilities that a test writes down: each frame holds its number, which finds its probability."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voiceos.audio.frames import FRAME_S, FRAME_SAMPLES, Frame, Samples
from voiceos.listening.gate import (
    FADING_S,
    SOFT_FRAMES,
    GateEvent,
    SpeechGate,
    SpeechPaused,
    SpeechResumed,
    SpeechStarted,
    UtteranceFull,
    VoiceNoticed,
)
from voiceos.listening.nearness import WORD_S, Nearness


class Planned:
    """A detector whose probability is planned per frame; the frame's samples say which one it is."""

    def __init__(self, probabilities: Sequence[float]) -> None:
        self.probabilities = probabilities
        self.resets = 0

    def probability(self, samples: Samples) -> float:
        return self.probabilities[numbers(samples)[0]]

    def reset(self) -> None:
        self.resets += 1


NUMBER = 1e-12
"""The first sample of a frame is so many times its number: no sound to speak of."""


def frame(number: int, at: float | None = None, level: float = 0.5) -> Frame:
    samples = np.full(FRAME_SAMPLES, level, np.float32)
    samples[0] = number * NUMBER
    return Frame(number * FRAME_S if at is None else at, samples)


def numbers(samples: Samples) -> list[int]:
    return [round(float(n) / NUMBER) for n in samples[::FRAME_SAMPLES]]


def gate_of(
    probabilities: Sequence[float],
    max_utterance_s: float = 28.0,
    fade_s: float = 0.0,
    nearness: Nearness | None = None,
) -> SpeechGate:
    return SpeechGate(
        Planned(probabilities),
        speech_threshold=0.5,
        silence_threshold=0.35,
        min_speech_s=0.25,
        pre_roll_s=0.3,
        pause_s=0.1,
        fade_s=fade_s,
        max_utterance_s=max_utterance_s,
        nearness=nearness,
    )


def run(gate: SpeechGate, frames: int) -> list[tuple[int, GateEvent]]:
    return [(n, event) for n in range(frames) for event in gate.feed(frame(n))]


def test_over_a_reply_a_first_loud_frame_is_told_at_once_click_or_not() -> None:
    plan = [0.0, 0.9, 0.9, 0.9] + [0.0] * 6 + [0.9, 0.0, 0.0]
    gate = gate_of(plan)
    gate.over_reply = True
    noticed = [n for n in range(4) if VoiceNoticed() in gate.feed(frame(n))]
    assert noticed == [1]
    gate.discard()
    assert [n for n in range(4, len(plan)) if VoiceNoticed() in gate.feed(frame(n))] == [10]


def test_speech_is_told_with_its_second_loud_frame_and_keeps_its_pre_roll() -> None:
    plan = [0.0] * 20 + [0.9] * 5 + [0.0] * 10
    gate = gate_of(plan)
    events = run(gate, len(plan))
    assert events[0] == (21, SpeechStarted(20 * FRAME_S))
    assert events[1] == (28, SpeechPaused(25 * FRAME_S, 5 * FRAME_S))
    assert len(events) == 2
    assert numbers(gate.utterance()) == list(range(10, 29))


def test_one_loud_frame_is_a_click() -> None:
    plan = [0.0, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0]
    assert run(gate_of(plan), len(plan)) == []


def test_a_soft_frame_between_two_loud_ones_is_speech() -> None:
    assert run(gate_of([0.0, 0.9, 0.2, 0.9]), 4) == [(3, SpeechStarted(FRAME_S))]


def test_a_word_that_fades_does_not_flicker() -> None:
    plan = [0.9, 0.9] + [0.4] * 20
    assert [event for _, event in run(gate_of(plan), len(plan))] == [SpeechStarted(0.0)]


def test_speech_goes_on_in_the_same_utterance() -> None:
    plan = [0.9] * 4 + [0.0] * 10 + [0.9] * 4 + [0.0] * 6
    gate = gate_of(plan)
    kinds = [type(event) for _, event in run(gate, len(plan))]
    assert kinds == [SpeechStarted, SpeechPaused, SpeechResumed, SpeechPaused]
    assert gate.voiced_s == pytest.approx(8 * FRAME_S)
    assert numbers(gate.utterance()) == list(range(22))


def test_a_closed_utterance_is_in_no_later_one_but_a_word_just_begun_is() -> None:
    plan = [0.9] * 4 + [0.0] * 8 + [0.9] * 3
    gate = gate_of(plan)
    run(gate, 13)  # one loud frame of the next word has come
    first = numbers(gate.utterance())
    gate.discard()
    assert gate.utterance().shape == (0,)
    assert [e for n in (13, 14) for e in gate.feed(frame(n))] == [SpeechStarted(12 * FRAME_S)]
    second = numbers(gate.utterance())
    assert 12 in second
    assert not set(first) & set(second)


def test_a_full_utterance_is_told_once_and_takes_no_more() -> None:
    plan = [0.9] * 200
    gate = gate_of(plan, max_utterance_s=3.0)
    full = [n for n, event in run(gate, len(plan)) if event == UtteranceFull()]
    assert full == [math.floor(3.0 / FRAME_S) - 1]
    assert len(gate.utterance()) * 1.0 <= 3.0 * 16_000


def test_there_is_no_pre_roll_across_a_hole_in_the_sound() -> None:
    plan = [0.0] * 10 + [0.9] * 3
    gate = gate_of(plan)
    detector = gate.vad
    assert isinstance(detector, Planned)
    for n in range(10):
        gate.feed(frame(n))
    for n in range(10, 13):
        gate.feed(frame(n, at=100 + n * FRAME_S))
    assert numbers(gate.utterance()) == [10, 11, 12]
    assert detector.resets == 1


def test_thresholds_must_ascend() -> None:
    with pytest.raises(ValueError, match="silence_threshold <= speech_threshold"):
        SpeechGate(Planned([]), speech_threshold=0.3, silence_threshold=0.5)


def events_of(gate: SpeechGate, levels: Sequence[float]) -> list[tuple[int, type[GateEvent]]]:
    return [(n, type(event)) for n, level in enumerate(levels) for event in gate.feed(frame(n, level=level))]


def test_a_voice_that_has_faded_pauses_before_the_detector_says_so() -> None:
    plan = [0.9] * 13 + [0.0] * 5
    levels = [0.5] * 10 + [0.001] * 8
    gate = gate_of(plan, fade_s=0.016)
    assert events_of(gate, levels) == [(1, SpeechStarted), (10, SpeechPaused)]
    assert numbers(gate.utterance()) == list(range(15))


def test_what_has_faded_is_judged_with_the_silence_that_a_detector_would_have_left() -> None:
    faded = gate_of([0.9] * 11, fade_s=0.016)
    events_of(faded, [0.5] * 10 + [0.001])
    assert len(faded.ending()) - len(faded.utterance()) == 1280
    silent = gate_of([0.9] * 10 + [0.0] * 5)
    events_of(silent, [0.5] * 10 + [0.001] * 5)
    assert np.array_equal(silent.ending(), silent.utterance())


def test_the_pause_began_where_the_voice_faded() -> None:
    gate = gate_of([0.9] * 14, fade_s=0.016)
    (pause,) = [e for n in range(11) for e in gate.feed(frame(n, level=0.5 if n < 10 else 0.001))][1:]
    assert isinstance(pause, SpeechPaused)
    assert pause.silent_since == pytest.approx(10 * FRAME_S)


def test_a_silence_inside_a_word_is_a_pause_that_ends_with_its_next_sound() -> None:
    plan = [0.9] * 20
    levels = [0.5] * 10 + [0.001] * 2 + [0.5] * 8
    assert events_of(gate_of(plan, fade_s=0.016), levels) == [
        (1, SpeechStarted),
        (10, SpeechPaused),
        (12, SpeechResumed),
    ]


def test_voice_that_goes_on_softly_is_no_pause() -> None:
    plan = [0.9] * 20
    levels = [0.5] * 10 + [0.001] * 10
    events = events_of(gate_of(plan, fade_s=0.016), levels)
    assert events == [(1, SpeechStarted), (10, SpeechPaused), (10 + SOFT_FRAMES, SpeechResumed)]


def test_once_the_detector_agrees_it_takes_an_onset_to_go_on() -> None:
    plan = [0.9] * 11 + [0.0] * 3 + [0.9] * 4
    levels = [0.5] * 10 + [0.001] * 4 + [0.5] * 4
    events = events_of(gate_of(plan, fade_s=0.016), levels)
    assert events == [(1, SpeechStarted), (10, SpeechPaused), (15, SpeechResumed)]


def test_a_sound_too_short_for_a_turn_has_not_faded() -> None:
    plan = [0.9] * 7 + [0.0] * 5
    levels = [0.5] * 5 + [0.001] * 7
    assert events_of(gate_of(plan, fade_s=0.016), levels) == [(1, SpeechStarted), (10, SpeechPaused)]


def test_over_a_reply_only_silence_is_a_pause() -> None:
    """Whether a sound is more than a cough is still to be seen: a silence inside its first word does not end it."""
    gate = gate_of([0.9] * 14 + [0.0] * 4, fade_s=0.016)
    gate.heeds_fading = False
    assert events_of(gate, [0.5] * 9 + [0.001] * 2 + [0.5] * 3 + [0.001] * 4) == [
        (1, SpeechStarted),
        (17, SpeechPaused),
    ]


def test_a_long_utterance_waits_for_silence() -> None:
    spoken = math.ceil(FADING_S / FRAME_S)
    plan = [0.9] * (spoken + 3) + [0.0] * 5
    levels = [0.5] * spoken + [0.001] * 8
    events = events_of(gate_of(plan, fade_s=0.016), levels)
    assert events == [(1, SpeechStarted), (spoken + 6, SpeechPaused)]


def test_somebody_farther_away_who_talks_on_is_silence() -> None:
    """He is 20 dB softer, and begins while the user speaks."""
    plan = [0.9] * 60
    levels = [0.5] * 20 + [0.05] * 40
    gate = gate_of(plan, fade_s=0.016)
    events = [(n, e) for n, level in enumerate(levels) for e in gate.feed(frame(n, level=level))]
    far = 20 + round(WORD_S / FRAME_S)
    assert events[1:] == [(far, SpeechPaused(pytest.approx(20 * FRAME_S), pytest.approx(far * FRAME_S)))]
    assert len(gate.utterance()) <= (far + 4) * FRAME_SAMPLES
    again = [e for n in range(60) for e in gate.feed(frame(59, at=(60 + n) * FRAME_S, level=0.05 if n < 9 else 0.5))]
    assert again == [SpeechResumed()]


def test_the_utterance_begins_with_whoever_is_nearer() -> None:
    plan = [0.9] * 80
    levels = [0.02] * 50 + [0.5] * 30
    gate = gate_of(plan)
    assert [e for n, level in enumerate(levels) for e in gate.feed(frame(n, level=level))] == [SpeechStarted(0.0)]
    heard = numbers(gate.utterance())
    assert 25 < heard[0] < 45 and heard[-1] == 79


def test_over_a_reply_one_farther_away_than_the_user_was_begins_nothing() -> None:
    plan = [0.9] * 10 + [0.0] * 10 + [0.9] * 20
    levels = [0.5] * 10 + [0.0] * 10 + [0.02] * 10 + [0.2] * 10
    gate = gate_of(plan)
    for n in range(20):
        gate.feed(frame(n, level=levels[n]))
    gate.remember_voice(20 * FRAME_S)
    gate.discard()
    gate.over_reply = True
    assert [e for n in range(20, 30) for e in gate.feed(frame(n, level=levels[n]))] == []
    assert [e for n in range(30, 33) for e in gate.feed(frame(n, level=levels[n]))] == [
        VoiceNoticed(),
        SpeechStarted(30 * FRAME_S),
    ]
    assert not gate.distant


def test_a_shorter_silence_than_the_pause_is_none() -> None:
    plan = [0.9] * 20
    levels = [0.5] * 10 + [0.001] * 3 + [0.5] * 7
    assert events_of(gate_of(plan, fade_s=0.1), levels) == [(1, SpeechStarted)]


probabilities = st.lists(st.sampled_from([0.0, 0.2, 0.4, 0.6, 1.0]), max_size=300)


@settings(deadline=None)  # no test asserts how long something takes
@given(
    probabilities,
    st.lists(st.integers(0, 299), max_size=5),
    st.lists(st.sampled_from([0.0, 0.001, 0.1, 0.5]), min_size=300, max_size=300),
    st.sampled_from([0.0, 0.016, 0.1]),
)
def test_whatever_comes_events_are_in_order_sound_is_whole_and_memory_bounded(
    plan: list[float], discards: list[int], levels: list[float], fade_s: float
) -> None:
    # Whoever comes nearer begins the utterance anew: then its first voice was another's.
    gate = gate_of(plan, max_utterance_s=3.0, fade_s=fade_s, nearness=Nearness(nearer_db=math.inf))
    bound = math.floor(3.0 / FRAME_S)
    used: set[int] = set()
    allowed: set[type[GateEvent]] = {SpeechStarted}
    began = 0.0
    for n in range(len(plan)):
        for event in gate.feed(frame(n, level=levels[n])):
            assert type(event) in allowed
            match event:
                case SpeechStarted(at):
                    began, allowed = at, {SpeechPaused, UtteranceFull}
                case SpeechPaused(silent_since, voiced_s):
                    assert began < silent_since <= (n + 1) * FRAME_S + 1e-9
                    assert 0 < voiced_s <= (n + 1) * FRAME_S - began + 1e-9
                    allowed = (allowed | {SpeechResumed}) - {SpeechPaused}
                case SpeechResumed():
                    allowed = (allowed | {SpeechPaused}) - {SpeechResumed}
                case UtteranceFull():
                    allowed = allowed - {UtteranceFull}
        heard = numbers(gate.utterance())
        assert heard == list(range(heard[0], heard[0] + len(heard))) if heard else not gate.open
        assert len(gate._utterance) <= bound
        assert len(gate._recent) <= 13
        if gate.open:
            first_loud = round(began / FRAME_S)
            assert first_loud in heard  # no first word is lost
            assert not used & set(heard)  # and none is heard twice
        if n in discards:
            used |= set(heard)
            gate.discard()
            allowed = {SpeechStarted}


def test_the_detector_begins_anew_in_long_silence_and_never_within_an_utterance() -> None:
    detector = Planned([0.0] * 130 + [1.0] * 20 + [0.0] * 300)
    gate = SpeechGate(detector, refresh_s=4.0)
    resets = []
    for number in range(len(detector.probabilities)):
        gate.feed(frame(number))
        resets.append(detector.resets)
        if number == 300:
            gate.discard()
    assert resets[123] == 0
    assert resets[124] == 1 == resets[300]  # 4 s are 125 frames; 150 silent ones in the utterance change nothing
    assert resets[424] == 1
    assert resets[-1] == 2


def test_a_detector_that_hears_something_again_and_again_is_left_alone() -> None:
    detector = Planned(([0.0] * 100 + [0.6]) * 10)
    gate = SpeechGate(detector, refresh_s=4.0)
    for number in range(len(detector.probabilities)):
        gate.feed(frame(number))
    assert detector.resets == 0


def test_over_a_reply_that_may_come_back_the_detector_keeps_what_it_remembers() -> None:
    resets = []
    for echoes in (True, False):
        detector = Planned([0.0] * 300)
        gate = SpeechGate(detector, refresh_s=4.0)
        gate.over_reply, gate.echoes = True, echoes
        for number in range(260):
            gate.feed(frame(number))
        resets.append(detector.resets)
        gate.over_reply = False
        gate.feed(frame(260))
        resets.append(detector.resets)
    assert resets == [0, 1, 2, 2]
