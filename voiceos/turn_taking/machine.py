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

Two things cut across the phases. A reply may be *suspended*: barge-in stops the sound within one block but keeps the
rest, and only words that are meant for the assistant discard it; a cough, a noise or its own echo let it go on where it
was. And *announcements* wait in a queue until nobody speaks; each is a turn like any other, only the assistant's.

What came of each pause is told (`LearnPause`), so that the policy may get used to this user: that they went on, were it
over an answer that had hardly begun, or that an answer ended it and they let it.

Numbers make cancellation. The machine alone opens turns (`turn`), and counts the pauses in one (`revision`); all
work carries both. A result with an older number is late and changes nothing; one with a number that was never given out
raises `IllegalEvent`, as does an event that its phase cannot meet, and then nothing changes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from voiceos import commands as do
from voiceos import events as ev
from voiceos.turn_taking.pauses import CUT_IN_S
from voiceos.turn_taking.policy import Policy, finished
from voiceos.turn_taking.state import IllegalEvent, Phase, State

Step = tuple[State, list[do.Command]]
Handler = Callable[[State, Any, Policy], Step]
H = TypeVar("H", bound=Handler)


EPSILON_S = 1e-6
"""Sums of frame lengths are not exact."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table: what a phase does with an event, and the phases that may follow."""

    handler: Handler
    to: tuple[Phase, ...]
    says: str
    """For the diagram."""


TABLE: dict[tuple[Phase, type], Row] = {}


def on(event: type, *phases: Phase, to: tuple[Phase, ...] | None = None, says: str = "") -> Callable[[H], H]:
    """Enter a handler in the table; `to` None means that the phase stays."""

    def enter(handler: H) -> H:
        for phase in phases:
            TABLE[phase, event] = Row(handler, to or (phase,), says)
        return handler

    return enter


def step(state: State, event: ev.Event, policy: Policy) -> Step:
    """The next state, and what is to be done. Raises IllegalEvent and then changes nothing."""
    turn = getattr(event, "turn", None)
    revision = getattr(event, "revision", None)
    if turn is not None:
        if turn > state.turn or (revision is not None and turn == state.turn and revision > state.revision):
            raise IllegalEvent(f"{type(event).__name__} carries a number that was never given out")
        expected = state.turn if isinstance(event, (ev.EndpointJudged, ev.Transcribed)) else None
        if expected is not None and (turn, revision) != (state.turn, state.revision):
            return state, []
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
    if after.phase not in row.to:
        raise AssertionError(f"{type(event).__name__} led from {state.phase} to {after.phase}, not in the table")
    return after, wanted


Q, L, P, A, S, O = Phase  # noqa: E741 - the table below is read by these letters


# The user begins to speak.


def _open_turn(state: State, began_at: float, *, suspended: bool = False) -> Step:
    turn = state.turn + 1
    opened = replace(
        _forget(state),
        phase=L,
        turn=turn,
        revision=0,
        voice=True,
        voice_since=began_at,
        utterance_open=True,
        full=False,
        suspended=suspended,
        replying=state.replying if suspended else None,
        hinted=False,
    )
    return opened, [do.Prepare(turn)]


def _forget(state: State) -> State:
    """Without what belonged to the last revision."""
    return replace(state, heard=None, sound=None, words=None, failed=None)


@on(ev.SpeechStarted, Q, to=(L,), says="voice")
def _speech_in_quiet(state: State, event: ev.SpeechStarted, policy: Policy) -> Step:
    return _open_turn(state, event.began_at)


@on(ev.SpeechStarted, A, to=(L,), says="voice before what is to be said sounds")
def _speech_before_answer(state: State, event: ev.SpeechStarted, policy: Policy) -> Step:
    """An announcement waits for its moment; an answer is held like one that sounds: it may be but a cough."""
    if state.asking is not None:
        waiting = replace(state, announcements=(state.asking, *state.announcements), asking=None)
        opened, wanted = _open_turn(waiting, event.began_at)
        return opened, [do.Cancel(state.turn), *wanted]
    assert state.replying is not None
    opened, wanted = _open_turn(state, event.began_at, suspended=True)
    return opened, [do.Suspend(state.replying), *wanted]


@on(ev.SpeechStarted, S, to=(O, S, L), says="voice over the reply")
def _speech_over_reply(state: State, event: ev.SpeechStarted, policy: Policy) -> Step:
    if not policy.barge_in or state.half_duplex:
        return state, [do.CloseUtterance()]
    overlap = replace(state, phase=O, voice=True, voice_since=event.began_at, utterance_open=True)
    return _barge_in_if_long(overlap, event, policy)


@on(ev.Tick, O, to=(O, L), says="voice goes on: suspend the reply")
def _barge_in_if_long(state: State, event: ev.Tick | ev.SpeechStarted, policy: Policy) -> Step:
    if event.heard_until - state.voice_since < policy.barge_in_s - EPSILON_S:
        return state, []
    assert state.replying is not None
    opened, wanted = _open_turn(state, state.voice_since, suspended=True)
    return opened, [do.Suspend(state.replying), *wanted]


@on(ev.SpeechPaused, O, to=(S,), says="it was short")
def _short_sound_over_reply(state: State, event: ev.SpeechPaused, policy: Policy) -> Step:
    return replace(state, phase=S, voice=False, utterance_open=False), [do.CloseUtterance()]


@on(ev.PlaybackFinished, O, to=(L,), says="the reply ends")
def _reply_ends_under_speech(state: State, event: ev.PlaybackFinished, policy: Policy) -> Step:
    return _open_turn(_reply_over(state, event.at, policy), state.voice_since)


# While the user speaks, what they have said so far is read.


@on(ev.Transcribed, L)
def _heard_as_they_went_on(state: State, event: ev.Transcribed, policy: Policy) -> Step:
    """The words up to the last pause, which was none: the recogniser cannot be stopped, so they may as well be read."""
    known = _known_words(state, event.heard, policy)
    return state, [do.Prepare(state.turn, known)] if known else []


def _known_words(state: State, heard: ev.Heard | None, policy: Policy) -> str:
    return heard.text if isinstance(heard, ev.Words) and _is_for_us(state, heard, policy) else ""


# The user falls silent, and perhaps goes on.


@on(ev.SpeechPaused, L, to=(P,), says="pause: work starts, held back")
def _pause(state: State, event: ev.SpeechPaused, policy: Policy) -> Step:
    paused = replace(
        _forget(state),
        phase=P,
        voice=False,
        revision=state.revision + 1,
        silent_since=event.silent_since,
    )
    if event.voiced_s < policy.min_speech_s:
        return replace(paused, heard=ev.Nothing()), []
    return paused, [do.Transcribe(paused.turn, paused.revision)]


@on(ev.UtteranceFull, L, to=(P,), says="as long as can be")
def _full(state: State, event: ev.UtteranceFull, policy: Policy) -> Step:
    full = replace(_forget(state), phase=P, revision=state.revision + 1, silent_since=event.at, full=True)
    return full, [do.Transcribe(full.turn, full.revision)]


@on(ev.SpeechResumed, P, to=(L, P), says="the user goes on: drop the work")
@on(ev.SpeechResumed, A, to=(L, A), says="the user goes on: nothing was heard yet")
def _goes_on(state: State, event: ev.SpeechResumed, policy: Policy) -> Step:
    if state.full:  # what has been said is a turn of its own by now
        return state, []
    again = replace(
        _forget(state),
        phase=L,
        voice=True,
        asking=None,
        replying=state.replying if state.suspended else None,
        hinted=False,
    )
    wanted: list[do.Command] = [do.Cancel(state.turn), do.Prepare(state.turn, _known_words(state, state.heard, policy))]
    return again, [*wanted, *_went_on(state, event.at, policy)]


def _went_on(state: State, at: float, policy: Policy) -> list[do.Command]:
    """That was a pause of a user's who talks to us, as far as is known."""
    heard = state.heard
    unknown_yet = heard is None and policy.mode == "open"
    for_us = isinstance(heard, ev.Words) and _is_for_us(state, heard, policy)
    if state.suspended or not (unknown_yet or for_us):
        return []
    return [do.LearnPause(at - state.silent_since, _finished_as_judged(state), went_on=True)]


def _finished_as_judged(state: State) -> float:
    return 0.5 if state.sound is None and state.words is None else finished(state.sound, state.words)


@on(ev.EndpointJudged, P, to=(P, A, S, Q), says="finished?")
def _judged(state: State, event: ev.EndpointJudged, policy: Policy) -> Step:
    by = {event.by: event.probability}
    return _commit_if_due(
        replace(state, sound=by.get("sound", state.sound), words=by.get("words", state.words)), event.at, policy
    )


@on(ev.Transcribed, P, to=(P, A, S, Q), says="words")
def _transcribed(state: State, event: ev.Transcribed, policy: Policy) -> Step:
    state = replace(state, heard=event.heard)
    early: list[do.Command] = []
    if isinstance(event.heard, ev.Words) and event.heard.intent is None and _is_for_us(state, event.heard, policy):
        early = [do.Think(state.turn, state.revision, event.heard.text)]
    after, wanted = _commit_if_due(state, event.at, policy)
    return after, early + wanted


@on(ev.WorkFailed, P, to=(P, A), says="something failed")
def _failed_early(state: State, event: ev.WorkFailed, policy: Policy) -> Step:
    if event.turn != state.turn:
        return _failed_under_speech(state, event, policy)
    return _commit_if_due(replace(state, failed=event.sentence), event.at, policy)


@on(ev.Tick, P, to=(P, A, S, Q), says="silent for long enough: commit")
def _commit_if_due(state: State, event: ev.Tick | float, policy: Policy) -> Step:
    at = event if isinstance(event, float) else event.at
    heard = state.heard
    if heard is None and state.failed is None:
        if state.hinted or at - state.silent_since < policy.thinking_earcon_s:
            return state, []
        return replace(state, hinted=True), [do.Earcon("thinking")]
    if not state.full and not _is_urgent(heard) and at - state.silent_since < _wait_s(state, policy):
        return state, []
    return _commit(state, at, policy)


def _wait_s(state: State, policy: Policy) -> float:
    """Silence that ends the turn, as far as it has been judged."""
    heard = state.heard
    if state.failed is not None or isinstance(heard, ev.Nothing) or _is_backchannel(state, heard):
        return policy.end_silence_s
    thinks = isinstance(heard, ev.Words) and _is_for_us(state, heard, policy)
    if thinks and isinstance(heard, ev.Words) and heard.intent is not None:
        return policy.end_silence_s  # a whole sentence that is known is a finished one
    # While a reply is suspended the language model keeps its place in it, and reads these words only once they count.
    return policy.wait_s(state.sound, state.words, expects_words=thinks and not state.suspended)


def _is_urgent(heard: ev.Heard | None) -> bool:
    """ "Stop" needs no second thought."""
    return isinstance(heard, ev.Words) and heard.intent is not None and heard.intent.name == "stop"


def _is_for_us(state: State, heard: ev.Words, policy: Policy) -> bool:
    if heard.echo or _is_backchannel(state, heard):
        return False
    if heard.named or (policy.mode == "open" and not state.on_call):
        return True
    if state.suspended:  # over a reply only its name or a known wish counts: a television must not stop it
        return heard.intent is not None
    return _is_expected(state, policy)


def _is_backchannel(state: State, heard: ev.Heard | None) -> bool:
    """Over a reply, "mm-hm" asks for no turn."""
    return state.suspended and isinstance(heard, ev.Words) and heard.backchannel


def _is_expected(state: State, policy: Policy) -> bool:
    """Whether what is said needs no name to be for us."""
    return not state.on_call and (policy.mode == "open" or state.voice_since <= state.follow_up_until)


def _commit(state: State, at: float, policy: Policy) -> Step:
    heard = state.heard
    if state.failed is not None:
        told: list[do.Command] = [do.Cancel(state.turn), do.Earcon("error"), do.Say(state.turn, state.failed, key=True)]
        return _answer(state, at, told, close=True)
    if isinstance(heard, ev.Words) and _is_for_us(state, heard, policy):
        state = replace(state, unclear=0, echoes=0)
        if heard.intent is not None:
            return _answer(state, at, [do.Perform(state.turn, heard.intent, heard.text)], close=True)
        return _answer(state, at, [do.Release(state.turn, state.revision)], close=False)
    if isinstance(heard, ev.Unclear) and _is_expected(state, policy) and not state.suspended:
        sentence = "didnt_catch_again" if state.unclear else "didnt_catch"
        again = replace(state, unclear=state.unclear + 1)
        return _answer(again, at, [do.Say(state.turn, sentence, key=True)], close=True)
    return _not_a_turn(state, at, policy)


def _answer(state: State, at: float, wanted: list[do.Command], *, close: bool) -> Step:
    before: list[do.Command] = []
    if state.suspended and state.replying is not None:
        before += [do.Stop(state.replying)]
    before += _came_of_the_last_pause(state)
    if close:
        before += [do.CloseUtterance()]
    answering = replace(
        state,
        phase=A,
        replying=state.turn,
        suspended=False,
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
    heard, pause = state.heard, state.ended
    spoke_s = state.voice_since - state.sounded_at
    cut_in = spoke_s <= CUT_IN_S and isinstance(heard, ev.Words) and heard.intent is None
    return [replace(pause, duration_s=pause.duration_s + spoke_s, went_on=True) if cut_in else pause]


def _not_a_turn(state: State, at: float, policy: Policy) -> Step:
    """A cough, a noise, somebody else, or an echo: go on as if nothing had been."""
    wanted: list[do.Command] = [do.Cancel(state.turn), do.CloseUtterance()]
    if isinstance(state.heard, ev.Words) and state.heard.echo:
        state = replace(state, echoes=state.echoes + 1)
        if state.echoes >= policy.echo_limit and not state.half_duplex:
            state = _half_duplex(state, at)
    return _go_on(replace(_forget(state), voice=False, utterance_open=False), at, wanted)


def _go_on(state: State, at: float, wanted: list[do.Command]) -> Step:
    if state.suspended and state.replying is not None:
        if state.half_duplex:
            wanted.append(do.IgnoreMicrophone(True))
        return replace(state, phase=S, suspended=False), [*wanted, do.Resume(state.replying)]
    return replace(state, phase=Q, quiet_since=at, replying=None), wanted


# The assistant's reply.


@on(ev.PlaybackStarted, A, to=(S,), says="the reply sounds")
def _sounds(state: State, event: ev.PlaybackStarted, policy: Policy) -> Step:
    wanted: list[do.Command] = [do.CloseUtterance()] if state.utterance_open else []
    if state.half_duplex or not policy.barge_in:
        wanted.append(do.IgnoreMicrophone(True))
    ended = None
    if state.utterance_open and not state.full:  # so it is a turn of the user's that was judged
        ended = do.LearnPause(event.at - state.silent_since, _finished_as_judged(state), went_on=False)
    return replace(state, phase=S, asking=None, utterance_open=False, ended=ended, sounded_at=event.at), wanted


def _reply_over(state: State, at: float, policy: Policy) -> State:
    return replace(
        state, phase=Q, replying=None, suspended=False, quiet_since=at, follow_up_until=at + policy.follow_up_s
    )


@on(ev.PlaybackFinished, A, S, to=(Q,), says="the reply ends")
def _finished(state: State, event: ev.PlaybackFinished, policy: Policy) -> Step:
    wanted: list[do.Command] = [do.CloseUtterance()] if state.utterance_open else []
    if state.half_duplex or not policy.barge_in:
        wanted.append(do.IgnoreMicrophone(False))
    over = replace(_reply_over(state, event.at, policy), asking=None, utterance_open=False)
    if (
        over.ended is not None and event.at - over.sounded_at > CUT_IN_S
    ):  # they let it finish; a short one ends too soon
        wanted.append(over.ended)
        over = replace(over, ended=None)
    return over, [*wanted, do.Settle()]


@on(ev.WorkFailed, A, S, to=(A,), says="something failed: say so")
def _failed_aloud(state: State, event: ev.WorkFailed, policy: Policy) -> Step:
    assert state.replying is not None  # and in S it may be older than the newest turn, which was a cough
    first: list[do.Command] = [do.Cancel(state.turn) if state.phase is A else do.Stop(state.replying)]
    if state.phase is A and state.utterance_open:
        first.append(do.CloseUtterance())
    turn = state.turn + 1
    after = replace(
        state,
        phase=A,
        turn=turn,
        revision=0,
        replying=turn,
        answering_since=event.at,
        hinted=True,
        asking=None,
        utterance_open=False,
        ended=None,
    )
    return after, [*first, do.Earcon("error"), do.Say(turn, event.sentence, key=True)]


@on(ev.WorkFailed, L, O, says="the reply under it failed: say so later")
def _failed_under_speech(state: State, event: ev.WorkFailed, policy: Policy) -> Step:
    if event.turn != state.replying:
        return state, []
    return _queue(state, ev.Announce(event.at, event.sentence, key=True, urgency="high")), []


@on(ev.Tick, A)
def _still_thinking(state: State, event: ev.Tick, policy: Policy) -> Step:
    if state.hinted or event.at - state.answering_since < policy.thinking_earcon_s:
        return state, []
    return replace(state, hinted=True), [do.Earcon("thinking")]


# The assistant speaks of its own accord.


def _queue(state: State, event: ev.Announce) -> State:
    waiting = state.announcements
    return replace(state, announcements=(event, *waiting) if event.urgency == "high" else (*waiting, event))


@on(ev.Announce, L, P, A, S, O)
def _announce_later(state: State, event: ev.Announce, policy: Policy) -> Step:
    return _queue(state, event), []


@on(ev.Announce, Q, to=(Q, A), says="something to say")
def _announce(state: State, event: ev.Announce, policy: Policy) -> Step:
    return _announce_if_quiet(_queue(state, event), ev.Tick(event.at), policy)


@on(ev.Tick, Q, to=(Q, A), says="nobody speaks: announce")
def _announce_if_quiet(state: State, event: ev.Tick, policy: Policy) -> Step:
    if not state.announcements or state.on_call or event.at - state.quiet_since < policy.announce_gap_s:
        return state, []
    first, *rest = state.announcements
    turn = state.turn + 1
    opened = replace(
        _forget(state),
        phase=A,
        turn=turn,
        revision=0,
        replying=turn,
        asking=first,
        announcements=tuple(rest),
        answering_since=event.at,
        hinted=True,
        utterance_open=False,
    )
    return opened, [do.Say(turn, first.text, first.key)]


@on(ev.Withdraw, Q, L, P, S, O)
@on(ev.Withdraw, A, to=(A, Q), says="nothing to say any more")
def _withdraw(state: State, event: ev.Withdraw, policy: Policy) -> Step:
    waiting = tuple(one for one in state.announcements if one.text != event.text)
    state = replace(state, announcements=waiting)
    if state.asking is None or state.asking.text != event.text:
        return state, []
    return replace(state, phase=Q, asking=None, replying=None, quiet_since=event.at), [do.Cancel(state.turn)]


# Time and the microphone.


@on(ev.Tick, L, S)
@on(ev.SpeechPaused, P, A)
@on(ev.UtteranceFull, P, A)
def _nothing_due(state: State, event: ev.Tick | ev.SpeechPaused | ev.UtteranceFull, policy: Policy) -> Step:
    """The utterance stays open until its answer sounds: it may pause once it is full, or fill up in silence."""
    return state, []


@on(ev.MicrophoneClosed, L, to=(Q, S), says="the microphone closes")
@on(ev.MicrophoneClosed, O, to=(S,), says="the microphone closes")
def _closed_while_listening(state: State, event: ev.MicrophoneClosed, policy: Policy) -> Step:
    closed = replace(_forget(state), voice=False, utterance_open=False)
    if state.phase is O:
        return replace(closed, phase=S), [do.CloseUtterance()]
    return _go_on(closed, event.at, [do.Cancel(state.turn), do.CloseUtterance()])


@on(ev.MicrophoneOpened, Q, L, P, A, S, O)
def _opened(state: State, event: ev.MicrophoneOpened, policy: Policy) -> Step:
    """Perhaps a headset by now: whether it hears itself is to be found out anew."""
    wanted: list[do.Command] = [do.IgnoreMicrophone(False)] if state.half_duplex and policy.barge_in else []
    return replace(state, half_duplex=False, echoes=0), wanted


def _half_duplex(state: State, at: float) -> State:
    return _queue(replace(state, half_duplex=True), ev.Announce(at, "half_duplex", key=True, urgency="high"))


@on(ev.EchoRemains, Q, L, P, A, S, O)
def _hears_itself(state: State, event: ev.EchoRemains, policy: Policy) -> Step:
    if state.half_duplex or not policy.barge_in:  # it does not listen while it speaks as it is
        return state, []
    wanted: list[do.Command] = [do.IgnoreMicrophone(True)] if state.phase is S else []
    return _half_duplex(state, event.at), wanted


@on(ev.CallChanged, Q, L, P, A, O)
def _call_changed(state: State, event: ev.CallChanged, policy: Policy) -> Step:
    return replace(state, on_call=event.going_on), []


@on(ev.CallChanged, S, to=(S, Q), says="a call begins: hold its tongue")
def _call_over_reply(state: State, event: ev.CallChanged, policy: Policy) -> Step:
    state = replace(state, on_call=event.going_on)
    if not event.going_on:
        return state, []
    assert state.replying is not None
    over, wanted = _finished(state, ev.PlaybackFinished(event.at, state.replying), policy)
    return over, [do.Stop(state.replying), *wanted]


@on(ev.MicrophoneClosed, Q, P, A, S)
def _closed(state: State, event: ev.MicrophoneClosed, policy: Policy) -> Step:
    return state, []
