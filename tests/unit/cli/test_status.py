"""What `voiceos status` says of the state."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.unit.cli.test_screen import status
from voiceos.cli.status import speaks_first, state
from voiceos.daemon.messages import SpeaksFirst

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


def test_it_tells_how_readily_it_speaks_first_and_why_it_is_silent() -> None:
    def line(**known: object) -> str:
        return speaks_first(SpeaksFirst.model_validate({"level": "rare", "until": None, "said": 0, "most": 2, **known}))

    assert line(silent="") == "rare; it may; said 0 of 2 in the last day"
    assert line(level="off", most=0, silent="off") == "off: only to remind you of what you asked it to"
    hours = line(silent="quiet_hours", until=NOON.timestamp())
    assert hours == "rare; silent now: quiet hours until 12:00; said 0 of 2 in the last day"
    assert "spoken up often enough" in line(silent="enough_today", said=2)
