"""Whose voice it is, by level alone, with sounds made by formula."""

from __future__ import annotations

import numpy as np
import pytest

from voiceos.audio.frames import FRAME_S, FRAME_SAMPLES, Samples
from voiceos.listening.nearness import WORD_S, Nearness, level_db

WORD_FRAMES = round(WORD_S / FRAME_S)


def frame(db: float) -> Samples:
    return np.full(FRAME_SAMPLES, 10 ** (db / 20), np.float32)


def feed(nearness: Nearness, *levels_db: float) -> list[bool]:
    return [nearness.feed(frame(db), voiced=True) for db in levels_db]


def test_a_level_is_told_in_dbfs_and_silence_has_one() -> None:
    assert level_db(frame(-20.0)) == pytest.approx(-20.0, abs=0.01)
    assert level_db(np.zeros(FRAME_SAMPLES, np.float32)) == -120.0


def test_a_voice_is_near_itself_and_its_soft_syllables_are_as_well() -> None:
    assert all(feed(Nearness(), *[-20.0, -24.0, -18.0] * 10, *[-32.0] * (WORD_FRAMES - 1), -20.0, -20.0))


def test_what_stays_well_below_is_far_once_no_word_lasts_so_long() -> None:
    nearness = Nearness()
    feed(nearness, *[-20.0] * 10)
    heard = feed(nearness, *[-40.0] * (WORD_FRAMES + 5))
    assert heard == [True] * WORD_FRAMES + [False] * 5
    assert nearness.far_frames == WORD_FRAMES + 5
    assert feed(nearness, -20.0, -20.0)[-1]


def test_one_peak_of_a_far_voice_does_not_bring_it_near() -> None:
    nearness = Nearness()
    feed(nearness, *[-20.0] * 10, *[-40.0] * WORD_FRAMES)
    assert feed(nearness, -24.0, *[-40.0] * 5) == [False] * 6


def test_whoever_goes_on_softly_is_near_again_in_time() -> None:
    nearness = Nearness()
    feed(nearness, *[-20.0] * 10)
    heard = feed(nearness, *[-30.0] * 100)
    assert not heard[20] and all(heard[80:])


def test_a_word_that_fades_out_is_not_the_level_of_the_voice() -> None:
    """Frames just below the limit, as a last syllable has them now and then."""
    nearness = Nearness()
    feed(nearness, *[-20.0] * 20)
    nearness.remember(at=0.0)
    nearness.restart()
    feed(nearness, *[-20.0] * 20, -27.9, -29.0, -28.02, -36.0, -40.0, -44.0, -48.0, -52.0)
    assert nearness.level_db is not None and nearness.level_db > -21.0
    assert not nearness.distant


def test_one_who_goes_on_more_softly_than_they_began_is_nobody_else() -> None:
    nearness = Nearness()
    feed(nearness, *[-20.0] * 20)
    nearness.remember(at=0.0)
    nearness.restart()
    feed(nearness, *[-20.0] * 10, *[-34.0] * 300)
    assert nearness.level_db == pytest.approx(-34.0, abs=0.1)
    assert not nearness.distant
    nearness.restart()
    feed(nearness, *[-34.0] * 20)
    assert nearness.distant


def test_a_voice_well_above_what_was_there_before_begins_anew() -> None:
    nearness = Nearness()
    feed(nearness, *[-45.0] * 40)
    begun = []
    for _ in range(6):
        feed(nearness, -20.0)
        begun.append(nearness.nearer_begins)
    assert begun == [False, True] + [False] * 4
    assert not feed(nearness, *[-45.0] * (WORD_FRAMES + 1))[-1]


def test_a_stressed_word_begins_nothing_anew() -> None:
    nearness = Nearness()
    for db in [-24.0] * 20 + [-14.0] * 6:
        nearness.feed(frame(db), voiced=True)
        assert not nearness.nearer_begins


def test_whoever_grew_softer_and_speaks_up_again_begins_nothing_anew() -> None:
    nearness = Nearness()
    feed(nearness, *[-20.0] * 10, *[-34.0] * 250)
    for db in [-20.0] * 6:
        nearness.feed(frame(db), voiced=True)
        assert not nearness.nearer_begins


def test_silence_is_no_voice_however_loud() -> None:
    nearness = Nearness()
    feed(nearness, *[-20.0] * 10)
    assert not nearness.feed(frame(-10.0), voiced=False)


def test_before_anybody_is_known_every_voice_carries_and_none_is_distant() -> None:
    nearness = Nearness()
    assert nearness.carries(frame(-60.0), 0.0)
    feed(nearness, *[-60.0] * 10)
    assert not nearness.distant


def test_one_softer_than_the_user_was_is_distant_until_the_user_may_have_moved_away() -> None:
    nearness = Nearness()
    feed(nearness, *[-20.0] * 10)
    nearness.remember(0.0)
    nearness.restart()
    assert nearness.carries(frame(-30.0), 1.0)
    assert not nearness.carries(frame(-40.0), 1.0)
    assert nearness.carries(frame(-40.0), 30.0)
    feed(nearness, *[-40.0] * 10)
    assert nearness.distant
    nearness.restart()
    feed(nearness, *[-28.0] * 10)
    assert not nearness.distant
