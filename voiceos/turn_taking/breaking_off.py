"""The user stops everything by hand: what is said, thought of or listened to ends, and nothing comes of it."""

from __future__ import annotations

from dataclasses import replace

from voiceos import commands as do
from voiceos import events as ev
from voiceos.turn_taking import replies
from voiceos.turn_taking.policy import Policy
from voiceos.turn_taking.state import Phase, State, Step, forget


def nothing_going_on(state: State, event: ev.BreakOff, policy: Policy) -> Step:
    return state, []


def under_speech(state: State, event: ev.BreakOff, policy: Policy) -> Step:
    """The user's turn is dropped, and the reply that is suspended under it."""
    wanted: list[do.Command] = [do.Cancel(state.turn), do.CloseUtterance()]
    if state.replying is not None:
        wanted.insert(0, do.Stop(state.replying))
    quiet = replace(replies.over(forget(state), event.at, policy), voice=False, utterance_open=False, ended=None)
    return quiet, [*wanted, do.Settle()]


def before_answer(state: State, event: ev.BreakOff, policy: Policy) -> Step:
    """Nobody has heard any of it; an announcement is not made again."""
    wanted: list[do.Command] = [do.Cancel(state.turn)]
    if state.utterance_open:
        wanted.append(do.CloseUtterance())
    quiet = replace(replies.over(forget(state), event.at, policy), asking=None, utterance_open=False, ended=None)
    return quiet, [*wanted, do.Settle()]


def over_reply(state: State, event: ev.BreakOff, policy: Policy) -> Step:
    """Also where a sound of the user's lies over it, which it may have been about."""
    assert state.replying is not None
    heard_out = ev.PlaybackFinished(event.at, state.replying)
    utterance_open = state.utterance_open or state.phase is Phase.OVERLAP
    quiet, wanted = replies.finished(replace(state, ended=None, utterance_open=utterance_open), heard_out, policy)
    return replace(quiet, voice=False), [do.Stop(state.replying), *wanted]
