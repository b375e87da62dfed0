"""What is left of the lanes beside the conversation once something is forgotten."""

from __future__ import annotations

import pytest

from voiceos.engines.language_model import ProcessLanguageModel
from voiceos.engines.process import EngineProcess, EngineSpec
from voiceos.purge import empty
from voiceos.thinking.ports import Lane, Message


@pytest.mark.parametrize("lane", [Lane.BACKGROUND, Lane.JUDGEMENT])
async def test_nothing_is(lane: Lane) -> None:
    async with EngineProcess(EngineSpec("llm", "voiceos.engines.scripted:ScriptedLanguageModel", {})) as process:
        model = ProcessLanguageModel(process)
        tokens = await model.render([Message("user", "My sister is Anna.")], open_role="assistant")
        await model.extend(lane, tokens)
        assert await model.extend(lane, tokens) == 0, "nothing was kept that could be forgotten"
        await empty(model)
        assert await model.extend(lane, tokens) == len(tokens)
