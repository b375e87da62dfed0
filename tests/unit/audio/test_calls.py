"""Who uses the microphone, read from what the sound server has."""

from __future__ import annotations

import os
from datetime import UTC, datetime

import pytest

from voiceos.audio.calls import RETURN_S, Calls, others
from voiceos.audio.sound_server import Endpoint, Stream, View
from voiceos.clock import ManualClock

HEADSET = Endpoint(1, "alsa_input.headset", "Headset", None, suspended=False)
MONITOR = 2
"""Of a loudspeaker; a view does not name it among the microphones."""


def stream(process: int | None, device: int = HEADSET.index, *, corked: bool = False) -> Stream:
    return Stream(10 + (process or 0), device, process, corked)


def view(*recording: Stream) -> View:
    return View((), (HEADSET,), "", HEADSET.name, (), recording)


@pytest.mark.parametrize(
    ("streams", "expected"),
    [
        ([], set()),
        ([stream(7)], set()),
        ([stream(7), stream(8)], {8}),
        ([stream(8, MONITOR)], set()),
        ([stream(8, corked=True)], set()),
        ([stream(None)], set()),
        ([stream(8), stream(9)], {8, 9}),
    ],
    ids=["nobody", "itself", "a call", "a level meter", "on hold", "the server's own loop", "two"],
)
def test_another_program_at_the_microphone_is_a_call(streams: list[Stream], expected: set[int]) -> None:
    assert others(view(*streams), own=7) == expected


class Watched:
    """What is told, as it is told."""

    def __init__(self) -> None:
        self.told: list[bool] = []
        self.clock = ManualClock(datetime(2026, 1, 1, tzinfo=UTC))
        self._calls = Calls(self.told.append, clock=self.clock)

    def records(self, *processes: int) -> list[bool]:
        """These do now; all that has been told."""
        self._calls.see(view(stream(os.getpid()), *(stream(process) for process in processes)))
        return self.told

    def server_goes(self) -> list[bool]:
        self._calls.see(None)
        return self.told


def test_what_recorded_before_is_none_until_it_has_stopped() -> None:
    watched = Watched()
    watched.server_goes()  # it has not been looked yet
    assert watched.records(8) == []
    assert watched.records(8, 9) == [True]
    assert watched.records() == [True, False]
    assert watched.records(8) == [True, False, True]


def test_a_call_goes_on_over_a_restart_of_the_sound_server_and_what_was_there_before_is_none() -> None:
    watched = Watched()
    watched.records(8)
    assert watched.records(8, 9) == [True]
    assert watched.server_goes() == [True]
    assert watched.records(9) == [True], "the other comes back later"
    assert watched.records(8, 9) == [True]
    assert watched.records(8) == [True, False]


def test_what_has_not_come_back_to_a_new_sound_server_in_time_was_there_before_no_more() -> None:
    watched = Watched()
    watched.records(8)
    watched.server_goes()
    assert watched.records() == []
    watched.clock.advance(RETURN_S)
    assert watched.records() == []
    assert watched.records(8) == [True]


def test_a_call_that_went_away_with_the_sound_server_is_over_once_it_is_back() -> None:
    watched = Watched()
    watched.records()
    assert watched.records(9) == [True]
    watched.server_goes()
    assert watched.records() == [True, False]
