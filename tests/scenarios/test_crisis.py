"""Somebody says that their life is in danger: heard at once, by rule, with who helps; and the conversation goes on."""

from __future__ import annotations

import asyncio
import logging

import pytest

from tests.scenarios.room import Room, settings
from tests.scenarios.served import Served, Wire
from tests.scenarios.test_missing import MORE_THAN_THERE_CAN_BE
from voiceos.languages import table
from voiceos.turn_taking.state import Phase

AMERICAN = settings(assistant={"region": "US"})
LONG = "One two three four five. Six seven eight nine ten. Eleven twelve thirteen fourteen fifteen. " * 4


def note() -> str:
    text: str = table("en", "persona")["stay_close"]
    return text


async def test_the_rule_answers_with_help_for_the_region_and_the_model_is_told_to_stay_with_it() -> None:
    hears = ["I had a bad day, and, um, I think I want to kill myself.", "nobody knows", "I want to die."]
    async with Room(hears=hears, settings=AMERICAN) as room:
        await room.say("hello there my friend")
        await room.answered()
        (first,) = room.said()
        assert "on nine eight eight" in first
        assert "not enough" in first
        prompt = [message.text for message in room.live.conversation.messages()]
        assert any(note() in text and "kill myself" in text for text in prompt)
        await room.say("nobody knows about it")
        await room.answered()
        begun = room.said()[-1].removesuffix(" You said: nobody knows")
        assert begun in table("en", "persona")["close_beginnings"], "the model did not go on"
        assert note() in room.live.conversation.messages()[-2].text
        await room.say("I just want to die")
        await room.answered()
        assert room.said()[-1] != first
        assert "nine eight eight" in room.said()[-1]
        assert note() not in " ".join(said.text for said in room.live.history())


async def test_it_answers_where_the_language_model_is_dead() -> None:
    huge = {"llm": {"weights_bytes": MORE_THAN_THERE_CAN_BE}}
    async with Room(hears=["I took all my pills."], engines=huge, settings=AMERICAN) as room, asyncio.timeout(90):
        await room.live.conductor.wait_idle()
        await room.say("I took all of my pills")
        await room.answered()
        assert room.said()[-1].startswith("This is an emergency")
        assert "nine one one" in room.said()[-1]


async def test_it_goes_before_a_wish_and_stops_what_is_being_said() -> None:
    both = "Stop. What time is it? I don't want to live any more."
    hears = ["tell me everything", both, both, both]
    async with (
        Room(hears=hears, engines={"llm": {"replies": [("everything", LONG)]}}, settings=AMERICAN) as room,
        asyncio.timeout(60),
    ):
        await room.say("tell me everything you know")
        while room.live.conductor.state.phase is not Phase.SPEAKING:
            await room.wait(0.1)
        await room.wait(1.0)
        await room.say("hello there my friend")
        await room.answered()
        long, answer = room.said()
        assert long.endswith("—")
        assert answer.startswith("I hear you")


async def test_it_can_be_interrupted_as_any_reply() -> None:
    hears = ["I don't want to live any more.", "Stop.", "Stop.", "Stop."]
    async with Room(hears=hears, settings=AMERICAN) as room, asyncio.timeout(60):
        await room.say("hello there my friend")
        while room.live.conductor.state.phase is not Phase.SPEAKING:
            await room.wait(0.1)
        await room.wait(1.5)
        await room.say("stop it please")
        await room.wait(2.0)
        (answer,) = room.said()
        assert answer.startswith("I hear you")
        assert answer.endswith("—")


async def test_asked_for_quiet_it_answers_all_the_same() -> None:
    async with Room(hears=["Be quiet for an hour.", "how are you", "My husband hits me."], settings=AMERICAN) as room:
        await room.say("be quiet for an hour please")
        await room.answered()
        told = len(room.said())
        await room.say("how are you")
        await room.wait(1.5)
        assert len(room.said()) == told
        await room.say("my husband hits me")
        await room.answered()
        assert "isn't" not in room.said()[-1]
        assert "Domestic Violence Hotline" in room.said()[-1]


async def test_no_log_tells_a_word_of_it(caplog: pytest.LogCaptureFixture) -> None:
    told = settings(assistant={"region": "US"}, log={"level": "DEBUG", "speech": True})
    with caplog.at_level(logging.DEBUG, logger="voiceos"):
        async with Room(hears=["I want to kill myself."], settings=told) as room:
            await room.say("I want to kill myself")
            await room.answered()
            assert "nine eight eight" in room.said()[-1]
    for word in ("kill", "nine eight eight", "crisis", "glad you told me"):
        assert word not in caplog.text


async def test_a_question_beside_the_conversation_is_answered_likewise() -> None:
    async with Served(settings=AMERICAN), Wire() as wire:
        answer = await wire.ask("ask", text="I want to end my life tonight")
        assert "on nine eight eight" in answer["result"]["answer"]
