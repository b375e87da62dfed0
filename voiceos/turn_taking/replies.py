"""The assistant's reply: it sounds, ends, or fails."""

from __future__ import annotations

from dataclasses import replace

from voiceos import commands as do
from voiceos import events as ev
from voiceos.turn_taking import announcements
from voiceos.turn_taking.pauses import CUT_IN_S
from voiceos.turn_taking.policy import Policy
from voiceos.turn_taking.state import Phase, State, Step
from voiceos.turn_taking.utterance import finished_as_judged


def sounds(state: State, event: ev.PlaybackStarted, policy: Policy) -> Step:
    wanted: list[do.Command] = [do.CloseUtterance()] if state.utterance_open else []
    ended = None
    # So it is a turn of the user's that was judged, and the pauses in a call are made for others.
    if state.utterance_open and not state.full and not state.on_call:
        ended = do.LearnPause(event.at - state.silent_since, finished_as_judged(state), went_on=False)
    speaking = replace(
        state,
        phase=Phase.SPEAKING,
        asking=None,
        announcing=state.asking,
        utterance_open=False,
        ended=ended,
        sounded_at=event.at,
        opening_since=event.at if event.opening else None,
    )
    return speaking, wanted


def worded(state: State, event: ev.WordsReady, policy: Policy) -> Step:
    return replace(state, opening_since=None) if event.turn == state.replying else state, []


def thinking_aloud(state: State, event: ev.Tick, policy: Policy) -> Step:
    """An opener is no answer: behind it the wait is told of as before one."""
    if state.hinted or state.opening_since is None or event.at - state.opening_since < policy.thinking_earcon_s:
        return state, []
    return replace(state, hinted=True), [do.Earcon("thinking")]


def finished(state: State, event: ev.PlaybackFinished, policy: Policy) -> Step:
    wanted: list[do.Command] = [do.CloseUtterance()] if state.utterance_open else []
    quiet = replace(over(state, event.at, policy), asking=None, utterance_open=False)
    # They let it finish; a short one ends too soon to tell.
    if quiet.ended is not None and event.at - quiet.sounded_at > CUT_IN_S:
        wanted.append(quiet.ended)
        quiet = replace(quiet, ended=None)
    return quiet, [*wanted, do.Settle()]


def over(state: State, at: float, policy: Policy) -> State:
    """Quiet again; for a while what is said needs no name. What was told unasked wakes nobody up."""
    unasked = policy.sleeps and (state.announcing is not None or state.asking is not None)
    return replace(
        state,
        phase=Phase.QUIET,
        replying=None,
        suspended=False,
        announcing=None,
        quiet_since=at,
        follow_up_until=state.follow_up_until if unasked else at + policy.follow_up_s,
        attends_until=float("-inf"),
    )


def give_way(state: State) -> Step:
    """The user's words take the place of a suspended reply, if there is one."""
    if not state.suspended or state.replying is None:
        return replace(state, suspended=False), []
    given_way = replace(state, suspended=False, replying=None, announcing=None, interrupting=state.turn)
    return given_way, [do.Stop(state.replying)]


def go_on(state: State, at: float, wanted: list[do.Command]) -> Step:
    """As if nothing had been said: a suspended reply goes on, else it is quiet."""
    if state.suspended and state.replying is not None:
        return replace(state, phase=Phase.SPEAKING, suspended=False), [*wanted, do.Resume(state.replying)]
    return replace(state, phase=Phase.QUIET, quiet_since=at, replying=None), wanted


def still_thinking(state: State, event: ev.Tick, policy: Policy) -> Step:
    if state.hinted or event.at - state.answering_since < policy.thinking_earcon_s:
        return state, []
    return replace(state, hinted=True), [do.Earcon("thinking")]


def failed_aloud(state: State, event: ev.WorkFailed, policy: Policy) -> Step:
    assert state.replying is not None  # and where it sounds it may be older than the newest turn, which was a cough
    first: list[do.Command] = [do.Cancel(state.turn) if state.phase is Phase.ANSWERING else do.Stop(state.replying)]
    if state.phase is Phase.ANSWERING and state.utterance_open:
        first.append(do.CloseUtterance())
    turn = state.turn + 1
    after = replace(
        state,
        phase=Phase.ANSWERING,
        turn=turn,
        revision=0,
        replying=turn,
        answering_since=event.at,
        hinted=True,
        asking=None,
        announcing=None,
        utterance_open=False,
        ended=None,
    )
    return after, [*first, do.Earcon("error"), do.Say(turn, event.sentence, key=True)]


def failed_under_speech(state: State, event: ev.WorkFailed, policy: Policy) -> Step:
    if event.turn != state.replying:
        return state, []
    return announcements.queue(state, ev.Announce(event.at, event.sentence, key=True, urgency="high")), []
