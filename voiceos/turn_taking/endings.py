"""The user falls silent, and perhaps goes on: from the pause to the turn that is committed, or is none."""

from __future__ import annotations

from dataclasses import replace

from voiceos import commands as do
from voiceos import events as ev
from voiceos.turn_taking import microphone, replies
from voiceos.turn_taking.pauses import CUT_IN_S
from voiceos.turn_taking.policy import UNFINISHED_SOUND, Policy
from voiceos.turn_taking.state import Phase, State, Step, forget
from voiceos.turn_taking.utterance import (
    finished_as_judged,
    holds_back,
    is_answer,
    is_backchannel,
    is_crisis,
    is_expected,
    is_for_us,
    known_words,
)

LATE_S = 0.1
"""Sound is known so much later than it was made, at most, where nothing holds it up: blocks, the sound server."""

UNCLEAR_WAITS = 2.0
"""So many times the silence that ends a finished turn ends one that was not understood. Set by hand."""

STALLED_S = 1.5
"""Without any sound for so long, time itself counts as silence: what is to come may never come."""


def pause(state: State, event: ev.SpeechPaused, policy: Policy) -> Step:
    paused = replace(
        forget(state),
        phase=Phase.PAUSED,
        voice=False,
        revision=state.revision + 1,
        silent_since=event.silent_since,
    )
    if event.voiced_s < policy.min_speech_s:
        return replace(paused, heard=ev.Nothing()), []
    return paused, [do.Transcribe(paused.turn, paused.revision)]


def full(state: State, event: ev.UtteranceFull, policy: Policy) -> Step:
    ended = replace(forget(state), phase=Phase.PAUSED, revision=state.revision + 1, silent_since=event.at, full=True)
    return ended, [do.Transcribe(ended.turn, ended.revision)]


def nothing_due(state: State, event: ev.Tick | ev.SpeechPaused | ev.UtteranceFull, policy: Policy) -> Step:
    """The utterance stays open until its answer sounds: it may pause once it is full, or fill up in silence."""
    return state, []


def goes_on(state: State, event: ev.SpeechResumed, policy: Policy) -> Step:
    if state.full:  # what has been said is a turn of its own by now
        return state, []
    known, known_at = state.known, state.known_at
    if state.heard is not None:
        known, known_at = known_words(state, state.heard, policy), state.revision
    again = replace(
        forget(state),
        phase=Phase.LISTENING,
        voice=True,
        known=known,
        known_at=known_at,
        asking=None,
        replying=state.replying if state.suspended else None,
        hinted=False,
    )
    wanted: list[do.Command] = [do.Cancel(state.turn), do.Prepare(state.turn, known)]
    return again, [*wanted, *_went_on(state, event.at, policy)]


def _went_on(state: State, at: float, policy: Policy) -> list[do.Command]:
    """That was a pause of a user's who talks to us, as far as is known; in a call they talk to others."""
    heard = state.heard
    unknown_yet = heard is None and policy.mode == "open"
    for_us = isinstance(heard, ev.Words) and is_for_us(state, heard, policy)
    if state.suspended or holds_back(state, policy) or not (unknown_yet or for_us):
        return []
    return [do.LearnPause(at - state.silent_since, finished_as_judged(state), went_on=True)]


def heard_as_they_went_on(state: State, event: ev.Transcribed, policy: Policy) -> Step:
    """The words up to a pause that was none: where nothing newer is known they may as well be read."""
    after, _ = heard_late(state, event, policy)
    return after, [do.Prepare(after.turn, after.known)] if after.known_at > state.known_at else []


def heard_late(state: State, event: ev.Transcribed, policy: Policy) -> Step:
    """Likewise in another pause, in which there is better to do than to read them."""
    known = known_words(state, event.heard, policy)
    if not known or event.revision <= state.known_at:
        return state, []
    return replace(state, known_at=event.revision, known=known), []


def judged(state: State, event: ev.EndpointJudged, policy: Policy) -> Step:
    by = {event.by: event.probability}
    return commit_if_due(
        replace(state, sound=by.get("sound", state.sound), words=by.get("words", state.words)), event.at, policy
    )


def transcribed(state: State, event: ev.Transcribed, policy: Policy) -> Step:
    state = replace(state, heard=event.heard)
    early: list[do.Command] = []
    if isinstance(event.heard, ev.Words) and event.heard.intent is None and is_for_us(state, event.heard, policy):
        # Such words end the reply under them, however they go on. So the language model is free for them, and knows
        # what was heard of the reply.
        state, early = replies.give_way(replace(state, thinks=True))
        early.append(do.Think(state.turn, state.revision, event.heard.text))
    after, wanted = commit_if_due(state, event.at, policy)
    return after, early + wanted


def failed_early(state: State, event: ev.WorkFailed, policy: Policy) -> Step:
    if event.turn != state.turn:
        return replies.failed_under_speech(state, event, policy)
    return commit_if_due(replace(state, failed=event.sentence), event.at, policy)


def commit_if_due(state: State, event: ev.Tick | float, policy: Policy) -> Step:
    at = event if isinstance(event, float) else event.at
    heard = state.heard
    if heard is None and state.failed is None:
        if state.hinted or at - state.silent_since < policy.thinking_earcon_s:
            return state, []
        return replace(state, hinted=True), [do.Earcon("thinking")]
    if not state.full and not _is_urgent(heard) and _silent_s(state, at) < _wait_s(state, policy):
        return state, []
    return _commit(state, at, policy)


def _silent_s(state: State, at: float) -> float:
    """Silence so far, as far as it has been heard: where sound is late the user may be speaking on by now."""
    if at - state.heard_until > STALLED_S:
        return at - state.silent_since
    return min(at, state.heard_until + LATE_S) - state.silent_since


def _wait_s(state: State, policy: Policy) -> float:
    """Silence that ends the turn, as far as it has been judged."""
    heard = state.heard
    if state.failed is not None or isinstance(heard, ev.Nothing) or is_backchannel(state, heard):
        return policy.end_silence_s
    thinks = isinstance(heard, ev.Words) and is_for_us(state, heard, policy)
    if thinks and isinstance(heard, ev.Words) and is_answer(heard):
        return policy.wait_s(state.sound, None, expects_words=False)
    if thinks and isinstance(heard, ev.Words) and heard.intent is not None:
        # A whole sentence that is known is a finished one.
        sounds_on = state.sound is not None and state.sound < UNFINISHED_SOUND
        if is_crisis(heard):  # it may stand anywhere in what they have to say, and nobody cuts in on that
            return policy.unfinished_silence_s if sounds_on else policy.end_silence_s
        return policy.end_silence_s if sounds_on else min(policy.wish_silence_s, policy.end_silence_s)
    if state.suspended or state.interrupting == state.turn:
        # The voice decides alone: to the language model, what is called out over a reply looks unfinished.
        return policy.wait_s(state.sound, None, expects_words=False)
    if isinstance(heard, ev.Unclear):  # to be asked again amid what one says is worse than to be asked a little later
        return max(UNCLEAR_WAITS * policy.end_silence_s, policy.wait_s(state.sound, None, expects_words=False))
    return policy.wait_s(state.sound, state.words, expects_words=thinks)


def _commit(state: State, at: float, policy: Policy) -> Step:
    heard = state.heard
    if state.failed is not None:
        told: list[do.Command] = [do.Cancel(state.turn), do.Earcon("error"), do.Say(state.turn, state.failed, key=True)]
        return _answer(state, at, told, close=True)
    if isinstance(heard, ev.Words) and is_for_us(state, heard, policy):
        state = replace(state, unclear=0, echoes=0)
        if heard.intent is not None:
            return _answer(state, at, [do.Perform(state.turn, heard.intent, heard.text)], close=True)
        wanted: list[do.Command] = [do.Release(state.turn, state.revision)]
        if not state.thinks:  # meanwhile a call, or the time for which it was to be quiet, has ended
            wanted.insert(0, do.Think(state.turn, state.revision, heard.text))
        return _answer(state, at, wanted, close=False)
    unclear = isinstance(heard, ev.Unclear) and is_expected(state, policy) and not state.suspended
    # Its words, as they were understood at first, have ended a reply: where they are none now, silence is no answer.
    lost = isinstance(heard, ev.Nothing | ev.Unclear) and state.interrupting == state.turn
    if unclear or lost:
        sentence = "didnt_catch_again" if state.unclear else "didnt_catch"
        again = replace(state, unclear=state.unclear + 1)
        return _answer(again, at, [do.Say(state.turn, sentence, key=True)], close=True)
    return _not_a_turn(state, at, policy)


def _answer(state: State, at: float, wanted: list[do.Command], *, close: bool) -> Step:
    state, before = replies.give_way(state)
    before += _came_of_the_last_pause(state)
    if close:
        before += [do.CloseUtterance()]
    answering = replace(
        state,
        phase=Phase.ANSWERING,
        replying=state.turn,
        announcing=None,
        ended=None,
        answering_since=at,
        utterance_open=not close,
        voice=False,
    )
    return answering, before + wanted


def _came_of_the_last_pause(state: State) -> list[do.Command]:
    """When the user spoke again tells whether the last reply cut in: soon after its first sound they go on with what
    they had said, unless it is a wish."""
    if state.ended is None:
        return []
    heard, last = state.heard, state.ended
    spoke_s = state.voice_since - state.sounded_at
    cut_in = spoke_s <= CUT_IN_S and isinstance(heard, ev.Words) and heard.intent is None
    return [replace(last, duration_s=last.duration_s + spoke_s, went_on=True) if cut_in else last]


def _not_a_turn(state: State, at: float, policy: Policy) -> Step:
    """A cough, a noise, somebody else, or an echo: go on as if nothing had been."""
    wanted: list[do.Command] = [do.Cancel(state.turn), do.CloseUtterance()]
    if isinstance(state.heard, ev.Words) and state.heard.echo:
        state = replace(state, echoes=state.echoes + 1)
        if state.echoes >= policy.echo_limit and not state.half_duplex:
            state = microphone.half_duplex(state, at)
    return replies.go_on(replace(forget(state), voice=False, utterance_open=False), at, wanted)


def _is_urgent(heard: ev.Heard | None) -> bool:
    """ "Stop" needs no second thought."""
    return isinstance(heard, ev.Words) and heard.intent is not None and heard.intent.name == "stop"
