"""When a turn is taken to be over."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.turn_taking.table import FUSED, POLICY, Table
from voiceos import commands as do
from voiceos import events as ev
from voiceos.turn_taking import endings
from voiceos.turn_taking.state import Phase


@pytest.mark.parametrize("probability", [0.99, 0.2, 0.05, 0.001])
def test_the_less_finished_a_turn_sounds_the_longer_it_is_waited_for(probability: float) -> None:
    table = Table()
    table.says(0.0, 1.0)
    table.heard(1.2, ev.Words("I was thinking"), probability)
    silence_s = POLICY.wait_s(probability, None, expects_words=True)
    assert table.feed(ev.Tick(1.0 + silence_s - 0.01)) == []
    assert table.feed(ev.Tick(1.0 + silence_s + 0.01)) == [do.Release(1, 1)]


def test_the_words_have_a_say_in_whether_a_turn_is_finished() -> None:
    for words, silence_s in ((0.99, FUSED.end_silence_s), (0.001, FUSED.wait_s(0.9, 0.001, expects_words=True))):
        table = Table(FUSED)
        table.says(0.0, 1.0)
        assert table.heard(1.2, ev.Words("and then I")) == [do.Think(1, 1, "and then I")]
        assert table.feed(ev.Tick(1.36)) == []  # however finished it sounds, the words are still being read
        wanted = table.feed(ev.EndpointJudged(1.5, 1, 1, words, "words"))
        assert wanted == ([do.Release(1, 1)] if silence_s < 0.5 else [])
        if not wanted:
            assert table.feed(ev.Tick(1.0 + silence_s - 0.01)) == []
            assert table.feed(ev.Tick(1.0 + silence_s + 0.01)) == [do.Release(1, 1)]


def test_a_known_wish_and_a_noise_wait_for_no_judgement() -> None:
    wish = ev.Words("what time is it", intent=ev.Intent("time"))
    for heard, wanted in ((wish, do.Perform(1, ev.Intent("time"), "what time is it")), (ev.Nothing(), do.Cancel(1))):
        table = Table(FUSED)
        table.says(0.0, 1.0)
        table.feed(ev.Transcribed(1.15, 1, 1, heard))
        assert wanted in table.feed(ev.Tick(1.36))


def test_over_a_reply_the_words_are_not_waited_for() -> None:
    table = Table(FUSED).speaking()
    table.feed(ev.SpeechStarted(3.06, 3.0, 3.06))
    table.feed(ev.Tick(3.2, heard_until=3.2))
    table.feed(ev.SpeechPaused(4.1, 4.0, 1.0))
    table.heard(4.3, ev.Words("wait a moment"))
    silence_s = FUSED.wait_s(0.9, None, expects_words=False)
    assert table.feed(ev.EndpointJudged(4.31, 2, 1, 0.1, "words")) == []
    assert table.feed(ev.Tick(4.01 + silence_s)) == [do.Release(2, 1)]


def test_a_judgement_that_never_comes_is_not_waited_for_longer_than_an_unfinished_turn() -> None:
    table = Table(FUSED)
    table.says(0.0, 1.0)
    table.feed(ev.Transcribed(1.2, 1, 1, ev.Words("hello")))
    assert table.feed(ev.Tick(1.0 + FUSED.unfinished_silence_s - 0.01)) == []
    assert table.feed(ev.Tick(1.0 + FUSED.unfinished_silence_s + 0.01)) == [do.Release(1, 1)]


@pytest.mark.parametrize("judges", [{"sound"}, {"words"}, {"sound", "words"}])
def test_the_more_finished_the_shorter_the_wait_between_its_bounds(judges: set[ev.EndpointJudge]) -> None:
    policy = replace(POLICY, judges=frozenset(judges))

    def wait_s(probability: float) -> float:
        sound, words = (probability if judge in judges else None for judge in ("sound", "words"))
        return policy.wait_s(sound, words, expects_words=True)

    waits = [wait_s(n / 100) for n in range(101)]
    assert waits == sorted(waits, reverse=True)
    assert waits[-1] == policy.end_silence_s
    assert policy.end_silence_s < waits[0] <= policy.unfinished_silence_s


def test_without_an_end_of_turn_engine_a_fixed_silence_ends_the_turn() -> None:
    table = Table(replace(POLICY, judges=frozenset()))
    table.says(0.0, 1.0)
    table.feed(ev.Transcribed(1.3, 1, 1, ev.Words("hello")))
    assert table.feed(ev.Tick(1.69)) == []
    assert table.feed(ev.Tick(1.71)) == [do.Release(1, 1)]


def test_a_late_transcript_commits_at_once_when_the_silence_has_lasted() -> None:
    table = Table()
    table.says(0.0, 1.0)
    table.feed(ev.EndpointJudged(1.2, 1, 1, 0.9))
    assert table.feed(ev.Tick(5.0)) == [do.Earcon("thinking")]
    assert table.feed(ev.Transcribed(5.1, 1, 1, ev.Words("hi"))) == [do.Think(1, 1, "hi"), do.Release(1, 1)]


@pytest.mark.parametrize(("sound", "silence_s"), [(None, 0.2), (0.9, 0.2), (0.2, 0.35)])
def test_a_known_wish_waits_shortly_unless_the_voice_goes_on(sound: float | None, silence_s: float) -> None:
    table = Table(FUSED)
    table.says(0.0, 1.0)
    turn, revision = table.state.turn, table.state.revision
    if sound is not None:
        table.feed(ev.EndpointJudged(1.11, turn, revision, sound))
    table.feed(ev.Transcribed(1.12, turn, revision, ev.Words("what time is it", intent=ev.Intent("time"))))
    table.feed(ev.Tick(1.0 + silence_s - 0.01))
    assert table.state.phase is Phase.PAUSED
    assert any(isinstance(one, do.Perform) for one in table.feed(ev.Tick(1.0 + silence_s + 0.01)))


def test_a_long_wait_behind_an_opener_is_told_of_once() -> None:
    table = Table(FUSED)
    table.says(0.0, 1.0)
    table.heard(1.3, ev.Words("what should I do"))
    table.feed(ev.EndpointJudged(1.35, 1, 1, 0.9, "words"))
    table.feed(ev.Tick(1.6))
    table.feed(ev.PlaybackStarted(2.0, 1, opening=True))
    earcon = do.Earcon("thinking")
    assert table.feed(ev.Tick(1.9 + FUSED.thinking_earcon_s)) == []
    assert table.feed(ev.Tick(2.1 + FUSED.thinking_earcon_s)) == [earcon]
    assert table.feed(ev.Tick(9.0)) == []


def test_behind_an_opener_with_words_nothing_is_waited_for() -> None:
    table = Table(FUSED)
    table.says(0.0, 1.0)
    table.heard(1.3, ev.Words("what should I do"))
    table.feed(ev.EndpointJudged(1.35, 1, 1, 0.9, "words"))
    table.feed(ev.Tick(1.6))
    table.feed(ev.PlaybackStarted(2.0, 1, opening=True))
    table.feed(ev.WordsReady(2.5, 1))
    assert table.feed(ev.Tick(9.0)) == []


def test_silence_counts_as_far_as_it_was_heard() -> None:
    """A stop consonant looks like a pause; where the sound behind it is held up, nobody knows that it goes on."""
    table = Table()
    table.says(0.0, 1.0)
    table.feed(ev.Tick(1.12, heard_until=1.1))
    table.flows = False
    assert table.heard(1.5, ev.Words("what is the capital of")) == [do.Think(1, 1, "what is the capital of")]
    assert table.feed(ev.Tick(1.8)) == []
    assert table.feed(ev.SpeechResumed(1.9)) == [do.Cancel(1), do.Prepare(1, "what is the capital of")]


def test_where_sound_is_hardly_late_no_answer_waits_for_it() -> None:
    table = Table()
    table.says(0.0, 1.0)
    table.flows = False
    table.feed(ev.Tick(1.3, heard_until=1.26))
    table.heard(1.3, ev.Words("hello"))
    assert table.feed(ev.Tick(1.36, heard_until=1.29)) == [do.Release(1, 1)]


def test_sound_that_never_comes_is_not_waited_for_for_ever() -> None:
    table = Table()
    table.says(0.0, 1.0)
    table.flows = False
    table.heard(1.3, ev.Words("hello"))
    assert table.feed(ev.Tick(1.1 + endings.STALLED_S - 0.1)) == []
    assert table.feed(ev.Tick(1.1 + endings.STALLED_S + 0.1)) == [do.Release(1, 1)]


def test_a_microphone_that_is_closed_after_the_last_word_delays_no_answer() -> None:
    table = Table()
    table.says(0.0, 1.0)
    table.flows = False
    table.heard(1.2, ev.Words("hello"))
    table.feed(ev.MicrophoneClosed(1.25))
    assert table.feed(ev.Tick(1.36)) == [do.Release(1, 1)]
