"""The loudspeaker goes and comes back, and the computer sleeps: what becomes of what was being said."""

from __future__ import annotations

from dataclasses import replace

from voiceos import commands as do
from voiceos import events as ev
from voiceos.turn_taking import announcements, replies
from voiceos.turn_taking.policy import Policy
from voiceos.turn_taking.state import Phase, State, Step, forget


def lost(state: State, event: ev.LoudspeakerLost, policy: Policy) -> Step:
    """A reply stands still where it was last heard; it is not over."""
    if state.lost_at is not None:
        return state, []
    return replace(state, lost_at=event.at, ended=None), []  # silence that nobody chose teaches nothing


def lost_before_it_sounds(state: State, event: ev.LoudspeakerLost, policy: Policy) -> Step:
    """An announcement waits for the loudspeaker; an answer is as good as one that sounds."""
    state, _ = lost(state, event, policy)
    if state.asking is None:
        return state, []
    quiet = replace(announcements.again_later(state), phase=Phase.QUIET, replying=None, quiet_since=event.at)
    return quiet, [do.Cancel(state.turn)]


def back(state: State, event: ev.LoudspeakerBack, policy: Policy) -> Step:
    """A reply goes on, unless by now nobody knows what it was about; where nothing does, it says that it is back."""
    silent_s = event.at - state.lost_at if state.lost_at is not None else 0.0
    state = replace(state, lost_at=None)
    # Under a voice it goes on in any case: the microphone was there all the while.
    if state.replying is not None and (silent_s <= policy.resume_s or state.phase is Phase.OVERLAP):
        wanted: list[do.Command] = [do.Replay()]
        return state, [*wanted, do.Suspend(state.replying)] if state.suspended else wanted
    over, wanted = _without_reply(state, event.at, policy)
    if over.phase is not Phase.QUIET:
        wanted.append(do.Replay())  # an answer may be held that is not yet to be heard
    if not event.missed:
        return over, wanted
    return announcements.queue(over, ev.Announce(event.at, "speaker_back", key=True, urgency="high")), wanted


def _without_reply(state: State, at: float, policy: Policy) -> Step:
    """The reply ends where it was last heard."""
    if state.replying is None:
        return state, []
    over, reply = ev.PlaybackFinished(at, state.replying), do.Stop(state.replying)
    state = announcements.again_later(state)
    if state.suspended:
        return replace(state, replying=None, suspended=False), [reply]
    quiet, wanted = replies.finished(state, over, policy)
    return quiet, [reply, *wanted]


def slept(state: State, event: ev.Slept, policy: Policy) -> Step:
    """Whatever was being said is over: nobody waits for the end of it, nor for an answer."""
    wanted: list[do.Command] = []
    if state.phase in (Phase.LISTENING, Phase.PAUSED):
        wanted.append(do.Cancel(state.turn))
    if state.replying is not None:
        wanted.append(do.Stop(state.replying))
    if state.utterance_open:
        wanted.append(do.CloseUtterance())
    quiet = replace(
        forget(announcements.again_later(state)),
        phase=Phase.QUIET,
        replying=None,
        suspended=False,
        voice=False,
        utterance_open=False,
        quiet_since=event.at,
        follow_up_until=float("-inf"),
        attends_until=float("-inf"),
        ended=None,
    )
    return quiet, wanted
