"""Whether something answers a question, as a scripted language model sees it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest

from voiceos.engines.language_model import ProcessLanguageModel
from voiceos.engines.process import EngineProcess, EngineSpec
from voiceos.languages import table
from voiceos.thinking.judgement import Judgement
from voiceos.thinking.ports import Lane

TELLS = [probe["question"] for probe in table("en", "judging")["probes"] if probe["tells"]]


def spec(*yes: str) -> EngineSpec:
    replies = [(re.escape(f"Question: {question}"), "yes") for question in yes]
    return EngineSpec("llm", "voiceos.engines.scripted:ScriptedLanguageModel", {"replies": replies})


@pytest.fixture
async def model() -> AsyncIterator[ProcessLanguageModel]:
    async with EngineProcess(spec(*TELLS, "Who keeps bees?")) as process:
        yield ProcessLanguageModel(process)


async def test_what_it_is_shown_last_is_judged(model: ProcessLanguageModel) -> None:
    judgement = Judgement(model, language="en")
    await judgement.prepare()
    assert judgement.able
    assert await judgement.odds("Who keeps bees?", "Vera keeps bees.") > 0.9
    assert await judgement.odds("Who keeps cats?", "Vera keeps bees.") == pytest.approx(0.5)


async def test_what_stays_in_mind_is_evaluated_once(model: ProcessLanguageModel) -> None:
    judgement = Judgement(model, language="en")
    await judgement.prepare()
    head = await model.render(judgement.head, open_role="user")
    assert await model.extend(Lane.JUDGEMENT, head) <= 1, "the instructions were evaluated again"


async def test_a_model_that_cannot_judge_is_not_asked() -> None:
    async with EngineProcess(spec()) as process:
        judgement = Judgement(ProcessLanguageModel(process), language="en")
        await judgement.prepare()
        assert not judgement.able


async def test_what_is_too_long_tells_nothing(model: ProcessLanguageModel) -> None:
    assert await Judgement(model, language="en").odds("Who keeps bees?", "Vera keeps bees. " * 400) == 0.0
