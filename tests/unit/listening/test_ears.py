"""From frames to what was meant: calls by the wake word, and its own words come back."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import pytest

from voiceos import events as ev
from voiceos.audio.frames import FRAME_S, FRAME_SAMPLES, RATE_HZ, Frame, Samples
from voiceos.engines.scripted import ScriptedVoiceActivity, ScriptedWakeWord
from voiceos.listening.backchannels import Backchannels
from voiceos.listening.ears import WAKE_WORD_S, Called, Ears
from voiceos.listening.gate import SpeechGate
from voiceos.listening.hearing import Judge
from voiceos.thinking.intents import SentenceMatcher

MOON = "The moon goes around the earth in about a month, my friend, and nobody has ever heard it stop."


def ears(own_words: str = "", *, stt: object = None, sounds: bool = True, echo: bool | None = None) -> Ears:
    return Ears(
        gate=SpeechGate(ScriptedVoiceActivity()),
        stt=cast(Any, stt),
        end_of_turn=None,
        judge=Judge("en"),
        matcher=SentenceMatcher("en", "Ada"),
        name="Ada",
        own_words=lambda since: own_words,
        backchannels=Backchannels("en"),
        language="en",
        wake_word=ScriptedWakeWord(),
        echo=lambda: echo,
        sounded_since=lambda since: sounds,
    )


def silence(seconds: float) -> Samples:
    return np.zeros(round(seconds * RATE_HZ), np.float32)


def voice(seconds: float) -> Samples:
    return np.random.default_rng(1).normal(0, 0.1, round(seconds * RATE_HZ)).astype(np.float32)


def frames(*sounds: Samples, at: float = 0.0) -> list[Frame]:
    whole = np.concatenate(sounds)
    starts = range(0, len(whole) - FRAME_SAMPLES + 1, FRAME_SAMPLES)
    return [Frame(at + start / RATE_HZ, whole[start : start + FRAME_SAMPLES]) for start in starts]


def heed(ears: Ears, sounds: list[Frame]) -> list[ev.Event]:
    found: list[ev.Event] = []
    for frame in sounds:
        ears.keep(frame)
        found += ears.heed(frame.at + FRAME_S)
    return found


def test_the_wake_word_is_told_once_with_a_moment_before_it_began() -> None:
    (event,) = heed(ears(), frames(silence(1), ScriptedWakeWord.tone(), silence(1)))
    assert isinstance(event, ev.WakeWordHeard)
    assert event.since == pytest.approx(event.at - WAKE_WORD_S)
    assert event.since < 1.0


def test_its_own_voice_that_says_the_wake_word_wakes_nobody() -> None:
    assert heed(ears("Say Okay Nabu, and I'll listen."), frames(silence(1), ScriptedWakeWord.tone(), silence(1))) == []


def test_what_was_heard_before_a_hole_in_the_sound_is_no_part_of_a_wake_word() -> None:
    tone = ScriptedWakeWord.tone(2 * FRAME_S)
    assert heed(ears(), [*frames(silence(1), tone), *frames(tone, at=3.0)]) == []


def test_from_a_call_on_what_was_said_is_heard_and_nothing_before_it() -> None:
    listener = ears()
    sounds = frames(voice(1), silence(0.5), voice(1), silence(0.1))
    for frame in sounds:
        listener.keep(frame)
    listener.hear_since(1.3)
    events = listener.feed(3.0)
    assert [type(event) for event in events[:1]] == [ev.SpeechStarted]
    assert cast(ev.SpeechStarted, events[0]).began_at == pytest.approx(1.5, abs=FRAME_S)
    assert listener.gate.began_at >= 1.3 - FRAME_S
    listener.keep(frames(silence(FRAME_S), at=3.0)[0])
    assert len(listener.feed(3.1)) <= 1, "the past was heard twice"


@pytest.mark.parametrize(("behind", "only"), [(silence(1.0), True), (voice(1.0), False)])
def test_an_utterance_that_was_called_for_tells_whether_there_is_more_in_it(behind: Samples, only: bool) -> None:
    listener = ears()
    for frame in frames(silence(1), ScriptedWakeWord.tone(5 * FRAME_S), behind):
        listener.keep(frame)
        listener.heed(frame.at)
        listener.feed(frame.at)
    assert listener.called() == Called("Okay Nabu", only)


def test_the_next_utterance_was_not_called_for() -> None:
    listener = ears()
    for frame in frames(silence(1), ScriptedWakeWord.tone(), silence(0.5)):
        listener.keep(frame)
        listener.heed(frame.at)
        listener.feed(frame.at)
    listener.gate.discard()
    for frame in frames(silence(1), voice(1), at=2.0):
        listener.keep(frame)
        listener.feed(frame.at)
    assert listener.gate.open
    assert listener.called() is None


async def test_a_wake_word_with_nothing_behind_it_is_given_to_no_recogniser() -> None:
    assert await ears().understand(voice(1), 1.0, called=Called("Okay Nabu", only=True)) == ev.Nothing()


def test_its_name_amid_its_own_words_is_the_users() -> None:
    listener = ears(MOON)
    assert listener.read("the moon goes around the earth in about a month my friend").echo
    called = listener.read("the moon goes around the earth in about Ada a month my friend and nobody")
    assert called.named
    assert not called.echo


def test_its_name_is_an_echo_where_it_says_it_itself() -> None:
    assert ears("I'm Ada, and I live in your ear.").read("I'm Ada and I live in your ear").echo


@pytest.mark.parametrize(
    ("echo", "sounds", "over_reply", "long", "short"),
    [
        (True, True, True, True, True),
        (True, True, False, True, False),  # a quick answer, in the words that were offered
        (True, False, False, True, False),
        (None, True, True, True, False),
        (False, True, True, True, False),
        (False, False, False, False, False),
    ],
)
def test_a_few_of_its_words_are_an_echo_only_over_a_reply_that_is_known_to_come_back(
    echo: bool | None, sounds: bool, over_reply: bool, long: bool, short: bool
) -> None:
    listener = ears(MOON, sounds=sounds, echo=echo)
    assert listener.read("goes around the earth in about a month", over_reply=over_reply).echo == long
    assert listener.read("about a month", over_reply=over_reply).echo == short
    assert not listener.read("month", over_reply=over_reply).echo
    assert not listener.read("the sun", over_reply=over_reply).echo


@pytest.mark.parametrize(("echo", "may"), [(None, True), (True, True), (False, False)])
def test_the_gate_is_told_whether_the_reply_may_come_back(echo: bool | None, may: bool) -> None:
    listener = ears(echo=echo)
    listener.keep(frames(silence(0.1))[0])
    listener.feed(0.1)
    assert listener.gate.echoes == may


@pytest.mark.parametrize("over_reply", [True, False])
def test_an_utterance_keeps_whether_it_began_over_a_reply(over_reply: bool) -> None:
    listener = ears()
    listener.gate.over_reply = over_reply
    for frame in frames(silence(0.5), voice(0.3)):
        listener.keep(frame)
        listener.feed(frame.at)
    listener.gate.over_reply = not over_reply
    assert listener.gate.open
    assert listener.gate.began_over_reply == over_reply
    assert listener.gate.voice_since == pytest.approx(0.5, abs=FRAME_S)
