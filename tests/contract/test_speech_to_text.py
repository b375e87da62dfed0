"""What every recogniser must do, scripted or real."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import pytest_asyncio

from voiceos.audio.frames import RATE_HZ
from voiceos.engines.process import EngineProcess, EngineSpec
from voiceos.engines.speech_to_text import ProcessSpeechToText
from voiceos.errors import EngineCrashed, EngineError, EngineTimeout, ModelError
from voiceos.listening.ports import Decoding, SpeechToText

pytestmark = pytest.mark.asyncio(loop_scope="module")
"""One process of each engine serves all tests: loading takes longer than most of them."""

SECOND = (0.1 * np.sin(np.arange(RATE_HZ) * 0.1)).astype(np.float32)


def scripted(**plan: Any) -> EngineSpec:
    return EngineSpec("stt", "voiceos.engines.scripted:ScriptedRecogniser", plan, budget_s=2.0)


def whisper(model: Path) -> EngineSpec:
    arguments = {"model_path": str(model), "threads": 2, "beam_size": 3}
    return EngineSpec("stt", "voiceos.engines.faster_whisper:FasterWhisper", arguments)


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=["scripted", "faster_whisper"])
async def stt(request: pytest.FixtureRequest) -> AsyncIterator[SpeechToText]:
    real = request.param == "faster_whisper"
    spec = whisper(request.getfixturevalue("models_dir") / "faster-whisper-base") if real else scripted(steps=(2,))
    async with EngineProcess(spec) as process:
        yield ProcessSpeechToText(process)


async def test_a_decoding_carries_what_it_takes_to_judge_it(stt: SpeechToText) -> None:
    decoding = await stt.transcribe(SECOND, language="en")
    assert isinstance(decoding, Decoding)
    assert decoding.text == decoding.text.strip()
    assert decoding.language == "en"
    assert decoding.average_log_probability <= 0
    assert 0 <= decoding.no_speech_probability <= 1
    assert decoding.compression_ratio >= 0


async def test_the_language_is_the_one_that_was_set(stt: SpeechToText) -> None:
    assert (await stt.transcribe(SECOND, language="de")).language == "de"


async def test_a_language_is_found_where_none_is_set(stt: SpeechToText) -> None:
    assert len((await stt.transcribe(SECOND, language=None)).language) == 2


async def test_no_sound_at_all_is_no_failure(stt: SpeechToText) -> None:
    decoding = await stt.transcribe(np.zeros(0, np.float32), language="en")
    assert decoding.language == "en"
    assert decoding.average_log_probability <= 0.0


async def test_thirty_seconds_are_taken_and_more_refused(stt: SpeechToText) -> None:
    await stt.transcribe(np.zeros(30 * RATE_HZ, np.float32), language="en")
    with pytest.raises(ValueError, match="the recogniser takes 30 s"):
        await stt.transcribe(np.zeros(30 * RATE_HZ + 1, np.float32), language="en")


async def test_calls_at_once_are_answered_each(stt: SpeechToText) -> None:
    decodings = await asyncio.gather(*(stt.transcribe(SECOND, language=code) for code in ("en", "fr", "de")))
    assert [d.language for d in decodings] == ["en", "fr", "de"]


async def test_that_the_sound_was_taken_in_is_told_once_and_before_the_words_are_known(stt: SpeechToText) -> None:
    told: list[str] = []
    transcribing = asyncio.create_task(stt.transcribe(SECOND, language="en", on_encoded=lambda: told.append("encoded")))
    transcribing.add_done_callback(lambda _: told.append("words"))
    await transcribing
    assert told == ["encoded", "words"]


async def test_scripted_texts_come_in_turn() -> None:
    async with EngineProcess(scripted(texts=("one", "two"))) as process:
        stt = ProcessSpeechToText(process)
        silence = np.zeros_like(SECOND)
        heard = [(await stt.transcribe(s, language="en")).text for s in (SECOND, silence, SECOND, SECOND)]
    assert heard == ["one", "", "two", "one"]


@pytest.mark.parametrize(("plan", "error"), [({"crash_on": 2}, EngineCrashed), ({"hang_on": 2}, EngineTimeout)])
async def test_a_planted_failure_costs_one_decoding(plan: dict[str, int], error: type[EngineError]) -> None:
    states: asyncio.Queue[str] = asyncio.Queue()
    async with EngineProcess(scripted(**plan), on_state=states.put_nowait) as process:
        stt = ProcessSpeechToText(process)
        await stt.transcribe(SECOND, language="en")
        with pytest.raises(error):
            await stt.transcribe(SECOND, language="en")
        seen: list[str] = []
        while seen.count("ready") < 2:
            seen.append(await states.get())
        assert (await stt.transcribe(SECOND, language="en")).text


async def test_a_missing_model_is_named_with_the_next_step(tmp_path: Path) -> None:
    async with EngineProcess(whisper(tmp_path / "faster-whisper-base")) as process:
        with pytest.raises(ModelError, match="faster-whisper-base is not here") as failure:
            await process.wait_ready()
    assert failure.value.hint == "voiceos models pull faster-whisper-base"
