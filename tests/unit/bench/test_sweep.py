"""The curve of latency against cut-ins."""

from __future__ import annotations

import random

import pytest

from voiceos.app import policy
from voiceos.bench.pauses import Ending, Point
from voiceos.bench.sweep import Candidate, curve, pareto, table
from voiceos.config import Settings
from voiceos.turn_taking.policy import Policy


def candidate(cut_ins: float, wait_s: float) -> Candidate:
    point = Point(0.8, 1.75, cut_ins, wait_s, wait_s, wait_s)
    return Candidate(Policy(), point, point)


def test_what_another_beats_in_both_is_not_on_the_front() -> None:
    found = pareto([candidate(0.2, 0.5), candidate(0.1, 0.9), candidate(0.2, 0.7), candidate(0.3, 0.6)])
    assert [(one.tuned.cut_ins, one.tuned.wait_mean_s) for one in found] == [(0.1, 0.9), (0.2, 0.5)]


def test_of_equals_one_is_enough() -> None:
    assert len(pareto([candidate(0.2, 0.5), candidate(0.2, 0.5)])) == 1


@pytest.fixture
def endings() -> list[Ending]:
    chance = random.Random(5)
    return [
        Ending(f"speaker {n % 8}", n % 3 == 0, chance.random(), min(1.0, chance.random() + 0.3 * (n % 3 == 0)))
        for n in range(120)
    ]


def test_the_default_is_on_the_curve_and_the_halves_share_no_speaker(endings: list[Ending]) -> None:
    found = curve(endings, 600)
    (default,) = [one for one in found.candidates if one.default]
    assert default.policy == policy(Settings())
    assert found.pauses + found.turns == sum(one.speaker[-1] in "1357" for one in endings)
    waits = [one.tuned.wait_mean_s for one in found.front]
    assert waits == sorted(waits, reverse=True)
    assert "default" in table(found)


def test_no_policy_answers_before_there_is_an_answer(endings: list[Ending]) -> None:
    assert all(one.reported.wait_p50_s > 0.899 for one in curve(endings, 900).candidates)
