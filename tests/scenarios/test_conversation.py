"""Whole conversations with scripted engines: every room of the house but the models, in real time."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

from tests.scenarios.room import Room, espeak, settings
from voiceos.app import Stage
from voiceos.audio.frames import Samples
from voiceos.audio.speaker import Finished
from voiceos.engines.scripted import ScriptedEndOfTurn
from voiceos.languages import Phrases
from voiceos.speaking.clips import Clips
from voiceos.thinking.openers import Openers
from voiceos.turn_taking.state import Phase

LONG = "One two three four five. Six seven eight nine ten. Eleven twelve thirteen fourteen fifteen. " * 4


async def test_a_question_is_answered_and_remembered() -> None:
    async with Room(hears=["hello there"]) as room:
        await room.say("hello there my friend")
        await room.answered()
        user, assistant = room.live.history()
        assert user.text.endswith("hello there")
        assert assistant.text.endswith("hello there")
        assert assistant.text.startswith("You said:")
        assert room.traces[0].latency_s is not None
        assert next(iter(room.traces[0].waterfall_ms())) == "end_of_speech"


async def test_the_voice_fades_at_each_stop_consonant_and_what_was_heard_last_is_answered_once() -> None:
    words = [f"word {number}" for number in range(1, 60)]
    growing = [", ".join(words[:count]) for count in range(1, len(words))]
    async with Room(hears=growing, settings=settings(turn_taking={"fade_ms": 16})) as room:
        await room.say("Peter packed eight black boxes but Kate kept the top ticket")
        await room.answered()
        assert room.live.conductor.state.revision > 3, "no stop was taken for a pause, which proves nothing"
        user, assistant = room.live.history()
        heard = next(text for text in reversed(growing) if user.text.endswith(text))
        assert assistant.text == f"You said: {heard}"
        assert len(room.traces) == 1
        after = await room.live.engines.stt.transcribe(espeak("hello"), language="en")
        assert growing.index(after.text) == growing.index(heard) + 1, "what was answered was not the last text"


async def test_the_greeting_comes_first_and_is_part_of_the_history() -> None:
    async with Room(greet=True) as room:
        await room.live.conductor.wait_idle()
        assert "listen for your name" in room.said()[0]


async def test_wishes_are_carried_out_without_the_language_model() -> None:
    async with Room(
        hears=["What time is it?", "Repeat that.", "Slower, please."],
        engines={"llm": {"crash_on": "it?"}},
    ) as room:
        await room.say("what time is it")
        await room.answered()
        told = room.said()[-1]
        assert any(character.isdigit() for character in told)
        await room.say("please repeat that")
        await room.answered()
        assert room.said()[-1] == told
        before = room.live.conductor.speed
        await room.say("slower please")
        await room.answered()
        assert room.live.conductor.speed < before


async def test_speech_over_the_reply_stops_it_and_history_keeps_what_was_heard() -> None:
    async with Room(
        hears=["tell me everything", "wait a moment please"], engines={"llm": {"replies": [("everything", LONG)]}}
    ) as room:
        await room.say("tell me everything you know")
        while room.live.conductor.state.phase is not Phase.SPEAKING:
            await room.wait(0.1)
        await room.wait(1.5)
        await room.say("wait a moment please")
        await room.answered()
        cut, after = room.said()
        spoken = cut.rstrip("—… ")
        assert LONG.startswith(spoken)
        assert 2 <= len(spoken.split()) < 30
        assert after == "You said: wait a moment please"


async def test_who_talks_on_farther_away_neither_delays_the_answer_nor_ends_it() -> None:
    """Somebody else talks 20 dB softer under the question, and for seconds behind it."""
    asked = espeak("hello there my friend, how are you this morning")
    other = np.concatenate([espeak("and so we went along the river until it got dark and then we took a bus home")] * 3)
    sound = 0.1 * other
    sound[: len(asked)] += asked
    async with Room(hears=["hello there"] * 50) as room:
        talking = asyncio.create_task(room.sound.user_says(sound))
        await room.answered()
        assert not talking.done(), "the answer waited until the other was silent"
        assert room.said() == ["You said: hello there"]
        talking.cancel()


@pytest.mark.parametrize(("sound", "heard"), [("ah mmm ah", ""), ("mm hmm", "Mm-hmm.")])
async def test_a_noise_or_mm_hm_over_the_reply_lets_it_go_on_to_its_end(sound: str, heard: str) -> None:
    short = "One two three four five. Six seven eight nine ten. Eleven twelve thirteen fourteen fifteen."
    replies = {"llm": {"replies": [("everything", short)]}}
    async with Room(hears=["tell me everything", heard], engines=replies) as room:
        await room.say("tell me everything you know")
        while room.live.conductor.state.phase is not Phase.SPEAKING:
            await room.wait(0.1)
        await room.wait(0.5)
        await room.say(sound)
        await room.answered()
        assert room.said() == [short]


@pytest.mark.parametrize(
    ("stage", "engines"),
    [
        ("stt", {"stt": {"crash_on": 1}}),
        ("stt", {"stt": {"hang_on": 1}}),
        ("llm", {"llm": {"crash_on": "there"}}),
        ("llm", {"llm": {"hang_on": "there"}}),
        ("tts", {"tts": {"crash_on": "said"}}),
        ("tts", {"tts": {"hang_on": "said"}}),
    ],
)
async def test_a_dead_or_hung_engine_costs_one_turn_and_is_heard(stage: Stage, engines: dict) -> None:  # type: ignore[type-arg]
    clips = Clips("en")
    async with Room(hears=["hello there"], engines=engines, hangs={stage}) as room:
        before = {name: process.pid for name, process in room.live.engines.processes.items()}
        await room.say("hello there my friend")
        await room.answered()
        samples, rate_hz, _ = clips.get(f"error.{stage}")
        assert room.heard_clip(samples, rate_hz) > 0.9
        await room.live.engines.processes[stage].wait_ready()
        after = {name: process.pid for name, process in room.live.engines.processes.items()}
        assert [name for name in before if before[name] != after[name]] == [stage]


async def test_an_engine_that_was_missed_is_welcomed_back() -> None:
    async with Room(hears=["hello there", "hello again"], engines={"llm": {"crash_on": "there"}}) as room:
        await room.say("hello there my friend")
        await room.answered()
        await room.wait(1.5)
        await room.live.conductor.wait_idle()
        await room.say("hello again my friend")
        await room.answered()
        assert room.said()[-1] == "You said: hello again"
        assert any("again" in text and "said" not in text for text in room.said())


async def test_a_voice_that_hangs_in_mid_reply_leaves_the_language_model_free_for_the_next_turn() -> None:
    async with Room(
        hears=["tell me everything", "hello there"],
        engines={"llm": {"replies": [("everything", LONG + LONG)]}, "tts": {"hang_on": "seven"}},
        hangs={"tts"},
    ) as room:
        await room.say("tell me everything you know")
        await room.answered()
        await room.live.engines.processes["tts"].wait_ready()
        await room.say("hello there my friend")
        await room.answered()
        assert room.said()[-1] == "You said: hello there"


async def test_what_a_clip_says_counts_as_its_own_words() -> None:
    async with Room(hears=["hello there"], engines={"llm": {"crash_on": "there"}}) as room:
        await room.say("hello there my friend")
        while room.live.conductor.state.phase is not Phase.SPEAKING:
            await room.wait(0.1)
        assert room.live.conductor.own_words(asyncio.get_running_loop().time()) == Clips("en").get("error.llm")[2]


async def test_a_reply_that_ended_as_it_was_suspended_is_over_and_remembered_once() -> None:
    short = "One two three four five. Six seven eight nine ten. Eleven twelve thirteen fourteen fifteen."
    async with Room(hears=["tell me everything", ""], engines={"llm": {"replies": [("everything", short)]}}) as room:
        conductor = room.live.conductor
        await room.say("tell me everything you know")
        while conductor.state.phase is not Phase.SPEAKING or room.sound.speaker.mixer._replies[1].end is None:
            await room.wait(0.1)
        noise = asyncio.create_task(room.say("ah mmm ah"))
        while not conductor.state.suspended:  # noqa: ASYNC110 - a state has no event, and the noise goes on meanwhile
            await asyncio.sleep(0.01)
        # As of a device that had been given its last sample already when it was suspended.
        conductor.post(Finished(1, asyncio.get_running_loop().time()))
        await noise
        await conductor.wait_idle()
        await room.wait(4.0)  # as long as what the room's own loudspeaker had left
        assert room.said() == [short]


async def test_poorly_heard_speech_is_asked_for_again() -> None:
    async with Room(hears=["something"], engines={"stt": {"average_log_probability": -1.5}}) as room:
        await room.say("some words nobody can make out")
        await room.answered()
        assert "catch" in room.said()[0] or "again" in room.said()[0]


async def test_muted_it_hears_nothing_until_it_is_switched_on() -> None:
    async with Room(hears=["Mute.", "hello there"]) as room:
        await room.say("mute yourself please")
        await room.answered()
        assert room.sound.muted
        turns = room.live.conductor.state.turn
        await room.say("can you hear me now")
        await room.wait(1.0)
        assert room.live.conductor.state.turn == turns
        room.live.toggle_mute()
        await room.wait(0.3)
        await room.say("can you hear me now")
        await room.answered()
        assert room.said()[-1] == "You said: hello there"


async def test_enter_pressed_again_while_the_microphone_opens_leaves_it_closed() -> None:
    async with Room() as room:
        room.live.toggle_mute()
        await room.wait(0.3)
        assert room.sound.muted
        room.sound.opening_s = 0.5
        room.live.toggle_mute()
        await room.wait(0.1)
        room.live.toggle_mute()
        await room.wait(1.0)
        assert room.sound.muted


async def test_a_persona_that_is_too_long_is_told_and_the_rest_works() -> None:
    long = settings(assistant={"persona": "wise and kind " * 280})
    async with Room(hears=["what time is it"], settings=long, engines={"llm": {"context_tokens": 1024}}) as room:
        await room.live.conductor.wait_idle()
        samples, rate_hz, _ = Clips("en").get("error.config")
        assert room.heard_clip(samples, rate_hz) > 0.9
        await room.say("what time is it now")
        await room.answered()
        assert not room.task.done()
        assert any(character.isdigit() for character in room.said()[-1])


async def test_in_mode_name_it_answers_only_when_it_is_named() -> None:
    async with Room(hears=["pass the salt", "Ada, hello there"], settings=settings(listening={"mode": "name"})) as room:
        await room.say("please pass the salt to me")
        await room.wait(1.0)
        assert room.said() == []
        await room.say("Ada hello there my friend")
        await room.answered()
        assert room.said() == ["You said: Ada, hello there"]


async def test_its_own_words_do_not_stop_it_and_after_two_it_says_so() -> None:
    reply = "The moon goes around the earth in about a month. " * 6
    async with Room(
        hears=["tell me about the moon", "the moon goes around the earth", "around the earth in about a month"],
        engines={"llm": {"replies": [("about the moon", reply)]}},
    ) as room:
        await room.say("tell me about the moon")
        while room.live.conductor.state.phase is not Phase.SPEAKING:
            await room.wait(0.1)
        for _ in range(2):
            await room.wait(1.2)
            await room.say("the moon goes around the earth")
            await room.wait(1.5)
        await room.answered()
        assert room.said()[0].strip() == reply.strip()
        assert "hear myself" in room.said()[1]
        assert room.live.conductor.state.half_duplex


async def test_shut_down_says_goodbye_and_ends() -> None:
    async with Room(hears=["Switch yourself off."]) as room:
        async with asyncio.timeout(20), room.ending():
            await room.say("switch yourself off please")
        assert len(room.said()) == 1


async def test_announcements_are_spoken_when_nobody_speaks() -> None:
    async with Room() as room:
        room.live.conductor.announce("Tea is ready.")
        await room.live.conductor.wait_idle()
        assert room.said() == ["Tea is ready."]


async def test_nothing_is_left_behind() -> None:
    before = asyncio.all_tasks()
    async with Room() as room:
        pids = [process.pid for process in room.live.engines.processes.values()]
        await room.say("hello there my friend")
        await room.wait(0.2)
    assert asyncio.all_tasks() == before
    for pid in pids:
        assert pid is not None
        with pytest.raises(ProcessLookupError):
            import os

            os.kill(pid, 0)


async def test_an_answer_that_takes_thought_begins_with_a_sound_of_it() -> None:
    async with Room(hears=["What should I do?", "What is a boat?"]) as room:
        await room.say("what should I do")
        await room.answered()
        await room.say("what is a boat")
        await room.answered()
        thoughtful, plain = room.said()
        opener = thoughtful.removesuffix(" You said: What should I do?")
        assert opener in Openers("en").texts
        assert plain == "You said: What is a boat?"
        first, second = (trace.waterfall_ms() for trace in room.traces)
        assert first["first_sound"] < first["first_words"]
        assert "first_words" not in second


async def test_openers_can_be_switched_off() -> None:
    async with Room(hears=["What should I do?"], settings=settings(assistant={"openers": False})) as room:
        await room.say("what should I do")
        await room.answered()
        assert room.said() == ["You said: What should I do?"]


async def test_an_answer_that_fails_behind_its_opener_under_a_cough_leaves_its_waterfall() -> None:
    """The language model hangs; its time runs out while the reply is suspended for what turns out to be a cough."""
    async with Room(
        hears=["What should I do?", ""],
        engines={"llm": {"hang_on": "do"}},
        hangs={"llm"},
    ) as room:
        await room.wait(1.5)  # until the openers are there
        await room.say("what should I do")
        while room.live.conductor.state.phase is not Phase.SPEAKING:
            await room.wait(0.05)
        await room.say("ah mmm ah mmm ah mmm")
        await room.answered()
        waterfalls = [trace.waterfall_ms() for trace in room.traces if trace.turn == 1]
        assert len(waterfalls) == 1
        assert "first_sound" in waterfalls[0] and "first_words" not in waterfalls[0]


class Asked(ScriptedEndOfTurn):
    """Counts how often it is asked."""

    times = 0

    async def probability(self, samples: Samples) -> float:
        self.times += 1
        return await super().probability(samples)


async def test_the_end_is_judged_once_the_recogniser_leaves_a_core() -> None:
    """One that never gets behind its encoding keeps the judge waiting until it has failed."""
    judge = Asked()
    async with Room(hears=["hello there"], engines={"stt": {"hang_on": 1}}, hangs={"stt"}, end_of_turn=judge) as room:
        await room.say("hello there my friend")
        while room.live.conductor.state.phase is not Phase.PAUSED:
            await room.wait(0.05)
        await room.wait(1.0)
        assert room.live.conductor.state.phase is Phase.PAUSED
        assert judge.times == 0
    async with Room(hears=["hello there"], end_of_turn=judge) as room:
        await room.say("hello there my friend")
        await room.answered()
        assert judge.times > 0


async def test_no_answer_behind_an_opener_is_told() -> None:
    async with Room(hears=["What should I do?"], engines={"llm": {"replies": [("do", "…")]}}) as room:
        await room.say("what should I do")
        await room.answered()
        assert Phrases("en").text("no_answer") in room.said()[-1]
