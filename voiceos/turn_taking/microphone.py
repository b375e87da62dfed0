"""The microphone, and what else it hears: whether it is open, the assistant's own echo, a call."""

from __future__ import annotations

from dataclasses import replace

from voiceos import commands as do
from voiceos import events as ev
from voiceos.turn_taking import announcements, beginnings, replies
from voiceos.turn_taking.policy import Policy
from voiceos.turn_taking.state import Phase, State, Step, forget


def closed_while_listening(state: State, event: ev.MicrophoneClosed, policy: Policy) -> Step:
    deaf = replace(forget(state), voice=False, utterance_open=False, heard_until=float("-inf"))
    if state.phase is Phase.OVERLAP:
        return replace(deaf, phase=Phase.SPEAKING), [do.CloseUtterance()]
    return replies.go_on(deaf, event.at, [do.Cancel(state.turn), do.CloseUtterance()])


def closed_otherwise(state: State, event: ev.MicrophoneClosed, policy: Policy) -> Step:
    """What the user has said is all: no sound follows that could be waited for."""
    return replace(state, heard_until=float("-inf")), []


def opened(state: State, event: ev.MicrophoneOpened, policy: Policy) -> Step:
    """Perhaps a headset by now: whether it hears itself is to be found out anew."""
    return replace(state, half_duplex=False, echoes=0), []


def hears_itself(state: State, event: ev.EchoRemains, policy: Policy) -> Step:
    if state.half_duplex or not policy.barge_in:  # it does not listen while it speaks as it is
        return state, []
    return half_duplex(state, event.at), []


def half_duplex(state: State, at: float) -> State:
    """From now on it does not listen while it speaks, and says so."""
    return announcements.queue(
        replace(state, half_duplex=True), ev.Announce(at, "half_duplex", key=True, urgency="high")
    )


def call_changed(state: State, event: ev.CallChanged, policy: Policy) -> Step:
    """Nobody speaks, and nothing is about to be said."""
    return replace(state, on_call=event.going_on, ended=None), []


def call_before_answer(state: State, event: ev.CallChanged, policy: Policy) -> Step:
    """An announcement waits for its moment; an answer would be spoken into the call, as the rest of one that sounds."""
    begins = event.going_on and not state.on_call
    state, _ = call_changed(state, event, policy)
    if not begins:
        return state, []
    wanted: list[do.Command] = [do.Cancel(state.turn), *([do.CloseUtterance()] if state.utterance_open else [])]
    quiet = replace(
        announcements.again_later(forget(state)),
        phase=Phase.QUIET,
        replying=None,
        utterance_open=False,
        quiet_since=event.at,
    )
    return quiet, wanted


def call_over_reply(state: State, event: ev.CallChanged, policy: Policy) -> Step:
    begins = event.going_on and not state.on_call
    state, _ = call_changed(state, event, policy)
    if not begins:
        return state, []
    assert state.replying is not None
    over = ev.PlaybackFinished(event.at, state.replying)
    quiet, wanted = replies.finished(announcements.again_later(state), over, policy)
    return quiet, [do.Stop(state.replying), *wanted]


def call_under_speech(state: State, event: ev.CallChanged, policy: Policy) -> Step:
    """A reply that sounds or is suspended ends; the user speaks on, to whomever."""
    begins = event.going_on and not state.on_call
    state, _ = call_changed(state, event, policy)
    if not begins or state.replying is None:
        return state, []
    reply, state = state.replying, announcements.again_later(state)
    if state.phase is Phase.OVERLAP:
        opened, wanted = beginnings.as_the_reply_ends(state, ev.PlaybackFinished(event.at, reply), policy)
        return opened, [do.Stop(reply), *wanted]
    return replace(state, replying=None, suspended=False), [do.Stop(reply)]
