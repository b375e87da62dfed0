"""A day in the user's own words, and the user put in short by the real model: none of what is kept was not said."""

from __future__ import annotations

import functools
from datetime import UTC, datetime
from pathlib import Path

from voiceos.app import Engines
from voiceos.catalogue import Store as Models
from voiceos.config import Settings
from voiceos.memory import USER, Kind, Scope, Store
from voiceos.thinking.consolidation import Consolidation
from voiceos.thinking.reflection import in_thread

MONDAY, TUESDAY = datetime(2026, 3, 2, 18, tzinfo=UTC), datetime(2026, 3, 3, 9, tzinfo=UTC)
SAID = (
    "My sister Anna has moved to Graz, she works as a nurse there.",
    "Why is the sky blue?",
    "If I win the lottery I'll buy a castle.",
    "I baked a cheesecake for my neighbour Tom.",
)
KNOWN = (
    (USER, "name", "Lena", Kind.FACT),
    (USER, "works_as", "gardener", Kind.FACT),
    (USER, "lives_in", "Vienna", Kind.FACT),
    (USER, "sister", "Anna", Kind.PERSON),
    ("Anna", "lives_in", "Graz", Kind.FACT),
)
NOT_SAID = ("castle", "lottery", "Tom has", "Anna lives in Vienna", "Anna is a gardener", "Graz and is called", "I ")


async def test_what_is_put_in_short_was_said(models_dir: Path) -> None:
    settings = Settings()
    with Store() as store:
        for number, said in enumerate(SAID):
            store.remember_turn(said, "", at=MONDAY.replace(minute=number), conversation="a")
        for subject, relation, value, kind in KNOWN:
            store.remember_fact(subject, relation, value, at=MONDAY, kind=kind, single=False)
        async with Engines(settings, {"llm"}, store=Models(models_dir)) as engines:
            for error in await engines.wait_ready():
                raise error
            consolidation = Consolidation(
                engines.llm,
                functools.partial(in_thread, store),
                language="en",
                room_tokens=settings.llm.background_tokens,
                profile_tokens=settings.memory.profile_tokens,
                now=lambda: TUESDAY,
            )
            await consolidation.run()
        (day,) = store.chronicle.newest(Scope.DAY)
        profile = store.chronicle.profile()
    assert profile is not None
    told = " ".join(day.lines)
    assert len(day.lines) >= 2 and "Graz" in told, day.lines
    assert any("gardener" in line or "Vienna" in line for line in profile.lines), profile.lines
    assert not [words for words in NOT_SAID for line in (*day.lines, *profile.lines) if words in line]
