from __future__ import annotations

from datetime import UTC, datetime

import pytest

from voiceos import quiet, stored

UNTIL = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


def test_it_is_kept_and_forgotten() -> None:
    assert quiet.load() is None
    quiet.keep(UNTIL)
    assert quiet.load() == UNTIL
    quiet.keep(None)
    assert quiet.load() is None


@pytest.mark.parametrize("until", ['"tomorrow"', "3", '"2026-03-02T15:00:00"', "[]"])
def test_anything_else_is_set_aside(until: str) -> None:
    quiet.keep(UNTIL)
    stored.QUIET.path.write_text(f'{{"version": 1, "until": {until}}}')
    assert quiet.load() is None
    assert not stored.QUIET.path.exists()
