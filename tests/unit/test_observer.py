"""What stands beside the conversation hears of it, and cannot take it along."""

from __future__ import annotations

import logging

import pytest

from voiceos.observer import Observer, Observers
from voiceos.trace import Trace


class Broken(Observer):
    def answered(self, trace: Trace) -> None:
        raise ValueError("what was said")


class Listening(Observer):
    def __init__(self) -> None:
        self.heard: list[Trace] = []

    def answered(self, trace: Trace) -> None:
        self.heard.append(trace)


def test_one_that_fails_takes_nobody_along_and_its_words_are_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    listening = Listening()
    logging.getLogger("voiceos").propagate = True
    Observers([Broken(), listening]).answered(Trace(1))
    assert listening.heard == [Trace(1)]
    assert "ValueError in Broken" in caplog.text
    assert "what was said" not in caplog.text
