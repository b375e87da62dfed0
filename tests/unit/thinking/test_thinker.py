"""Turns through the thinker, with the scripted model."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from pathlib import Path

import pytest

from voiceos.engines.language_model import ProcessLanguageModel
from voiceos.engines.process import EngineProcess, EngineSpec
from voiceos.errors import EngineCrashed, EngineError
from voiceos.thinking.ports import Lane, Message, Sampling
from voiceos.thinking.prompt import Conversation, Persona
from voiceos.thinking.thinker import READ_ANEW_TOKENS, WORDS_ROOM_TOKENS, WORTH_SAVING_TOKENS, Thinker

NOW = datetime(2026, 3, 2, 12, 0)
REPLIES = [("name is (\\w+)", "Hello \\1, I am glad that we met."), ("count", " ".join(map(str, range(150))))]


LONG = EngineSpec("llm", "voiceos.engines.scripted:ScriptedLanguageModel", {"replies": REPLIES, "context_tokens": 4096})
SPEC = EngineSpec("llm", "voiceos.engines.scripted:ScriptedLanguageModel", {"replies": REPLIES, "context_tokens": 700})


@pytest.fixture
async def model() -> AsyncIterator[ProcessLanguageModel]:
    async with EngineProcess(SPEC) as process:
        yield ProcessLanguageModel(process)


@pytest.fixture
def thinker(model: ProcessLanguageModel) -> Thinker:
    return Thinker(model, Conversation(Persona.load("en", "Ada")), sampling=Sampling(max_tokens=100))


async def answer(thinker: Thinker, text: str) -> str:
    return "".join([piece async for piece in thinker.reply(text, NOW)])


async def test_a_prepared_turn_evaluates_only_the_words(thinker: Thinker, model: ProcessLanguageModel) -> None:
    assert await thinker.settle() > 50
    assert 0 < await thinker.prepare(NOW) < 10
    assert await thinker.prepare(NOW, "as you know my name is") == 6
    whole = await model.render(thinker.conversation.for_user("as you know my name is Sam", NOW), open_role="assistant")
    assert await model.extend(Lane.CONVERSATION, whole) == 3  # one word and two marks


@pytest.mark.parametrize("then", ["", "as you know", "as you know my name is", "as you know my name is Sam but not"])
async def test_what_was_read_ahead_stays_and_a_word_or_two_more_are_read_with_the_rest(
    thinker: Thinker, model: ProcessLanguageModel, then: str
) -> None:
    """The recogniser is asked at each silence, and may be broken off before it knows anything."""
    await thinker.settle()
    await thinker.prepare(NOW, "as you know my name is")
    assert await thinker.prepare(NOW, then) == 0
    whole = await model.render(thinker.conversation.for_user("as you know my name is Sam", NOW), open_role="assistant")
    assert await model.extend(Lane.CONVERSATION, whole) == 3


async def test_other_words_than_before_are_read_ahead_anew(thinker: Thinker) -> None:
    await thinker.settle()
    await thinker.prepare(NOW, "as you know my name is")
    assert await thinker.prepare(NOW, "as you said their name was") == 4
    assert await thinker.prepare(NOW, "as you know my name is") == 4
    assert await answer(thinker, "count")
    assert await thinker.prepare(NOW, "as you know my name is") == 6


async def test_no_two_warmings_run_at_once(thinker: Thinker) -> None:
    """Or one of them is ended by nobody, and a reply waits for it."""
    words = [f"something {number} else to talk of" for number in range(4)]
    asked = [asyncio.create_task(thinker.prepare(NOW, one)) for one in words]
    most = 0
    while not all(task.done() for task in asked):
        warming = [task for task in asyncio.all_tasks() if task.get_name() == "warm the language model"]
        most = max(most, sum(not task.done() for task in warming))
        await asyncio.sleep(0)
    assert most == 1


async def test_a_model_that_was_restarted_has_read_nothing(thinker: Thinker, model: ProcessLanguageModel) -> None:
    await thinker.settle()
    await thinker.prepare(NOW, "as you know my name is")
    model.process.kill()
    await asyncio.sleep(0)
    await _when_back(thinker)
    assert await thinker.prepare(NOW, "as you know my name is") >= 6


def kept(model: ProcessLanguageModel, file: Path, name: str = "Ada") -> Thinker:
    return Thinker(model, Conversation(Persona.load("en", name)), saved=file)


async def test_a_second_start_is_warm(tmp_path: Path) -> None:
    file = tmp_path / "cache" / "persona.lane"
    evaluated = []
    for _ in range(2):
        async with EngineProcess(SPEC) as process:
            evaluated.append(await kept(ProcessLanguageModel(process), file).warm_up())
            assert file.stat().st_mode & 0o777 == 0o600
    assert evaluated[0] > 50
    assert evaluated[1] <= 1


async def test_a_changed_persona_is_evaluated_anew_and_kept(tmp_path: Path, model: ProcessLanguageModel) -> None:
    file = tmp_path / "persona.lane"
    await kept(model, file).warm_up()
    before = file.read_bytes()
    await model.extend(Lane.CONVERSATION, [])
    assert await kept(model, file, "Bo").warm_up() > WORTH_SAVING_TOKENS
    assert file.read_bytes() != before


async def test_a_restarted_model_knows_the_conversation_and_does_not_keep_it(tmp_path: Path) -> None:
    file = tmp_path / "persona.lane"
    async with EngineProcess(SPEC) as process:
        thinker = kept(ProcessLanguageModel(process), file)
        await thinker.warm_up()
        before = file.read_bytes()
        thinker.heard("my name is Sam and I " + "really " * 30 + "like tea", "So do I.", NOW)
        process.kill()
        await asyncio.sleep(0)
        assert WORTH_SAVING_TOKENS < await _when_back(thinker) < 60
    assert file.read_bytes() == before


@pytest.mark.parametrize("how", ["restarted", "restarted, and spoken to at once", "forgetting", "another name"])
async def test_of_a_long_talk_no_more_is_read_anew_than_a_turn_has_time_for(how: str) -> None:
    """Or nobody would be answered for half a minute."""
    async with EngineProcess(LONG) as process:
        thinker = Thinker(ProcessLanguageModel(process), Conversation(Persona.load("en", "Ada")))
        await thinker.warm_up()
        for turn in range(60):
            thinker.heard(
                f"this is question number {turn} of many", f"and this is answer {turn} of many", NOW, turn=turn
            )
            await thinker.settle()
        alone = await thinker._size(len(thinker.conversation))
        match how:
            case "restarted":
                process.kill()
                await asyncio.sleep(0)
                evaluated = await _when_back(thinker)
            case "restarted, and spoken to at once":
                process.kill()
                thinker.lost()
                await _when_back(Thinker(thinker._model, Conversation(Persona.load("en", "Ada"))))
                evaluated = await thinker.settle() + alone
            case "forgetting":
                thinker.forget({7})
                evaluated = await thinker.settle()
            case _:
                thinker.go_by(Persona.load("en", "Bo"), Sampling())
                evaluated = await thinker.warm_up()
        assert evaluated <= alone + READ_ANEW_TOKENS
        texts = [said.text for said in thinker.conversation.said()]
        assert texts[-1] == "and this is answer 59 of many"
        assert 4 < len(texts) < 60


async def _when_back(thinker: Thinker) -> int:
    while True:
        try:
            return await thinker.warm_up()
        except EngineCrashed:
            continue


class Telling(ProcessLanguageModel):
    """Tells when something has been evaluated."""

    evaluated: asyncio.Event

    async def extend(self, lane: Lane, tokens: Sequence[int], *, watch: int | None = None) -> int:
        count = await super().extend(lane, tokens, watch=watch)
        self.evaluated.set()
        return count


@pytest.mark.parametrize("beats", range(6))
async def test_words_that_come_while_it_warms_up_are_never_kept(tmp_path: Path, beats: int) -> None:
    file = tmp_path / "persona.lane"
    async with EngineProcess(SPEC) as process:
        model = Telling(process)
        model.evaluated = asyncio.Event()
        thinker = kept(model, file)
        warming = asyncio.create_task(thinker.warm_up())
        await model.evaluated.wait()
        for _ in range(beats):
            await asyncio.sleep(0)
        assert await answer(thinker, "my name is Sam")
        await warming
        persona = await model.render(thinker.conversation.messages(), open_role="user")
        assert await model.restore(Lane.CONVERSATION, file) in (0, len(persona))


async def test_a_persona_that_leaves_no_room_is_told(model: ProcessLanguageModel) -> None:
    thinker = Thinker(model, Conversation(Persona.load("en", "Ada", character="wise and kind " * 200)))
    with pytest.raises(EngineError, match="the character takes") as told:
        await thinker.warm_up()
    assert "assistant.persona" in told.value.hint
    with pytest.raises(EngineError, match="the character takes"):
        await answer(thinker, "my name is Sam")


async def test_a_cache_that_cannot_be_written_costs_only_time(tmp_path: Path, model: ProcessLanguageModel) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "folder").mkdir()
    for file in (tmp_path / "file" / "persona.lane", tmp_path / "folder"):
        await model.extend(Lane.CONVERSATION, [])
        thinker = kept(model, file)
        assert await thinker.warm_up() > 50
        assert await answer(thinker, "my name is Sam")


async def test_a_reply_leaves_no_trace_until_it_is_heard(thinker: Thinker) -> None:
    assert await answer(thinker, "my name is Sam") == "Hello Sam, I am glad that we met."
    assert len(thinker.conversation) == 0
    thinker.heard("my name is Sam", "Hello Sam,", NOW, cut_off=True)
    texts = [message.text for message in thinker.conversation.messages()[1:]]
    assert texts[0].endswith("] my name is Sam")
    assert texts[1] == "Hello Sam,—"


async def test_a_closed_reply_frees_the_lane(thinker: Thinker) -> None:
    pieces = thinker.reply("count", NOW)
    assert await anext(pieces) == "0"
    await pieces.aclose()  # type: ignore[attr-defined]
    assert await answer(thinker, "my name is Sam") == "Hello Sam, I am glad that we met."


async def test_a_reply_ends_warming(thinker: Thinker) -> None:
    warming = asyncio.create_task(thinker.prepare(NOW, "word " * 200))
    await asyncio.sleep(0)
    assert await answer(thinker, "my name is Sam") == "Hello Sam, I am glad that we met."
    assert await warming == 0


async def test_warming_waits_for_a_reply_and_is_ended_by_the_next(thinker: Thinker) -> None:
    """The user goes on: the reply to what they had said is dropped, and their words so far are prepared."""
    pieces = thinker.reply("count", NOW)
    await anext(pieces)
    waiting = asyncio.create_task(thinker.prepare(NOW, "something else to talk of"))
    await asyncio.sleep(0.05)
    assert not waiting.done()
    await pieces.aclose()  # type: ignore[attr-defined]
    assert await waiting == 5
    pieces = thinker.reply("count", NOW)
    await anext(pieces)
    waiting = asyncio.create_task(thinker.prepare(NOW, "something else"))
    await asyncio.sleep(0.05)
    next_reply = asyncio.create_task(answer(thinker, "my name is Sam"))
    assert await waiting == 0
    await pieces.aclose()  # type: ignore[attr-defined]
    assert await next_reply == "Hello Sam, I am glad that we met."


async def test_a_cancelled_preparation_is_cancelled(thinker: Thinker) -> None:
    warming = asyncio.create_task(thinker.prepare(NOW, "word " * 200))
    await asyncio.sleep(0)
    warming.cancel()
    with pytest.raises(asyncio.CancelledError):
        await warming
    assert await thinker.settle() >= 0


async def test_long_talks_are_cut_seldom_and_cheaply(thinker: Thinker, model: ProcessLanguageModel) -> None:
    room = 700 - 100 - WORDS_ROOM_TOKENS
    cuts = 0
    await thinker.settle()
    for turn in range(40):
        before = len(thinker.conversation)
        thinker.heard(f"this is question number {turn} of many", f"and this is answer number {turn} of many", NOW)
        evaluated = await thinker.settle()
        cuts += len(thinker.conversation) < before + 2
        assert evaluated < 30
        assert len(await model.render(thinker.conversation.messages(), open_role="user")) <= room
    assert 2 <= cuts <= 10


async def test_the_end_of_a_turn_is_felt(thinker: Thinker) -> None:
    felt: list[float] = []
    for text in ("I would like some tea.", "I would like some of the"):
        pieces = [piece async for piece in thinker.reply(text, NOW, on_judged=felt.append)]
        assert "".join(pieces).endswith(text)
    assert felt[0] > 0.5
    assert felt[1] < 0.2


async def test_an_answer_goes_on_behind_its_opening(thinker: Thinker, model: ProcessLanguageModel) -> None:
    """The model has the opening before it, so that it neither repeats nor contradicts it."""
    await thinker.settle()
    pieces = [piece async for piece in thinker.reply("my name is Sam", NOW, opening="Well now,")]
    assert "".join(pieces) == "Hello Sam, I am glad that we met."
    whole = await model.render(thinker.conversation.for_user("my name is Sam", NOW), open_role="assistant")
    opened = [*whole, *(await model.render([Message("assistant", "Well now,")], open_role=None))[1:-1]]
    assert await model.extend(Lane.CONVERSATION, opened) <= 1  # all but the last token stands there
    thinker.heard("my name is Sam", "Well now, " + "".join(pieces), NOW)
    history = await model.render(thinker.conversation.messages(), open_role="user")
    assert await model.extend(Lane.CONVERSATION, history) < 12


async def test_what_is_forgotten_is_read_by_nobody_any_more(thinker: Thinker, model: ProcessLanguageModel) -> None:
    thinker.heard("my name is Sam", "Hello Sam.", NOW, turn=1)
    thinker.heard("it rains", "So it does.", NOW, turn=2)
    thinker.announced("The tea is ready.", turn=3)
    thinker.conversation.add_aside("who is Sam", "That is you.")
    await thinker.settle()
    assert await thinker.settle() == 0
    thinker.forget({1})
    assert [one.text for one in thinker.conversation.said()] == ["it rains", "So it does.", "The tea is ready."]
    everything = len(await model.render(thinker.conversation.messages(), open_role="user"))
    assert await thinker.settle() == everything, "what stood behind it was read in its light"
    thinker.forget({2, 3})
    assert (await answer(thinker, "what is my name")).endswith("what is my name")


def test_of_turns_that_are_left_the_next_one_tells_the_day() -> None:
    conversation = Conversation(Persona.load("en", "Ada"))
    conversation.add_user("one", NOW, turn=1)
    conversation.add_user("two", NOW, turn=2)
    assert conversation.texts()[2] == "two"
    conversation.forget({1})
    assert "Monday, 2 March 2026" in conversation.for_user("three", NOW)[-1].text
    assert conversation.last_asked() == (2, "two")
