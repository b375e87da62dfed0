"""What is to be told again and again, from its words to how it is told back."""

from __future__ import annotations

import pytest

from voiceos.initiative.wording import again_and_again
from voiceos.skills.repeating import rule
from voiceos.thinking.wishes import Wishes

WISHES = Wishes("en")

TOLD = {
    "every day at eight to take my pills": "every day at 8:00 AM",
    "to take my pills every day at eight": "every day at 8:00 AM",
    "to take my pills daily at half past seven in the evening": "every day at 7:30 PM",
    "to take my pills at eight every morning": "every day at 8:00 AM",
    "every evening to lock the door": "every day at 6:00 PM",
    "to put the bins out every Monday": "every Monday at 9:00 AM",
    "every Monday at seven to put the bins out": "every Monday at 7:00 AM",
    "on Tuesdays at five to call Ana": "every Tuesday at 5:00 PM",
    "every Monday and Thursday at nine to call Ana": "every Monday and Thursday at 9:00 AM",
    "every second Friday at noon to call Ana": "every 2 weeks on Friday at 12:00 PM",
    "to get up every weekday at 7:30": "every weekday at 7:30 AM",
    "on weekends at ten to water the plants": "every Saturday and Sunday at 10:00 AM",
    "every other day at six in the evening to run": "every 2 days at 6:00 PM",
    "on the first of every month to pay the rent": "on the 1st of every month at 9:00 AM",
    "to pay the rent on the first of every month at ten": "on the 1st of every month at 10:00 AM",
    "every month on the fifteenth to pay the rent": "on the 15th of every month at 9:00 AM",
    "on the last day of every month to send the bill": "on the last day of every month at 9:00 AM",
    "every year on the third of May to send flowers": "every year on May 3 at 9:00 AM",
    "every two hours to drink water": "every 2 hours",
    "to drink water every two hours until I stop": "every 2 hours",
    "hourly to stretch": "every hour",
    "every half hour to stretch": "every 30 minutes",
    "to stretch every 45 minutes": "every 45 minutes",
}

ASKED = [
    *("every day to take my pills", "every weekday to get up", "every week to call Ana", "every month to pay the rent"),
    *("every minute to breathe", "every now and then to call Ana", "every few days to call Ana", "every time to smile"),
]


@pytest.mark.parametrize(("text", "told"), TOLD.items())
def test_it_is_told_as_it_was_meant(text: str, told: str) -> None:
    slots = WISHES.reminder(text)
    assert slots is not None
    repeat = rule(slots)
    assert repeat is not None, slots
    assert again_and_again(repeat, "en") == told


@pytest.mark.parametrize("text", ASKED)
def test_what_is_not_told_to_its_end_is_asked_for(text: str) -> None:
    assert rule(WISHES.reminder(text) or {}) is None
