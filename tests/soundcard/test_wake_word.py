"""The whole program over the virtual sound card waits for its wake word, which the real detector hears."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tests.scenarios.room import espeak
from voiceos.audio.frames import RATE_HZ as HEARD_HZ
from voiceos.bench.session import Session
from voiceos.bench.virtual_card import VirtualCard
from voiceos.bench.voice_to_voice import spoken, starter_settings
from voiceos.config import Settings

WAKEWORD = starter_settings('[listening]\nmode = "wakeword"\n')


async def test_a_question_is_answered_behind_the_wake_word_and_not_else(card: VirtualCard, tmp_path: Path) -> None:
    ((_, question),) = await spoken(("What time is it?",), Settings())
    async with Session(card, WAKEWORD, tmp_path, arguments=["--no-greeting"]) as session:
        unheard = await session.ask(question, HEARD_HZ, patience_s=4.0)
        assert unheard.answer is None, "it answered though nobody had called it"
        pause = np.zeros(round(0.15 * HEARD_HZ), np.float32)
        called = await session.ask(np.concatenate([espeak("okay nabu"), pause, question]), HEARD_HZ)
        assert called.answer is not None
        assert called.answer.end_s - called.answer.begin_s > 0.5
