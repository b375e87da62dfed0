"""The user begins to speak: into silence, before an answer, or over a reply, which it suspends first."""

from __future__ import annotations

from dataclasses import replace

from voiceos import commands as do
from voiceos import events as ev
from voiceos.turn_taking import announcements, attention, replies
from voiceos.turn_taking.policy import Policy
from voiceos.turn_taking.state import Phase, State, Step, forget

DUCKED_S = 0.1
"""What asks for more voice than this to stop a reply asks for no hurry either."""

EPSILON_S = 1e-6
"""Sums of frame lengths are not exact."""


def in_quiet(state: State, event: ev.SpeechStarted, policy: Policy) -> Step:
    if attention.ignores(state, event.at, policy):  # a sound from just before it fell asleep
        return state, [do.CloseUtterance()]
    return _open_turn(state, event.began_at)


def before_answer(state: State, event: ev.SpeechStarted, policy: Policy) -> Step:
    """An announcement waits for its moment; an answer is held like one that sounds: it may be but a cough."""
    if state.asking is not None:
        opened, wanted = _open_turn(announcements.again_later(state), event.began_at)
        return opened, [do.Cancel(state.turn), *wanted]
    assert state.replying is not None
    opened, wanted = _open_turn(state, event.began_at, suspended=True)
    return opened, [do.Suspend(state.replying), *wanted]


def perhaps_over_reply(state: State, event: ev.VoiceNoticed, policy: Policy) -> Step:
    """Silent from the first sound on where the second would suspend the reply anyway; a click leaves a short hole."""
    ducks = policy.barge_in and not state.half_duplex and policy.barge_in_s <= DUCKED_S
    return state, [do.Duck()] if ducks else []


def perhaps_otherwise(state: State, event: ev.VoiceNoticed, policy: Policy) -> Step:
    return state, []


def over_reply(state: State, event: ev.SpeechStarted, policy: Policy) -> Step:
    if not policy.barge_in or state.half_duplex:
        return state, [do.CloseUtterance()]
    overlap = replace(state, phase=Phase.OVERLAP, voice=True, voice_since=event.began_at, utterance_open=True)
    return barge_in_if_long(overlap, event, policy)


def barge_in_if_long(state: State, event: ev.Tick | ev.SpeechStarted, policy: Policy) -> Step:
    if event.heard_until - state.voice_since < policy.barge_in_s - EPSILON_S:
        return state, []
    assert state.replying is not None
    opened, wanted = _open_turn(state, state.voice_since, suspended=True)
    return opened, [do.Suspend(state.replying), *wanted]


def short_sound(state: State, event: ev.SpeechPaused, policy: Policy) -> Step:
    return replace(state, phase=Phase.SPEAKING, voice=False, utterance_open=False), [do.CloseUtterance()]


def as_the_reply_ends(state: State, event: ev.PlaybackFinished, policy: Policy) -> Step:
    return _open_turn(replies.over(state, event.at, policy), state.voice_since)


def _open_turn(state: State, began_at: float, *, suspended: bool = False) -> Step:
    turn = state.turn + 1
    opened = replace(
        forget(state),
        phase=Phase.LISTENING,
        turn=turn,
        revision=0,
        known_at=0,
        known="",
        voice=True,
        voice_since=began_at,
        utterance_open=True,
        full=False,
        suspended=suspended,
        replying=state.replying if suspended else None,
        hinted=False,
    )
    return opened, [do.Prepare(turn)]
