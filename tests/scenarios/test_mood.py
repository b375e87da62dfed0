"""What the mood makes of the sound that is heard, and of the length of answers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.scenarios.house import House
from tests.scenarios.room import Room, settings
from voiceos.audio.frames import RATE_HZ
from voiceos.mood import Mood, delivery
from voiceos.mood.delivery import BRIEF_WORDS

SILENT: dict[str, Any] = {"earcons": False}
ALL_DAY = "00:00-00:00"
"""Quiet hours."""
TALK = "One two three four five six seven eight nine ten eleven. " * 3


def sounded(room: Room, since: int = 0) -> tuple[float, float]:
    """Seconds and RMS of what the assistant has sounded since a sample, from what the mixer gave out."""
    sound = room.sound.recording()[since:, 1]
    (audible,) = np.nonzero(np.abs(sound) > 1e-4)
    heard = sound[audible[0] : audible[-1] + 1]
    return len(heard) / RATE_HZ, float(np.sqrt(np.mean(heard**2)))


async def answered(text: str, *, speed: float = 1.0, volume: float = 0.8, hours: str = "") -> tuple[float, float]:
    """How the answer to an utterance sounds."""
    chosen = settings(
        audio=SILENT,
        assistant={"openers": False},
        tts={"speed": speed},
        initiative={"quiet_hours": hours},
    )
    async with Room(hears=[text], settings=chosen) as room:
        room.sound.volume = volume
        await room.say("hello there my friend")
        await room.answered()
        assert room.said() == [f"You said: {text}"]
        return sounded(room)


@pytest.mark.parametrize(("speed", "volume"), [(1.0, 0.8), (1.5, 0.4)])
async def test_at_night_it_speaks_slower_and_softer_around_what_the_user_has_set(speed: float, volume: float) -> None:
    text = "the way to the station is long"
    night = delivery(Mood(), night=True)
    day_s, day_rms = await answered(text, speed=speed, volume=volume)
    night_s, night_rms = await answered(text, speed=speed, volume=volume, hours=ALL_DAY)
    assert day_s / night_s == pytest.approx(night.pace, rel=0.02)
    assert night_rms / day_rms == pytest.approx(night.gain, rel=0.05)


async def test_switched_off_and_on_while_it_runs(tmp_path: Path) -> None:
    text = "[audio]\nearcons = false\n[assistant]\nopeners = false\nmood = false\n"
    night = delivery(Mood(), night=True)
    heard = []
    async with House(tmp_path, hears=["hello there"], text=text) as house:
        await house.changed(initiative__quiet_hours=ALL_DAY)
        for mood in (False, True, False):
            await house.changed(assistant__mood=mood)
            before = len(house.sound.recording())
            await house.say("hello there my friend")
            await house.answered()
            heard.append(sounded(house, before))
    (day_s, day_rms), (night_s, night_rms), again = heard
    assert again == pytest.approx((day_s, day_rms), rel=0.02)
    assert day_s / night_s == pytest.approx(night.pace, rel=0.02)
    assert night_rms / day_rms == pytest.approx(night.gain, rel=0.05)


async def test_in_a_hurry_the_answer_ends_with_a_sentence_and_is_remembered_so() -> None:
    replies = [("station", TALK)]
    hears = ["where is the station", "quick, where is the station", "take your time, where is the station"]
    async with Room(hears=hears, engines={"llm": {"replies": replies}}, settings=settings(audio=SILENT)) as room:
        for _ in hears:
            await room.say("hello there my friend")
            await room.answered()
        whole, brief, again = room.said()
        assert whole == again == TALK.strip()
        assert brief == TALK[: len(TALK) // 3].strip()
        assert len(brief.split()) >= BRIEF_WORDS
