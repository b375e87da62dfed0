"""Quiet hours as they are said."""

from __future__ import annotations

import pytest

from voiceos.meeting.hours import hours

SAID = {
    "From ten to eight.": "22:00-08:00",
    "Between 11 at night and 7 in the morning.": "23:00-07:00",
    "From 10 p.m. to 6:30 a.m.": "22:00-06:30",
    "Half past ten till a quarter past seven.": "22:30-07:15",
    "From a quarter to eleven until a quarter to eight, please.": "22:45-07:45",
    "From midnight to nine.": "00:00-09:00",
    "From midnight at night until eight.": "00:00-08:00",
    "10pm - 7am": "22:00-07:00",
    "From 22 to 7.": "22:00-07:00",
    "From 22:30 until 6:00": "22:30-06:00",
    "from one to three in the afternoon": "13:00-15:00",
    "From half ten to seven": "22:30-07:00",
    "from ten oh five to six forty five": "22:05-06:45",
    "In the evening at nine until in the morning at six": "21:00-06:00",
    "From 12 at night till half past 8": "00:00-08:30",
    "I go to bed at eleven in the evening and get up at 5 o'clock.": "23:00-05:00",
    "None.": "",
    "Never, you may always speak.": "",
    "No quiet hours.": "",
}


@pytest.mark.parametrize(("said", "wanted"), SAID.items())
def test_hours_are_understood(said: str, wanted: str) -> None:
    assert hours(said, "en") == wanted


@pytest.mark.parametrize(
    "said", ["Yes.", "That's fine.", "When I sleep.", "From ten.", "At 7.", "I have to go to work."]
)
def test_what_tells_no_hours_makes_none(said: str) -> None:
    assert hours(said, "en") is None
