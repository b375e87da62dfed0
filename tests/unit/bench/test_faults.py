"""Which faults come when, in a soak: what they do to the program is for the soak to see."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from voiceos.bench.faults import ENGINES, Faults
from voiceos.bench.session import Session
from voiceos.bench.virtual_card import VirtualCard


@pytest.fixture
def faults(tmp_path: Path) -> Faults:
    card = VirtualCard()
    made = Faults(Session(card, "", tmp_path), card, tmp_path / "config.toml", random.Random(1))

    def nothing() -> Callable[[], Awaitable[None]]:
        async def do() -> None:
            """No program runs that it could happen to."""

        return do

    made.kinds = {name: nothing() for name in made.kinds}
    return made


async def test_every_other_one_is_an_engines_as_long_as_those_may_come(faults: Faults) -> None:
    came = [await faults.happen(engines=True) for _ in range(16)]
    assert [name in ENGINES for name in came] == [True, False] * 8
    assert {*came} == {*faults.kinds}


async def test_later_no_engine_is_touched_and_all_else_comes_equally_often(faults: Faults) -> None:
    others = {*faults.kinds} - {*ENGINES}
    came = [await faults.happen(engines=False) for _ in range(3 * len(others))]
    assert {name: came.count(name) for name in came} == dict.fromkeys(others, 3)
