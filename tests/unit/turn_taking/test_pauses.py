"""What is learned of a user's pauses."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceos.turn_taking.pauses import SHORTEST_S, STRETCH, PauseProfile
from voiceos.turn_taking.policy import Policy

PAUSES = st.lists(st.tuples(st.floats(0.0, 60.0), st.floats(0.0, 1.0), st.booleans()), max_size=300)


def learned(pauses: list[tuple[float, float, bool]], profile: PauseProfile | None = None) -> PauseProfile:
    profile = profile or PauseProfile()
    for duration_s, finished, went_on in pauses:
        profile = profile.learned(duration_s, finished, went_on=went_on)
    return profile


@given(PAUSES)
def test_whatever_is_learned_moves_the_waits_within_bounds_and_can_be_kept(
    pauses: list[tuple[float, float, bool]],
) -> None:
    profile = learned(pauses)
    assert STRETCH[0] <= profile.stretch <= STRETCH[1]
    assert PauseProfile(**profile.numbers()) == profile


@given(st.floats(SHORTEST_S, 3.0), st.floats(SHORTEST_S, 3.0), PAUSES)
def test_the_longer_somebody_pauses_the_longer_the_wait(
    one_s: float, other_s: float, before: list[tuple[float, float, bool]]
) -> None:
    shorter, longer = (learned([(duration_s, 0.5, True)], learned(before)) for duration_s in sorted((one_s, other_s)))
    assert shorter.stretch <= longer.stretch


@given(st.floats(SHORTEST_S, 3.0), st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_the_more_finished_a_turn_was_the_less_its_end_says_of_pauses(
    duration_s: float, one: float, other: float
) -> None:
    less, more = sorted((one, other))
    assert learned([(duration_s, more, False)]).excess_s <= learned([(duration_s, less, False)]).excess_s + 1e-9


def test_nobody_is_known_at_first_and_pauses_between_words_teach_nothing() -> None:
    assert PauseProfile().stretch == 1.0
    assert learned([(0.25, 0.1, True)] * 100) == PauseProfile()


def test_who_pauses_long_is_waited_for_longer_and_who_does_not_shorter() -> None:
    assert learned([(1.8, 0.3, True)] * 20).stretch > 1.4
    assert learned([(0.4, 0.3, True)] * 20).stretch < 0.8


def test_what_was_learned_is_unlearned_from_somebody_else() -> None:
    slow = learned([(2.0, 0.3, True)] * 60)
    assert learned([(0.4, 0.3, True)] * 120, slow).stretch < 0.8


def test_who_never_pauses_is_taken_for_no_slow_speaker_because_of_ends_that_read_unfinished() -> None:
    chance = random.Random(1)
    ends = [(max(0.9, 1.75 - finished), finished, False) for finished in (chance.uniform(0.2, 1.0) for _ in range(200))]
    assert learned(ends).stretch < 1.15


def test_pauses_that_answers_cut_short_are_not_taken_for_short_ones() -> None:
    """Half of a slow user's pauses are ended by the answer, and they give way to it: only the short ones are seen."""
    chance = random.Random(2)
    pauses = [(chance.uniform(0.3, 2.4), 0.2, True) for _ in range(100)]
    seen = [(min(pause_s, 1.2), finished, pause_s <= 1.2) for pause_s, finished, _ in pauses]
    survivors = [one for one in seen if one[2]]
    assert learned(survivors).stretch < 0.95 * learned(seen).stretch < learned(pauses).stretch


@pytest.mark.parametrize("numbers", [{"inner": -1.0}, {"ends": float("nan")}, {"excess_s": 1e9}])
def test_a_profile_that_no_learning_leads_to_is_refused(numbers: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="no pauses"):
        PauseProfile(**numbers)


@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0), PAUSES)
def test_the_policy_waits_as_long_as_the_profile_says(
    sound: float, words: float, pauses: list[tuple[float, float, bool]]
) -> None:
    profile = learned(pauses)
    usual_s, mine_s = (policy.wait_s(sound, words, expects_words=True) for policy in (Policy(), Policy(pauses=profile)))
    assert mine_s == pytest.approx(usual_s * profile.stretch)
