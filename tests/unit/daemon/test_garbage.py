"""The garbage collector, as the daemon goes by it."""

from __future__ import annotations

import dataclasses
import gc
import weakref

import pytest

from voiceos import events as ev
from voiceos.daemon.garbage import Garbage
from voiceos.turn_taking.state import Phase, State


class Circle:
    """Holds itself."""

    def __init__(self) -> None:
        self.itself = self


def _old() -> weakref.ref[Circle]:
    """One that nobody else holds any more, and that the collector has taken for long-lived before."""
    circle = Circle()
    for _ in range(3):
        gc.collect(1)
    return weakref.ref(circle)


def _step(garbage: Garbage, before: Phase, after: Phase) -> None:
    state = State()
    garbage.stepped(ev.Tick(0.0), dataclasses.replace(state, phase=before), dataclasses.replace(state, phase=after))


@pytest.mark.parametrize(
    ("before", "after", "gone"),
    [
        (Phase.SPEAKING, Phase.QUIET, True),
        (Phase.LISTENING, Phase.QUIET, True),
        (Phase.QUIET, Phase.QUIET, False),
        (Phase.LISTENING, Phase.PAUSED, False),
    ],
)
async def test_it_is_collected_when_it_becomes_quiet(before: Phase, after: Phase, gone: bool) -> None:
    async with Garbage() as garbage:
        for _ in range(2):  # also behind the first turn, at which it leaves alone what it has found
            circle = _old()
            _step(garbage, before, after)
            assert (circle() is None) is gone


async def test_what_is_there_behind_the_first_turn_is_looked_through_no_more_until_the_end() -> None:
    async with Garbage() as garbage:
        assert gc.get_freeze_count() == 0
        _step(garbage, Phase.SPEAKING, Phase.QUIET)
        loaded = gc.get_freeze_count()
        assert loaded > 10_000
        later = [Circle() for _ in range(100)]
        _step(garbage, Phase.SPEAKING, Phase.QUIET)
        assert gc.get_freeze_count() <= loaded, "what comes later might become garbage"
        assert len(later) < len(gc.get_objects()) < 1_000
    assert gc.get_freeze_count() == 0
