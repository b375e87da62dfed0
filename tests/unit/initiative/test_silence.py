"""Why it says nothing of its own accord just now."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from voiceos.initiative import Circumstances, Reason, quiet_hours
from voiceos.initiative.budget import silence

NOW = datetime(2026, 3, 4, 14, tzinfo=ZoneInfo("Europe/Berlin"))
HERE = Circumstances(NOW, level="rare", hours=quiet_hours("22:00-07:00"))
HOUR = timedelta(hours=1)

SILENT: dict[Reason, tuple[dict[str, object], datetime | None]] = {
    Reason.OFF: ({"level": "off"}, None),
    Reason.QUIET_ASKED_FOR: ({"quiet_until": NOW + HOUR}, NOW + HOUR),
    Reason.QUIET_HOURS: ({"hours": quiet_hours("13:00-15:00")}, NOW + HOUR),
    Reason.ON_CALL: ({"on_call": True}, None),
    Reason.JUST_SPOKE: ({"said": [NOW - HOUR]}, NOW + 2 * HOUR),
    Reason.ENOUGH_TODAY: ({"said": [NOW - 9 * HOUR, NOW - 5 * HOUR]}, NOW + 15 * HOUR),
}


@pytest.mark.parametrize("reason", SILENT)
def test_it_tells_why_and_until_when(reason: Reason) -> None:
    other, until = SILENT[reason]
    why = silence(replace(HERE, **other))  # type: ignore[arg-type]
    assert why is not None
    assert (why.reason, why.at) == (reason, until)


def test_where_it_may_speak_there_is_no_reason() -> None:
    assert silence(HERE) is None
    assert silence(replace(HERE, speaking=True)) is None, "that somebody speaks is no silence of its own"
    assert silence(replace(HERE, said=[NOW - 5 * HOUR])) is None
