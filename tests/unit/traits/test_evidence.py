"""What a turn tells of how the user likes it to be, as a table."""

from __future__ import annotations

from datetime import datetime

import pytest

from voiceos.exchange import Exchange
from voiceos.languages import available, table
from voiceos.traits import Evidence, Wording
from voiceos.traits.rule import REASONS, TRAITS

NOW = datetime(2026, 5, 12, 12, 0).astimezone()
SHORT = "It is at the corner."
LONG = "It is at the corner, left of the bank, and you can walk."
EVIDENCE = Evidence("en")


@pytest.mark.parametrize(
    ("said", "heard", "cut_off", "counts"),
    [
        ("Where is the station?", LONG, False, {"answers": 1}),
        ("Where is the station?", LONG, True, {"answers": 1, "cut_off": 1}),
        ("Where is the station?", SHORT, True, {}),
        ("", LONG, True, {}),
        ("Keep it short.", SHORT, False, {"shorter": 1}),
        ("That's too long.", SHORT, False, {"shorter": 1}),
        ("You talk too much.", SHORT, False, {"shorter": 1}),
        ("Shorter, please.", SHORT, False, {"shorter": 1}),
        ("Is the way by the river shorter than the other one?", SHORT, False, {}),
        ("Tell me more.", SHORT, False, {"longer": 1}),
        ("In more detail, please.", SHORT, False, {"longer": 1}),
        ("Haha, good one!", SHORT, False, {"laughs": 1}),
        ("You're so funny.", SHORT, False, {"laughs": 1}),
        ("Don't joke.", SHORT, False, {"no_jokes": 1}),
        ("Stop making jokes, please.", SHORT, False, {"no_jokes": 1}),
        ("That's not funny.", SHORT, False, {"no_jokes": 1}),
        ("Tell me another joke.", SHORT, False, {"jokes": 1}),
        ("Be honest with me.", SHORT, False, {"blunt": 1}),
        ("Don't sugarcoat it.", SHORT, False, {"blunt": 1}),
        ("That was harsh.", SHORT, False, {"gentle": 1}),
        ("Thank you, that helps.", SHORT, False, {"thanks": 1}),
        ("You're so cold today.", SHORT, False, {"cold": 1}),
        ("Don't be so nice.", SHORT, False, {"gushing": 1}),
        ("What's the weather like?", SHORT, False, {}),
        ("I'm cold.", SHORT, False, {}),
        ("He told a joke about a horse.", SHORT, False, {}),
    ],
)
def test_a_turn(said: str, heard: str, cut_off: bool, counts: dict[str, int]) -> None:
    assert EVIDENCE.of(Exchange(1, said, heard, NOW, cut_off)) == counts


@pytest.mark.parametrize("language", available())
def test_each_language_can_count_and_tell_every_step(language: str) -> None:
    words = table(language, "traits")
    assert {*words["evidence"], "cut_off"} == {reason.kind for reason in REASONS}
    assert words["because"].keys() == {reason.kind for reason in REASONS}
    assert words["became"].keys() == {*TRAITS}
    assert words["says"].keys() == table("en", "traits")["says"].keys()
    for trait in TRAITS:
        for value in (-2, -1, 1, 2):
            assert trait == "directness" or Wording(language).manner({trait: value})
        assert not Wording(language).manner({trait: 0})
