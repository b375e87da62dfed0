"""Any words at all as an answer to a question: they wait as open speech does, and prove nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.turn_taking.table import FUSED, POLICY, Table
from voiceos import commands as do
from voiceos import events as ev

ANSWER = ev.Intent(ev.ANSWER, {"text": "I like music"})
HEARD = ev.Words("I like music", intent=ANSWER)


@pytest.mark.parametrize("probability", [0.99, 0.2, 0.001])
def test_an_answer_waits_for_the_silence_of_open_speech_judged_by_its_sound(probability: float) -> None:
    table = Table(FUSED)
    table.says(0.0, 1.0)
    assert table.heard(1.15, HEARD, probability) == []
    silence_s = FUSED.wait_s(probability, None, expects_words=False)
    assert table.feed(ev.Tick(1.0 + silence_s - 0.01)) == []
    assert do.Perform(1, ANSWER, "I like music") in table.feed(ev.Tick(1.0 + silence_s + 0.01))


@pytest.mark.parametrize(
    ("distant", "mode", "counts"), [(False, "open", True), (True, "open", False), (False, "name", False)]
)
def test_over_the_question_it_counts_where_any_speech_would(distant: bool, mode: str, counts: bool) -> None:
    table = Table(replace(POLICY, mode="open")).speaking()
    table.policy = replace(POLICY, mode=mode)  # type: ignore[arg-type]
    table.feed(ev.SpeechStarted(3.06, 3.0, 3.06))
    table.feed(ev.Tick(3.2, heard_until=3.2))
    table.feed(ev.SpeechPaused(4.1, 4.0, 1.0))
    table.heard(4.3, replace(HEARD, distant=distant))
    wanted = table.feed(ev.Tick(6.0))
    assert any(isinstance(command, do.Perform) for command in [*table.log, *wanted]) is counts
