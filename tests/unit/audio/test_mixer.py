from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceos.audio.frames import Samples
from voiceos.audio.mixer import Mark, Mixer

RATE_HZ = 48_000
BLOCK = 960
FADE = 480


def ramp(count: int) -> Samples:
    """Every sample differs from every other, so that a lost or doubled one shows."""
    return np.linspace(0.1, 0.9, count, dtype=np.float32)


def run(mixer: Mixer, blocks: int) -> tuple[Samples, list[Mark]]:
    out = np.empty(blocks * BLOCK, dtype=np.float32)
    marks: list[Mark] = []
    for block in out.reshape(blocks, BLOCK):
        marks += mixer.render(block)
    return out, marks


@given(st.lists(st.integers(1, 3000), min_size=1, max_size=12))
def test_chunks_join_without_a_gap(lengths: list[int]) -> None:
    sound = ramp(sum(lengths))
    mixer = Mixer(RATE_HZ)
    for chunk in np.split(sound, np.cumsum(lengths)[:-1]):
        mixer.add(1, chunk)
    mixer.finish(1)
    out, marks = run(mixer, len(sound) // BLOCK + 2)
    assert np.array_equal(out[: len(sound)], sound)
    assert not out[len(sound) :].any()
    assert marks == [Mark("started", 1, 0), Mark("finished", 1, len(sound))]


def test_the_next_reply_follows_in_the_same_block() -> None:
    mixer = Mixer(RATE_HZ)
    for number in (1, 2):
        mixer.add(number, ramp(1500))
        mixer.finish(number)
    out, marks = run(mixer, 4)
    assert np.array_equal(out[:3000], np.concatenate((ramp(1500), ramp(1500))))
    assert Mark("finished", 1, 1500) in marks and Mark("started", 2, 1500) in marks


def test_a_reply_that_waits_for_more_is_not_overtaken() -> None:
    mixer = Mixer(RATE_HZ)
    mixer.add(1, ramp(100))
    mixer.add(2, ramp(100))
    out, _ = run(mixer, 1)
    assert np.array_equal(out[:100], ramp(100)) and not out[100:].any()
    mixer.finish(1)
    out, marks = run(mixer, 1)
    assert np.array_equal(out[:100], ramp(100))
    assert marks[0].kind == "finished" and marks[1] == Mark("started", 2, BLOCK)


def test_a_held_reply_is_silent_and_lets_others_pass() -> None:
    mixer = Mixer(RATE_HZ)
    mixer.hold(1)
    mixer.add(1, ramp(100))
    mixer.add(2, ramp(50))
    mixer.finish(2)
    _, marks = run(mixer, 2)
    assert [mark.number for mark in marks] == [2, 2]
    mixer.release(1)
    _, marks = run(mixer, 1)
    assert marks == [Mark("started", 1, 2 * BLOCK)]
    with pytest.raises(ValueError, match="sounds already"):
        mixer.hold(1)


@given(st.integers(1, 6), st.integers(1, 6))
def test_a_pause_fades_and_goes_on_with_the_next_sample(before: int, pause: int) -> None:
    sound = ramp(12 * BLOCK)
    mixer = Mixer(RATE_HZ)
    mixer.add(1, sound)
    run(mixer, before)
    mixer.pause()
    quiet, _ = run(mixer, pause)
    stopped = before * BLOCK + FADE
    assert mixer.submitted(1) == stopped
    assert not quiet[FADE:].any()
    assert np.abs(np.diff(np.concatenate((sound[stopped - FADE - 1 : stopped - FADE], quiet)))).max() < 0.01
    mixer.resume()
    out, _ = run(mixer, 2)
    assert np.allclose(out[FADE:], sound[stopped + FADE : stopped + 2 * BLOCK])
    assert np.all(out[:FADE] <= sound[stopped : stopped + FADE] + 1e-6)
    # The stream's time and the reply's differ by the pause.
    resumed = (before + pause) * BLOCK
    assert mixer.index_of(1, stopped - 1) == stopped - 1
    assert mixer.index_of(1, stopped) == resumed
    assert mixer.heard(1, resumed - 1) == stopped
    assert mixer.heard(1, resumed + 10) == stopped + 10


def test_resume_within_the_fade_goes_on() -> None:
    mixer = Mixer(RATE_HZ)
    mixer.add(1, np.full(5000, 0.5, dtype=np.float32))
    mixer.pause()
    first = np.empty(200, dtype=np.float32)
    mixer.render(first)
    mixer.resume()
    out, _ = run(mixer, 2)
    assert np.abs(np.diff(np.concatenate((first, out)))).max() < 0.01
    assert out[-1] == 0.5


def test_stop_fades_and_counts_what_is_audible() -> None:
    mixer = Mixer(RATE_HZ)
    mixer.add(1, ramp(10 * BLOCK))
    mixer.add(2, ramp(BLOCK))
    run(mixer, 2)
    assert mixer.stop(1) == 2 * BLOCK + FADE
    mixer.add(1, ramp(BLOCK))
    out, marks = run(mixer, 2)
    assert marks == [Mark("started", 2, 2 * BLOCK + FADE)]
    assert 0 < out[FADE - 1] < 0.01
    assert mixer.stop(1) == mixer.submitted(1) == 2 * BLOCK + FADE


@pytest.mark.parametrize("held", [True, False])
def test_a_reply_stopped_before_it_sounds_was_not_heard(held: bool) -> None:
    mixer = Mixer(RATE_HZ)
    if held:
        mixer.hold(1)
    mixer.add(1, ramp(BLOCK))
    assert mixer.stop(1) == 0
    out, marks = run(mixer, 2)
    assert not out.any() and not marks


def test_stop_while_paused_adds_nothing() -> None:
    mixer = Mixer(RATE_HZ)
    mixer.add(1, ramp(10 * BLOCK))
    run(mixer, 1)
    mixer.pause()
    run(mixer, 1)
    assert mixer.stop(1) == BLOCK + FADE


def test_an_empty_reply_finishes_and_never_starts() -> None:
    mixer = Mixer(RATE_HZ)
    mixer.finish(1)
    assert run(mixer, 1)[1] == [Mark("finished", 1, 0)]


def test_volume_moves_without_a_step() -> None:
    mixer = Mixer(RATE_HZ)
    mixer.add(1, np.ones(20 * BLOCK, dtype=np.float32))
    run(mixer, 1)
    mixer.volume.move(0.25, 2400)
    out, _ = run(mixer, 4)
    assert np.abs(np.diff(out)).max() < 0.001
    assert out[-1] == pytest.approx(0.25)


def test_an_earcon_sounds_over_a_pause_and_across_blocks() -> None:
    mixer = Mixer(RATE_HZ)
    mixer.pause()
    mixer.overlay(ramp(BLOCK + 10))
    out, _ = run(mixer, 2)
    assert np.array_equal(out[: BLOCK + 10], ramp(BLOCK + 10)) and not out[BLOCK + 10 :].any()


def test_nothing_exceeds_full_scale() -> None:
    mixer = Mixer(RATE_HZ)
    mixer.add(1, np.ones(BLOCK, dtype=np.float32))
    mixer.overlay(np.ones(BLOCK, dtype=np.float32))
    assert run(mixer, 1)[0].max() == 1.0


def test_old_replies_are_forgotten_in_the_end() -> None:
    mixer = Mixer(RATE_HZ)
    for number in range(200):
        mixer.add(number, ramp(10))
        mixer.finish(number)
        run(mixer, 1)
    assert mixer.submitted(199) == 10 and mixer.submitted(0) == 0


def test_a_duck_is_a_pause_that_ends_by_itself() -> None:
    mixer = Mixer(RATE_HZ)
    mixer.add(1, ramp(10 * BLOCK))
    run(mixer, 1)
    mixer.duck(3 * BLOCK)
    out, _ = run(mixer, 3)
    assert not out[FADE:].any()
    out, _ = run(mixer, 1)
    assert out[FADE] == ramp(10 * BLOCK)[BLOCK + 2 * FADE]


def test_a_pause_within_a_duck_lasts_and_a_duck_within_a_pause_does_nothing() -> None:
    mixer = Mixer(RATE_HZ)
    mixer.add(1, ramp(10 * BLOCK))
    run(mixer, 1)
    mixer.duck(2 * BLOCK)
    run(mixer, 1)
    mixer.pause()
    mixer.duck(BLOCK)
    out, _ = run(mixer, 5)
    assert not out.any()
    mixer.resume()
    out, _ = run(mixer, 1)
    assert out.any()
