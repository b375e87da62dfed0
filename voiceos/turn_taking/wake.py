"""How it is called: by the push key, or the wake word. A call ends whatever sounds, and opens a window in which what is
said is for the assistant, in every mode.

What is said in one breath with the wake word counts, and what stands before it does not: so the sound is heard again
from there, and the turn begins with it.
"""

from __future__ import annotations

from dataclasses import replace

from voiceos import commands as do
from voiceos import events as ev
from voiceos.turn_taking import announcements, beginnings, replies
from voiceos.turn_taking.policy import Policy
from voiceos.turn_taking.state import Phase, State, Step, forget
from voiceos.turn_taking.utterance import holds_back, is_for_us

NEVER = float("-inf")

LATE_S = 0.3
"""People begin to speak as they press: what was said so shortly before counts. As long as the gate's pre-roll."""


Call = ev.Listen | ev.WakeWordHeard


def in_quiet(state: State, event: Call, policy: Policy) -> Step:
    since: list[do.Command] = []
    if isinstance(event, ev.Listen) and state.ignoring:
        since = [do.HearSince(event.at - LATE_S)]
    return _open(state, event.at, policy), [*since, *_heard(event)]


def while_speaking(state: State, event: ev.Listen, policy: Policy) -> Step:
    """What the user is saying is for us, and ends a reply that it suspended."""
    wanted: list[do.Command] = [do.Earcon("awake")]
    if state.suspended and state.replying is not None:
        wanted = [do.Stop(state.replying), *wanted]
    before = replace(state, suspended=False, replying=None, announcing=None)
    after = _open(before, event.at, policy)
    heard = state.heard
    words = isinstance(heard, ev.Words) and heard.intent is None and not is_for_us(state, heard, policy)
    if words and isinstance(heard, ev.Words) and is_for_us(after, heard, policy):  # it was not thought about so far
        wanted.append(do.Think(state.turn, state.revision, heard.text))
    return after, wanted


def named_while_speaking(state: State, event: ev.WakeWordHeard, policy: Policy) -> Step:
    """The utterance begins anew with the wake word: what was said before it was for somebody else."""
    wanted: list[do.Command] = [do.Cancel(state.turn), do.CloseUtterance()]
    if state.suspended and state.replying is not None:
        wanted = [do.Stop(state.replying), *wanted]
    quiet = replace(
        forget(state),
        phase=Phase.QUIET,
        suspended=False,
        replying=None,
        announcing=None,
        utterance_open=False,
        voice=False,
        quiet_since=event.at,
    )
    return _open(quiet, event.at, policy), [*wanted, *_heard(event)]


def before_answer(state: State, event: Call, policy: Policy) -> Step:
    """Nobody has heard anything of it yet: an announcement waits, an answer is given up for what comes now."""
    wanted: list[do.Command] = [do.Cancel(state.turn)]
    if state.utterance_open:
        wanted.append(do.CloseUtterance())
    if state.asking is not None:
        state = announcements.again_later(state)
    quiet = replace(state, phase=Phase.QUIET, replying=None, utterance_open=False, voice=False, quiet_since=event.at)
    return _open(quiet, event.at, policy), [*wanted, *_heard(event)]


def over_reply(state: State, event: Call, policy: Policy) -> Step:
    assert state.replying is not None
    ended = ev.PlaybackFinished(event.at, state.replying)
    quiet, wanted = replies.finished(state, ended, policy)
    quiet = _open(replace(quiet, voice=False), event.at, policy)
    return quiet, [do.Stop(state.replying), *wanted, *_heard(event)]


def under_speech(state: State, event: ev.Listen, policy: Policy) -> Step:
    """A sound over the reply that is still to be told from a cough is speech for us."""
    assert state.replying is not None
    ended = ev.PlaybackFinished(event.at, state.replying)
    opened, wanted = beginnings.as_the_reply_ends(state, ended, policy)
    return _open(opened, event.at, policy), [do.Stop(state.replying), *wanted, do.Earcon("awake")]


def still_quiet(state: State, event: ev.Tick, policy: Policy) -> Step:
    """Nobody has spoken in the window: it closes, and what waits to be said is."""
    if event.at <= state.attends_until:
        return state, []
    closes = state.attends_until > NEVER and (policy.mode != "open" or holds_back(state, policy))
    after, wanted = announcements.if_quiet(replace(state, attends_until=NEVER), event, policy)
    return after, [do.Earcon("asleep"), *wanted] if closes else wanted


def _heard(event: Call) -> list[do.Command]:
    since: list[do.Command] = [do.HearSince(event.since)] if isinstance(event, ev.WakeWordHeard) else []
    return [*since, do.Earcon("awake")]


def _open(state: State, at: float, policy: Policy) -> State:
    return replace(state, attends_until=at + policy.listen_s)
