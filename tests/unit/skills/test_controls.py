from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pytest

from voiceos.events import Intent
from voiceos.languages import Phrases
from voiceos.skills.controls import SPEED_RANGE, perform


@dataclass
class Dials:
    """All that these wishes turn."""

    volume: float = 0.5
    speed: float = 1.0


def wish(dials: Dials, name: str) -> str:
    return perform(Intent(name), dials, Phrases("en"), datetime(2026, 3, 2, 12, 0), "en")  # type: ignore[arg-type]


@pytest.mark.parametrize("volume", [0.0, 0.05, 0.1, 0.15, 0.2, 0.5, 0.95, 1.0])
def test_quieter_is_never_louder_nor_louder_quieter(volume: float) -> None:
    for way, sign in (("quieter", -1), ("louder", 1)):
        dials = Dials(volume=volume)
        assert wish(dials, way)
        assert sign * (dials.volume - volume) >= 0
        assert 0 <= dials.volume <= 1


def test_at_the_end_of_the_scale_it_says_so() -> None:
    phrases = Phrases("en")
    assert wish(Dials(volume=1.0), "louder") in phrases.variants("loudest")
    assert wish(Dials(volume=0.05), "quieter") in phrases.variants("quietest")
    assert wish(Dials(speed=SPEED_RANGE[1]), "faster") in phrases.variants("fastest")
    assert wish(Dials(speed=SPEED_RANGE[0]), "slower") in phrases.variants("slowest")
