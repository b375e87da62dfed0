"""Whose turn it is: `step(state, event, policy) → (state, commands)`. No clock, no sound, no model, no I/O.

Theory
------
A conversation is one of six phases at any time.

- QUIET: nobody speaks.
- LISTENING: the user speaks; the utterance grows.
- PAUSED: the user has fallen silent, perhaps for good. Work on the answer starts at once (recognise, judge, think) and
  is held back. Silence for as long as the policy asks (`Policy.wait_s`) commits the turn; speech that goes on cancels
  the work, and nothing was heard. So waiting costs no time: the work hides inside the wait. And the words that are
  known by then are read while the user goes on.
- ANSWERING: the turn is committed, its answer is released but does not sound yet. Speech that goes on now reopens the
  same turn, as nobody has heard an answer: being cut off is only what can be heard.
- SPEAKING: a reply sounds.
- OVERLAP: the user makes a sound over the reply; a short one is ignored.

Three things cut across the phases. A reply may be *suspended*: barge-in stops the sound within one block but keeps the
rest, and only words that are meant for the assistant discard it, as soon as they are known; a cough, a noise or its own
echo let it go on where it was. *Announcements* wait in a queue until nobody speaks; each is a turn like any other, only
the assistant's. And *attention* (`attention.py`, `wake.py`): in some modes the microphone is not listened to before the
user calls, and a call ends whatever sounds.

Where the loudspeaker goes, a reply stands still (its phase stays what it was), and once there is one again it goes on
with the phrase in which it broke off, unless that took too long (`Policy.resume_s`).

What came of each pause is told (`LearnPause`), so that the policy may get used to this user: that they went on, were it
over an answer that had hardly begun, or that an answer ended it and they let it.

Numbers make cancellation. The machine alone opens turns (`turn`), and counts the pauses in one (`revision`); all
work carries both. A result with an older number is late and changes nothing, but that the words of an earlier pause are
read while the user goes on, where none newer are known; one with a number that was never given out raises
`IllegalEvent`, as does an event that its phase cannot meet, and then nothing changes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from voiceos import commands as do
from voiceos import events as ev
from voiceos.turn_taking import (
    announcements,
    attention,
    beginnings,
    breaking_off,
    endings,
    loudspeaker,
    microphone,
    replies,
    wake,
)
from voiceos.turn_taking.policy import Policy
from voiceos.turn_taking.state import IllegalEvent, Phase, State, Step

Handler = Callable[[State, Any, Policy], Step]


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table: what some phases do with an event, and the phases that may follow."""

    event: type
    phases: tuple[Phase, ...]
    handler: Handler
    to: tuple[Phase, ...]
    says: str
    """For the diagram."""


def on(event: type, *phases: Phase, do: Handler, to: tuple[Phase, ...] = (), says: str = "") -> Row:
    """A row; without `to` the phase stays."""
    return Row(event, phases, do, to, says)


Q, L, P, A, S, O = Phase  # noqa: E741 - the table below is read by these letters

ROWS = (
    # The user begins to speak.
    on(ev.SpeechStarted, Q, to=(L, Q), do=beginnings.in_quiet, says="voice"),
    on(ev.SpeechStarted, A, to=(L,), do=beginnings.before_answer, says="voice before what is to be said sounds"),
    on(ev.SpeechStarted, S, to=(O, S, L), do=beginnings.over_reply, says="voice over the reply"),
    on(ev.VoiceNoticed, S, do=beginnings.perhaps_over_reply),
    on(ev.VoiceNoticed, Q, L, P, A, O, do=beginnings.perhaps_otherwise),
    on(ev.Tick, O, to=(O, L), do=beginnings.barge_in_if_long, says="voice goes on: suspend the reply"),
    on(ev.SpeechPaused, O, to=(S,), do=beginnings.short_sound, says="it was short"),
    on(ev.PlaybackFinished, O, to=(L,), do=beginnings.as_the_reply_ends, says="the reply ends"),
    # While the user speaks, what they have said so far is read.
    on(ev.Transcribed, L, do=endings.heard_as_they_went_on),
    # The user falls silent, and perhaps goes on.
    on(ev.SpeechPaused, L, to=(P,), do=endings.pause, says="pause: work starts, held back"),
    on(ev.UtteranceFull, L, to=(P,), do=endings.full, says="as long as can be"),
    on(ev.SpeechResumed, A, to=(L, A), do=endings.goes_on, says="the user goes on: nothing was heard yet"),
    on(ev.SpeechResumed, P, to=(L, P), do=endings.goes_on, says="the user goes on: drop the work"),
    on(ev.EndpointJudged, P, to=(P, A, S, Q), do=endings.judged, says="finished?"),
    on(ev.Transcribed, P, to=(P, A, S, Q), do=endings.transcribed, says="words"),
    on(ev.WorkFailed, P, to=(P, A), do=endings.failed_early, says="something failed"),
    on(ev.Tick, P, to=(P, A, S, Q), do=endings.commit_if_due, says="silent for long enough: commit"),
    on(ev.SpeechPaused, P, A, do=endings.nothing_due),
    on(ev.UtteranceFull, P, A, do=endings.nothing_due),
    # The assistant's reply.
    on(ev.PlaybackStarted, A, to=(S,), do=replies.sounds, says="the reply sounds"),
    on(ev.PlaybackFinished, A, S, to=(Q,), do=replies.finished, says="the reply ends"),
    on(ev.WorkFailed, A, S, to=(A,), do=replies.failed_aloud, says="something failed: say so"),
    on(ev.WorkFailed, L, O, do=replies.failed_under_speech, says="the reply under it failed: say so later"),
    on(ev.Tick, A, do=replies.still_thinking),
    on(ev.Tick, S, do=replies.thinking_aloud),
    on(ev.Tick, L, do=endings.nothing_due),
    on(ev.WordsReady, S, O, L, P, do=replies.worded),
    # The assistant speaks of its own accord.
    on(ev.Announce, L, P, A, S, O, do=announcements.later),
    on(ev.Announce, Q, to=(Q, A), do=announcements.announce, says="something to say"),
    on(ev.Tick, Q, to=(Q, A), do=wake.still_quiet, says="nobody speaks: announce"),
    on(ev.Withdraw, A, to=(A, Q), do=announcements.withdraw, says="nothing to say any more"),
    on(ev.Withdraw, Q, L, P, S, O, do=announcements.withdraw),
    # The user calls.
    on(ev.Listen, Q, do=wake.in_quiet),
    on(ev.Listen, L, P, do=wake.while_speaking),
    on(ev.Listen, A, to=(Q,), do=wake.before_answer, says="listen: instead of answering"),
    on(ev.Listen, S, to=(Q,), do=wake.over_reply, says="listen: the reply ends"),
    on(ev.Listen, O, to=(L,), do=wake.under_speech, says="listen: the reply ends"),
    on(ev.WakeWordHeard, Q, do=wake.in_quiet),
    on(ev.WakeWordHeard, L, P, to=(Q,), do=wake.named_while_speaking, says="wake word: begin anew with it"),
    on(ev.WakeWordHeard, A, to=(Q,), do=wake.before_answer, says="wake word: instead of answering"),
    on(ev.WakeWordHeard, S, O, to=(Q,), do=wake.over_reply, says="wake word: the reply ends"),
    # The user stops it by hand.
    on(ev.BreakOff, S, O, to=(Q,), do=breaking_off.over_reply, says="stopped by hand"),
    on(ev.BreakOff, A, to=(Q,), do=breaking_off.before_answer, says="stopped by hand"),
    on(ev.BreakOff, L, P, to=(Q,), do=breaking_off.under_speech, says="stopped by hand"),
    on(ev.BreakOff, Q, do=breaking_off.nothing_going_on),
    # The microphone, and what else it hears.
    on(ev.MicrophoneClosed, O, to=(S,), do=microphone.closed_while_listening, says="the microphone closes"),
    on(ev.MicrophoneClosed, L, to=(Q, S), do=microphone.closed_while_listening, says="the microphone closes"),
    on(ev.MicrophoneClosed, Q, P, A, S, do=microphone.closed_otherwise),
    on(ev.MicrophoneOpened, Q, L, P, A, S, O, do=microphone.opened),
    on(ev.LoudspeakerLost, Q, L, P, S, O, do=loudspeaker.lost),
    on(
        ev.LoudspeakerLost, A, to=(A, Q), do=loudspeaker.lost_before_it_sounds, says="no loudspeaker: announce it later"
    ),
    on(ev.LoudspeakerBack, Q, L, P, O, do=loudspeaker.back),
    on(ev.LoudspeakerBack, A, to=(A, Q), do=loudspeaker.back, says="after too long to go on"),
    on(ev.LoudspeakerBack, S, to=(S, Q), do=loudspeaker.back, says="after too long to go on"),
    on(ev.Slept, Q, do=loudspeaker.slept),
    on(ev.Slept, L, P, A, S, O, to=(Q,), do=loudspeaker.slept, says="the computer has slept"),
    on(ev.EchoRemains, Q, L, P, A, S, O, do=microphone.hears_itself),
    on(ev.CallChanged, S, to=(S, Q), do=microphone.call_over_reply, says="a call begins: hold its tongue"),
    on(ev.CallChanged, A, to=(A, Q), do=microphone.call_before_answer, says="a call begins: announce it later"),
    on(ev.CallChanged, O, to=(O, L), do=microphone.call_under_speech, says="a call begins: the reply ends"),
    on(ev.CallChanged, L, P, do=microphone.call_under_speech),
    on(ev.CallChanged, Q, do=microphone.call_changed),
)
"""What each phase does with each event; any other pair is refused, or late."""

TABLE: Mapping[tuple[Phase, type], Row] = {(phase, row.event): row for row in ROWS for phase in row.phases}


LATE_WORDS: Mapping[Phase, Handler] = {L: endings.heard_as_they_went_on, P: endings.heard_late}
"""What is done with the words of a pause before the last one."""


def step(state: State, event: ev.Event, policy: Policy) -> Step:
    """The next state, and what is to be done. Raises IllegalEvent and then changes nothing."""
    if isinstance(event, ev.Tick) and event.heard_until > state.heard_until:
        state = replace(state, heard_until=event.heard_until)
    turn = getattr(event, "turn", None)
    revision = getattr(event, "revision", None)
    if turn is not None:
        if turn > state.turn or (revision is not None and turn == state.turn and revision > state.revision):
            raise IllegalEvent(f"{type(event).__name__} carries a number that was never given out")
        if isinstance(event, (ev.EndpointJudged, ev.Transcribed)) and (turn, revision) != (state.turn, state.revision):
            so_far = LATE_WORDS.get(state.phase) if isinstance(event, ev.Transcribed) and turn == state.turn else None
            return so_far(state, event, policy) if so_far else (state, [])
        if (
            isinstance(event, ev.WorkFailed)
            and turn != state.replying
            and (turn != state.turn or revision != state.revision)
        ):
            return state, []
        if isinstance(event, (ev.PlaybackStarted, ev.PlaybackFinished)) and turn != state.replying:
            return state, []
    row = TABLE.get((state.phase, type(event)))
    if row is None:
        if turn is not None:  # numbered work that the phase has no more use for is late, not illegal
            return state, []
        raise IllegalEvent(f"{type(event).__name__} while {state.phase.value}")
    after, wanted = row.handler(state, event, policy)
    if after.phase not in (row.to or (state.phase,)):
        raise AssertionError(f"{type(event).__name__} led from {state.phase} to {after.phase}, not in the table")
    ignoring = attention.ignores(after, event.at, policy)
    if ignoring is after.ignoring:
        return after, wanted
    return replace(after, ignoring=ignoring), [*wanted, do.IgnoreMicrophone(ignoring)]
