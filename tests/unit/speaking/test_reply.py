"""How much of a reply has been heard, while parts of it are still being made."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import numpy as np
import pytest

from voiceos.audio.frames import Samples
from voiceos.audio.mixer import Mixer
from voiceos.engines.process import EngineProcess, EngineSpec
from voiceos.engines.text_to_speech import ProcessTextToSpeech
from voiceos.errors import EngineCrashed
from voiceos.speaking.ahead import AheadOfTime
from voiceos.speaking.ports import Speech
from voiceos.speaking.reply import Reply

RATE_HZ = 44_100
"""Twice the scripted voice's."""


class Loudspeaker:
    """A player that nobody hears: the mixer, without a device."""

    rate_hz = RATE_HZ

    def __init__(self) -> None:
        self._mixer = Mixer(RATE_HZ)
        self.played = asyncio.Event()

    def play(self, number: int, samples: Samples, rate_hz: int) -> None:
        self._mixer.add(number, np.repeat(samples, RATE_HZ // rate_hz))
        self.played.set()

    def hold(self, number: int) -> None:
        self._mixer.hold(number)

    def release(self, number: int) -> None:
        self._mixer.release(number)

    def finish(self, number: int) -> None:
        self._mixer.finish(number)

    def pause(self) -> None:
        self._mixer.pause()

    def resume(self) -> None:
        self._mixer.resume()

    def stop(self, number: int) -> int:
        return self._mixer.stop(number)

    def heard(self, number: int) -> int:
        return self._mixer.submitted(number)


async def pieces(text: str) -> AsyncIterator[str]:
    yield text


@pytest.fixture
async def voice() -> AsyncIterator[ProcessTextToSpeech]:
    spec = EngineSpec("tts", "voiceos.engines.scripted:ScriptedVoice", {"crash_on": "crash"}, budget_s=2.0)
    async with EngineProcess(spec) as process:
        yield ProcessTextToSpeech(process)


def reply(voice: ProcessTextToSpeech, moments: list[str] | None = None) -> Reply:
    told = moments if moments is not None else []
    return Reply(1, tts=voice, player=Loudspeaker(), language="en", speed=1.0, on_phrase=told.append)


async def word_ends(voice: ProcessTextToSpeech, text: str) -> list[int]:
    """Sample of the player at which each word ends."""
    speech = await voice.synthesize(text, speed=1.0)
    return [2 * word.sample_end for word in speech.words]


async def test_a_word_counts_from_the_very_sample_at_which_it_ends(voice: ProcessTextToSpeech) -> None:
    said = reply(voice)
    await said.speak(pieces("One two three."))
    ends = await word_ends(voice, "One two three.")
    assert said.samples == ends[-1]
    for heard, end in zip(("One", "One two", "One two three."), ends, strict=True):
        assert said.heard(end) == heard
        assert said.heard(end - 1) == " ".join(heard.split()[:-1])
    assert said.heard(0) == ""


async def test_of_a_phrase_that_is_still_being_made_only_said_words_count(voice: ProcessTextToSpeech) -> None:
    ends = await word_ends(voice, "One two crash.".replace("crash", "other"))
    said = reply(voice)
    with pytest.raises(EngineCrashed):
        await said.speak(pieces("One two crash."))
    assert said.samples == ends[1]
    assert said.heard(ends[1]) == said.heard(10 * ends[1]) == "One two"
    assert said.heard(ends[1] - 1) == "One"


async def test_broken_off_it_keeps_what_was_played(voice: ProcessTextToSpeech) -> None:
    player = Loudspeaker()
    said = Reply(1, tts=voice, player=player, language="en", speed=1.0)
    speaking = asyncio.create_task(said.speak(pieces("A hundred words. " * 40)))
    await player.played.wait()
    speaking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await speaking
    assert said.text.startswith(said.heard(said.samples))
    assert (await voice.synthesize("And on.", speed=1.0)).words  # the voice has left off


async def test_the_first_part_is_speech_and_only_once(voice: ProcessTextToSpeech) -> None:
    moments: list[str] = []
    await reply(voice, moments).speak(pieces("One two three. And four more words."))
    assert moments == ["phrase", "speech"]


async def test_the_first_part_plays_before_the_last_is_made(voice: ProcessTextToSpeech) -> None:
    parts: list[Speech] = []
    async with aclosing(voice.speak("One two three.", speed=1.0)) as stream:  # type: ignore[type-var]
        async for part in stream:
            parts.append(part)
            break
    assert len(parts) == 1
    assert len(parts[0].samples) < (await word_ends(voice, "One two three."))[0]


async def test_what_was_rendered_ahead_opens_an_answer_of_another_pace_and_all_of_it_is_as_soft(
    voice: ProcessTextToSpeech,
) -> None:
    ahead = AheadOfTime(voice, ["Hmm."])
    await ahead.prepare(1.0)
    ready, slow = await ahead.synthesize("Hmm.", speed=1.0), await voice.synthesize("One two.", speed=0.5)
    player = Loudspeaker()
    chosen = Reply(1, tts=ahead, player=player, language="en", speed=0.5, opening="Hmm.", opening_speed=1.0, gain=0.5)
    await chosen.speak(pieces("One two."))
    out = np.zeros(chosen.samples, np.float32)
    player._mixer.render(out)
    wanted = 0.5 * np.repeat(np.concatenate([ready.samples, slow.samples]), 2)
    np.testing.assert_allclose(out, wanted, atol=1e-6)
    assert ahead._ready.keys() == {("Hmm.", 1.0)}, "it was rendered again"


async def test_over_another_loudspeaker_it_is_no_softer_than_before(voice: ProcessTextToSpeech) -> None:
    said = Reply(1, tts=voice, player=Loudspeaker(), language="en", speed=1.0, gain=0.5)
    await said.speak(pieces("One two."))
    other = Loudspeaker()
    said.go_over(other)
    out = np.zeros(said.samples, np.float32)
    other._mixer.render(out)
    speech = await voice.synthesize("One two.", speed=1.0)
    assert np.abs(out).max() == pytest.approx(0.5 * np.abs(speech.samples).max(), rel=1e-3)
