"""What the language model makes of answers that the user broke off."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import aclosing
from datetime import datetime
from pathlib import Path

import pytest

from voiceos.app import Engines
from voiceos.config import Settings
from voiceos.thinking.thinker import SENTENCE_ENDS, Thinker

HEARD_WORDS = 9
"""Of each answer, until it is broken off."""

TOLD_WORDS = 16
"""Of one that goes on. A model that does as it was done by ends behind some ten, in the midst of a sentence; how long a
story is where it is whole differs from processor to processor."""

NOW = datetime(2026, 3, 2, 20, 0)


def stories() -> Iterator[str]:
    for whom in ("a lighthouse keeper", "a fox in the snow", "a baker in the mountains", "two friends at sea"):
        yield f"Tell me a long story about {whom}."


@pytest.fixture
def settings(models_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("VOICEOS_MODELS", str(models_dir))
    return Settings()


async def told(thinker: Thinker, asked: str) -> list[str]:
    """The first words of an answer."""
    text = ""
    async with aclosing(thinker.reply(asked, NOW)) as pieces:  # type: ignore[type-var]
        async for piece in pieces:
            text += piece
            if len(text.split()) > TOLD_WORDS:
                break
    return text.split()


async def test_answers_do_not_break_off_by_themselves_where_others_were_broken_off(settings: Settings) -> None:
    async with Engines(settings, {"llm"}) as engines:
        assert await engines.wait_ready() == []
        thinker = engines.thinker()
        for asked in stories():
            words = await told(thinker, asked)
            assert thinker.conversation.persona.cut_off not in "".join(words)
            assert len(words) > TOLD_WORDS or words[-1].endswith(SENTENCE_ENDS), words
            thinker.heard(asked, " ".join(words[:HEARD_WORDS]), NOW, cut_off=True)
            thinker.heard("Wait a moment, please.", "Of course. What is it?", NOW)
