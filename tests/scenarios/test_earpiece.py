"""Microphone and loudspeaker come and go while it is talked to."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

from tests.scenarios.room import Room, settings
from voiceos.audio.presence import Change
from voiceos.clock import SystemClock
from voiceos.config.plan import changed
from voiceos.turn_taking.state import Phase

TALE = "One day the sea was calm. Then came the wind. Nobody had seen such waves. At last the sun rose again."


async def until(state: Callable[[], bool]) -> None:
    for _ in range(1000):
        if state():
            return
        await asyncio.sleep(0.01)
    raise TimeoutError


async def half_told(room: Room) -> None:
    """It tells a tale, and is in its second sentence."""
    await room.say("tell me a tale of the sea")
    first_s = 0.0
    await until(lambda: room.live.conductor.state.phase is Phase.SPEAKING)
    begun = SystemClock().monotonic()
    while first_s < 2.2:
        await asyncio.sleep(0.05)
        first_s = SystemClock().monotonic() - begun


def tale() -> Room:
    return Room(
        hears=["tell me a tale of the sea"],
        engines={"llm": {"replies": [("tale", TALE)]}},
        settings=settings(assistant={"openers": False}),
    )


async def test_what_is_said_when_sound_is_back_tells_what_was_gone() -> None:
    async with Room() as room:
        room.sound.lose_loudspeaker()
        room.sound.find_loudspeaker()
        await room.wait(0.3)
        await room.live.conductor.wait_idle()
        room.sound.lose_microphone()
        await room.live.conductor.wait_idle()
        room.sound.find_microphone()
        await room.live.conductor.wait_idle()
        assert room.said() == [
            "My voice is back.",
            "The microphone is gone. I'll listen again when it's back.",
            "I can hear you again.",
        ]


async def test_where_both_come_back_at_once_one_sentence_is_enough() -> None:
    async with Room() as room:
        room.sound.lose_microphone()
        room.sound.lose_loudspeaker()
        await room.wait(0.5)
        room.sound.find_loudspeaker()
        room.sound.find_microphone()
        await room.live.conductor.wait_idle()
        assert room.said() == ["My voice is back."]


async def test_a_reply_goes_on_with_the_phrase_in_which_it_broke_off() -> None:
    async with tale() as room:
        await half_told(room)
        room.sound.lose_loudspeaker()
        lost_at = len(room.sound.recording())
        await room.wait(1.0)
        assert room.live.conductor.state.phase is Phase.SPEAKING
        room.sound.find_loudspeaker()
        await room.answered()
        assert room.said() == [TALE]
        rest_s = (abs(room.sound.recording()[lost_at:, 1]) > 0.01).sum() / 16_000
        whole_s = (abs(room.sound.recording()[:, 1]) > 0.01).sum() / 16_000
        assert 0.2 * whole_s < rest_s < 0.9 * whole_s


async def test_a_reply_that_was_silent_for_too_long_is_remembered_as_far_as_it_was_heard() -> None:
    async with tale() as room:
        conductor = room.live.conductor
        conductor._bearing.policy = replace(conductor.policy, resume_s=0.2)
        await half_told(room)
        room.sound.lose_loudspeaker()
        await room.wait(0.5)
        room.sound.find_loudspeaker()
        await room.answered()
        await until(lambda: len(room.said()) == 2)
        heard, back = room.said()
        assert TALE.startswith(heard.rstrip("…. ")[:20]) and len(heard) < len(TALE)
        assert back == "My voice is back."


async def test_what_does_not_sound_yet_as_the_loudspeaker_goes_is_said_when_it_is_back() -> None:
    async with Room() as room:
        conductor = room.live.conductor
        conductor.announce("Tea is ready.")
        async with asyncio.timeout(10):
            while conductor.state.asking is None:  # noqa: ASYNC110 - the voice is soon ready, and then it is over
                await asyncio.sleep(0)
        room.sound.lose_loudspeaker()
        await until(lambda: conductor.state.lost_at is not None)
        room.sound.find_loudspeaker()
        await until(lambda: conductor.state.lost_at is None)
        await conductor.wait_idle()
        assert sorted(room.said()) == ["My voice is back.", "Tea is ready."]


async def test_muted_it_does_not_claim_to_hear_again() -> None:
    async with Room() as room:
        room.sound.lose_microphone()
        room.sound.muted = True
        room.sound.find_microphone()
        await room.wait(1.0)
        await room.live.conductor.wait_idle()
        assert room.said() == ["The microphone is gone. I'll listen again when it's back."]


async def test_after_the_computer_has_slept_nothing_old_goes_on() -> None:
    async with tale() as room:
        await half_told(room)
        room.sound.sleep()
        await room.wait(1.0)
        assert room.live.conductor.state.phase is Phase.QUIET
        assert len(room.said()[0]) < len(TALE)
        await room.say("tell me a tale of the sea")
        await room.answered()
        assert room.said()[1:] == [TALE]


async def test_a_question_from_before_the_computer_slept_is_not_answered() -> None:
    async with tale() as room:
        saying = asyncio.create_task(room.say("tell me a tale of the sea"))
        await until(lambda: room.live.conductor.state.phase is Phase.PAUSED)
        room.sound.sleep()
        await saying
        await room.wait(3.0)
        assert room.said() == []
        assert room.live.conductor.state.phase is Phase.QUIET


async def test_that_sound_goes_through_another_device_is_told_once() -> None:
    async with Room() as room:
        room.sound.tell(Change.MOVED)
        await room.live.conductor.wait_idle()
        assert room.said() == ["I've switched to another device."]


async def test_what_waits_for_a_loudspeaker_keeps_nobody_waiting_and_another_can_be_chosen() -> None:
    async with tale() as room:
        await half_told(room)
        conductor, live = room.live.conductor, room.live
        room.sound.lose_loudspeaker()
        conductor.announce("Tea is ready.")
        await until(lambda: bool(conductor.state.announcements))
        assert conductor.state.phase is Phase.SPEAKING
        other = live.settings.model_copy(
            update={"audio": live.settings.audio.model_copy(update={"output_device": "Headset"})}
        )
        async with asyncio.timeout(10):
            await live.changes.change(other, changed(live.settings, other)).done
        assert room.sound.asked_for is not None and room.sound.asked_for.output_device == "Headset"
        conductor.break_off()
        async with asyncio.timeout(10):
            await live.changes.wait_quiet()
        assert conductor.state.announcements
        room.sound.find_loudspeaker()
        await conductor.wait_idle()
        assert "Tea is ready." in room.said()


async def test_it_can_be_ended_while_a_reply_waits_for_its_loudspeaker() -> None:
    async with tale() as room:
        await half_told(room)
        room.sound.lose_loudspeaker()
        await until(lambda: room.live.conductor.state.lost_at is not None)
        async with asyncio.timeout(10), room.ending():
            room.live.shut_down()
        assert room.live.conductor.state.lost_at is not None, "no loudspeaker came for it to end"


async def test_a_microphone_that_goes_after_a_sleep_while_it_was_muted_is_told() -> None:
    async with Room() as room:
        conductor = room.live.conductor
        conductor.mute()
        await until(lambda: room.sound.muted)
        room.sound.sleep()
        await room.wait(0.5)
        conductor.unmute()
        await until(lambda: not room.sound.muted)
        room.sound.lose_microphone()
        await room.wait(0.5)
        await conductor.wait_idle()
        assert room.said() == ["The microphone is gone. I'll listen again when it's back."]
