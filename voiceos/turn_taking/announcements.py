"""The assistant speaks of its own accord: what waits to be said, and when it may be."""

from __future__ import annotations

from dataclasses import replace

from voiceos import commands as do
from voiceos import events as ev
from voiceos.turn_taking.policy import Policy
from voiceos.turn_taking.state import Phase, State, Step, forget
from voiceos.turn_taking.utterance import holds_back


def queue(state: State, event: ev.Announce) -> State:
    """An urgent one goes first."""
    waiting = state.announcements
    return replace(state, announcements=(event, *waiting) if event.urgency == "high" else (*waiting, event))


def later(state: State, event: ev.Announce, policy: Policy) -> Step:
    return queue(state, event), []


def announce(state: State, event: ev.Announce, policy: Policy) -> Step:
    return if_quiet(queue(state, event), ev.Tick(event.at), policy)


def if_quiet(state: State, event: ev.Tick, policy: Policy) -> Step:
    if not state.announcements or state.lost_at is not None or holds_back(state, policy):
        return state, []
    if event.at - state.quiet_since < policy.announce_gap_s:
        return state, []
    if event.at <= state.attends_until:  # it was called: the user has the floor
        return state, []
    first, *rest = state.announcements
    turn = state.turn + 1
    opened = replace(
        forget(state),
        phase=Phase.ANSWERING,
        turn=turn,
        revision=0,
        replying=turn,
        asking=first,
        announcements=tuple(rest),
        answering_since=event.at,
        hinted=True,
        utterance_open=False,
    )
    return opened, [do.Say(turn, first.text, first.key, first.unasked)]


def again_later(state: State) -> State:
    """What was being announced goes before everything else that waits."""
    cut_off = state.asking or state.announcing
    waiting = (cut_off, *state.announcements) if cut_off is not None else state.announcements
    return replace(state, announcements=waiting, asking=None, announcing=None)


def withdraw(state: State, event: ev.Withdraw, policy: Policy) -> Step:
    waiting = tuple(one for one in state.announcements if not _means(event, one))
    state = replace(state, announcements=waiting)
    if _means(event, state.announcing):
        state = replace(state, announcing=None)  # it sounds to its end, and is not begun again
    if not _means(event, state.asking):
        return state, []
    return replace(state, phase=Phase.QUIET, asking=None, replying=None, quiet_since=event.at), [do.Cancel(state.turn)]


def _means(event: ev.Withdraw, one: ev.Announce | None) -> bool:
    return one is not None and one.text == event.text and event.number in (0, one.number)
