"""What `voiceos status` says of the state."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.unit.cli.test_screen import status
from voiceos.cli.status import state

NOON = datetime.now().astimezone().replace(hour=12, minute=0, second=0, microsecond=0)


def told(**other: object) -> str:
    return state(status(**other)).plain


def test_it_tells_until_when_it_says_nothing_unasked() -> None:
    assert told() == "nobody speaks, mode open"
    assert told(quiet_until=NOON.timestamp()).endswith("quiet until 12:00: it says nothing unasked")
    tomorrow = NOON + timedelta(days=1)
    assert told(quiet_until=tomorrow.timestamp()).endswith(f"{tomorrow:%A}, 12:00: it says nothing unasked")
    for_ever = NOON + timedelta(days=3650)
    assert told(quiet_until=for_ever.timestamp()).endswith("until it is told to talk again: it says nothing unasked")
    assert told(on_call=True).endswith("on a call: it says nothing unasked")
