"""What was told in one conversation is known in the next: drawn while nobody spoke, kept over a restart."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.scenarios.room import settings
from tests.scenarios.served import Served
from voiceos import diary, mind, stored
from voiceos.config import Settings
from voiceos.languages import Phrases, table
from voiceos.memory import USER, Store

ENGINES: dict[str, Any] = {
    "llm": {
        "replies": [
            # Behind a statement, in the background lane.
            (r"^my sister (\w+) lives in (\w+)$", r'[["user","sister","\1"],["\1","lives_in","\2"]]'),
            # In the conversation, from what the prompt holds behind the words.
            (r"far away.*told you before: .*lives in (\w+)", r"As far as \1."),
        ],
        "otherwise": "[]",
        "context_tokens": 2048,
    }
}


def quick(**memory: Any) -> Settings:
    return settings(memory={"learn_after_s": 1.0, "known_tokens": 0, **memory})


async def known(room: Served, count: int) -> None:
    async with asyncio.timeout(40):
        with Store() as store:
            while len(store.facts()) < count:
                await room.wait(0.2)


async def test_a_question_is_answered_from_what_was_told_before_a_restart() -> None:
    async with Served(hears=["my sister Anna lives in Graz"], engines=ENGINES, settings=quick()) as room:
        await room.say("my sister Anna lives in Graz")
        await room.answered()
        await known(room, 2)
    with Store() as store:
        assert {(fact.subject, fact.relation, fact.value) for fact in store.facts()} == {
            ("user", "sister", "Anna"),
            ("Anna", "lives_in", "Graz"),
        }
        assert {fact.sentence for fact in store.facts()} == {"My sister Anna lives in Graz"}
    async with Served(
        hears=["where does my sister live?", "is my sister far away?", "when is my birthday?"],
        engines=ENGINES,
        settings=quick(learn=False),
    ) as room:
        await room.say("where does my sister live")
        await room.answered()
        assert room.said()[-1] == "Anna lives in Graz."  # by rule
        assert [one.text for one in room.live.history() if one.role == "user"] == ["where does my sister live?"]
        await room.say("is my sister far away")
        await room.answered()
        assert room.said()[-1] == "As far as Graz."  # by the language model
        await room.say("when is my birthday")
        await room.answered()
        assert room.said()[-1] in Phrases("en").variants("never_told")
    with Store() as store:
        assert all(fact.used for fact in store.facts(subject="Anna"))


async def test_a_memory_that_is_there_only_later_is_recalled_from_then_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where its disk is mounted behind the assistant."""
    monkeypatch.setattr(mind, "AGAIN_S", 0.1)
    monkeypatch.setattr(diary, "RETRY_S", (0.1,))
    with Store() as store:
        store.remember_fact("Anna", "lives_in", "Graz", at=datetime(2026, 1, 15, tzinfo=UTC), single=True)
    path = stored.MEMORY.path
    away = path.rename(path.with_name("away"))
    path.symlink_to("missing/memory.db")
    async with Served(hears=["where does Anna live?"] * 2, engines=ENGINES, settings=quick(learn=False)) as room:
        await room.say("where does Anna live")
        await room.answered()
        assert room.said()[-1].startswith("You said:")
        away.replace(path)
        async with asyncio.timeout(40):
            while not room.live.diary.is_open:
                await room.wait(0.1)
        await room.say("where does Anna live")
        await room.answered()
        assert room.said()[-1] == "Anna lives in Graz."


async def test_what_is_asked_in_other_words_is_answered_with_what_was_told() -> None:
    question = "which place does Anna call home?"
    yes = [probe["question"] for probe in table("en", "judging")["probes"] if probe["tells"]] + [question]
    judged = [(rf"^Note: (?s:.*)Question: {re.escape(one)}$", "yes") for one in yes]
    llm = {**ENGINES["llm"], "replies": [*judged, *ENGINES["llm"]["replies"]]}
    told = "my sister Anna lives in Graz"
    async with Served(hears=[told, question], engines={"llm": llm}, settings=quick()) as room:
        await room.say(told)
        await room.answered()
        await known(room, 2)
        await room.wait(4)  # until the instructions are read
        await room.say("which place does Anna call home")
        await room.answered()
        assert room.said()[-1] == "I don't know that for sure, only that your sister Anna lives in Graz."


async def test_what_was_said_later_of_the_same_goes_before_what_answers_better() -> None:
    question = "what's under the blue pot in the yard?"
    yes = [probe["question"] for probe in table("en", "judging")["probes"] if probe["tells"]]
    judged = [(rf"^Note: (?s:.*)Question: {re.escape(one)}$", "yes") for one in yes]
    of_keys = [(r"^Note: .*blue pot(?s:.*)$", "yes"), (r"^Note: .*doormat(?s:.*)$", "perhaps")]
    llm = {**ENGINES["llm"], "replies": [*judged, *of_keys, (r"^Note: (?s:.*)$", "no"), *ENGINES["llm"]["replies"]]}
    told = ["our spare key is under the blue pot in the yard", "our spare key is under the doormat in the yard now"]
    async with Served(hears=[*told, question], engines={"llm": llm}, settings=quick()) as room:
        for one in told:
            await room.say(one)
            await room.answered()
            await room.wait(1.5)  # the store knows moments by the second
        await room.wait(4)  # until the instructions are read
        await room.say("what is under the blue pot in the yard")
        await room.answered()
        assert "under the doormat" in room.said()[-1]


async def test_what_was_told_answers_a_question_that_does_not_say_that_it_is_of_their_life() -> None:
    question, world = "what's under the blue pot in the yard?", "what's under the ice of Greenland?"
    yes = [probe["question"] for probe in table("en", "judging")["probes"] if probe["tells"]] + [question]
    judged = [(rf"^Note: (?s:.*)Question: {re.escape(one)}$", "yes") for one in yes]
    llm = {**ENGINES["llm"], "replies": [*judged, (r"^Note: (?s:.*)$", "no")]}
    told = "our spare key is under the blue pot in the yard"
    async with Served(hears=[told, question, world], engines={"llm": llm}, settings=quick()) as room:
        await room.say(told)
        await room.answered()
        await room.wait(5)  # until it is learnt, and the instructions are read
        await room.say("what is under the blue pot in the yard")
        await room.answered()
        assert room.said()[-1] == "Your spare key is under the blue pot in the yard."
        await room.say("what is under the ice of Greenland")
        await room.answered()
        assert room.said()[-1].startswith("You said: ")


async def test_without_notes_it_answers_by_rule_all_the_same() -> None:
    with Store() as store:
        told = {"at": datetime(2026, 1, 2, tzinfo=UTC), "sentence": "my sister Anna lives in Graz"}
        store.remember_fact(USER, "sister", "Anna", **told)  # type: ignore[arg-type]
        store.remember_fact("Anna", "lives_in", "Graz", **told)  # type: ignore[arg-type]
    async with Served(
        hears=["where does my sister live?", "is my sister far away?"],
        engines=ENGINES,
        settings=quick(learn=False, recall_tokens=0),
    ) as room:
        await room.say("where does my sister live")
        await room.answered()
        assert room.said()[-1] == "Anna lives in Graz."
        await room.say("is my sister far away")
        await room.answered()
        assert "Graz" not in room.said()[-1], "there was a note"


async def test_nothing_is_drawn_where_that_is_not_wanted() -> None:
    async with Served(hears=["my sister Anna lives in Graz"], engines=ENGINES, settings=quick(learn=False)) as room:
        await room.say("my sister Anna lives in Graz")
        await room.answered()
        await room.wait(3)
    with Store() as store:
        assert store.facts() == []
        assert [episode.said for episode in store.undrawn()] == ["my sister Anna lives in Graz"]


async def test_an_answer_waits_for_no_memory_that_comes_too_late(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with Store() as store:
        store.remember_turn("my sister Anna lives in Graz", "", at=datetime.now(UTC), conversation="before")
    monkeypatch.setattr(mind, "RECALL_S", 0.0)
    with caplog.at_level("INFO"):
        async with Served(hears=["is my sister far away?"], engines=ENGINES, settings=quick(learn=False)) as room:
            await room.say("is my sister far away")
            await room.answered()
            assert room.said() == ["You said: is my sister far away?"], "what was told before is in it"
    assert "the memory took too long for this turn" in caplog.text
