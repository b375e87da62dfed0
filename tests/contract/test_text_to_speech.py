"""What every voice must do, scripted or real."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio

from voiceos.engines.process import EngineProcess, EngineSpec
from voiceos.engines.text_to_speech import ProcessTextToSpeech
from voiceos.errors import EngineCrashed, EngineError, EngineTimeout
from voiceos.speaking.ports import TextToSpeech, joined

pytestmark = pytest.mark.asyncio(loop_scope="module")
"""One process of each engine serves all tests: loading takes longer than most of them."""

SAID = 4
"""Times; how long a voice takes for a word is a matter of chance as well."""

TEXT = "Of the two of them, one is here. It's the blue one!"


def scripted(**plan: str) -> EngineSpec:
    return EngineSpec("tts", "voiceos.engines.scripted:ScriptedVoice", plan, budget_s=2.0)


def piper(models_dir: Path) -> EngineSpec:
    voice = models_dir / "en_US-joe-medium" / "en_US-joe-medium.onnx"
    return EngineSpec("tts", "voiceos.engines.piper:Piper", {"voice_path": str(voice), "threads": 2})


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=["scripted", "piper"])
async def voice(request: pytest.FixtureRequest) -> AsyncIterator[TextToSpeech]:
    spec = scripted() if request.param == "scripted" else piper(request.getfixturevalue("models_dir"))
    async with EngineProcess(spec) as process:
        yield ProcessTextToSpeech(process)


async def test_a_word_end_for_each_word(voice: TextToSpeech) -> None:
    speech = await voice.synthesize(TEXT, speed=1.0)
    assert [TEXT[: word.text_end].split()[-1] for word in speech.words] == TEXT.split()


async def test_word_ends_ascend_and_the_last_is_where_the_sound_ends(voice: TextToSpeech) -> None:
    speech = await voice.synthesize(TEXT, speed=1.0)
    ends = [word.sample_end for word in speech.words]
    assert ends == sorted(ends)
    assert 0 < ends[0] < ends[-1] <= len(speech.samples)
    assert np.abs(speech.samples[ends[-1] :]).max(initial=0.0) < 0.02


async def test_parts_are_a_phrase_with_a_word_end_for_each_word(voice: TextToSpeech) -> None:
    parts = [part async for part in voice.speak(TEXT, speed=1.0)]
    assert len(parts) > 1
    assert all(0 <= word.sample_end <= len(part.samples) for part in parts for word in part.words)
    speech = joined(parts, 0)
    assert [TEXT[: word.text_end].split()[-1] for word in speech.words] == TEXT.split()
    ends = [word.sample_end for word in speech.words]
    assert ends == sorted(ends)
    assert np.abs(speech.samples[ends[-1] :]).max(initial=0.0) < 0.02
    assert speech.rate_hz == (await voice.synthesize("One.", speed=1.0)).rate_hz


async def test_parts_join_without_a_click(voice: TextToSpeech) -> None:
    parts = [part.samples async for part in voice.speak(TEXT, speed=1.0)]
    for before, after in pairwise(parts):
        inside = max(np.abs(np.diff(one)).max(initial=0.0) for one in (before[-400:], after[:400]))
        assert abs(after[0] - before[-1]) <= 1.5 * inside + 0.001


async def test_a_phrase_may_be_left_in_its_middle(voice: TextToSpeech) -> None:
    async with aclosing(voice.speak(TEXT, speed=1.0)) as parts:  # type: ignore[type-var]
        async for _ in parts:
            break
    assert (await voice.synthesize("And on.", speed=1.0)).words


async def test_parts_of_an_impossible_speed_are_refused(voice: TextToSpeech) -> None:
    with pytest.raises(ValueError, match="speed"):
        [part async for part in voice.speak(TEXT, speed=0.0)]


async def test_sound_is_mono_float32_within_full_scale(voice: TextToSpeech) -> None:
    speech = await voice.synthesize(TEXT, speed=1.0)
    assert speech.samples.dtype == np.float32
    assert speech.samples.ndim == 1
    assert 0.05 < np.abs(speech.samples).max() <= 1.0
    assert speech.rate_hz >= 16_000


async def test_begins_and_ends_without_a_click(voice: TextToSpeech) -> None:
    samples = (await voice.synthesize(TEXT, speed=1.0)).samples
    assert abs(samples[0]) < 0.002
    assert abs(samples[-1]) < 0.002


async def test_speed_shortens(voice: TextToSpeech) -> None:
    slow = [await voice.synthesize(TEXT, speed=0.8) for _ in range(SAID)]
    fast = [await voice.synthesize(TEXT, speed=1.6) for _ in range(SAID)]
    assert 1.6 < sum(len(one.samples) for one in slow) / sum(len(one.samples) for one in fast) < 2.4


@pytest.mark.parametrize("text", ["", " ", "…", "?!"])
async def test_nothing_to_say_has_no_words(voice: TextToSpeech, text: str) -> None:
    assert (await voice.synthesize(text, speed=1.0)).words == ()


@pytest.mark.parametrize("speed", [0.0, -1.0, 9.0])
async def test_an_impossible_speed_is_refused(voice: TextToSpeech, speed: float) -> None:
    with pytest.raises(ValueError, match="speed"):
        await voice.synthesize(TEXT, speed=speed)


async def test_any_text_is_survived(voice: TextToSpeech) -> None:
    for text in ["[[x]] y", "漢字 and 😀 mixed", "(((", "a" * 200, "\x00\x07 bell", "10:30 3.5% $4 & co."]:
        speech = await voice.synthesize(text, speed=1.0)
        assert [w.text_end for w in speech.words] == sorted(w.text_end for w in speech.words)


@pytest.mark.parametrize(
    ("plan", "error"), [({"crash_on": "boom"}, EngineCrashed), ({"hang_on": "boom"}, EngineTimeout)]
)
async def test_after_a_planted_failure_the_next_phrase_is_said(plan: dict[str, str], error: type[EngineError]) -> None:
    states: asyncio.Queue[str] = asyncio.Queue()
    async with EngineProcess(scripted(**plan), on_state=states.put_nowait) as process:
        voice = ProcessTextToSpeech(process)
        with pytest.raises(error):
            await voice.synthesize("this goes boom.", speed=1.0)
        seen: list[str] = []
        while seen.count("ready") < 2:
            seen.append(await states.get())
        assert (await voice.synthesize("And on.", speed=1.0)).words
