"""What must hold in every conversation, however the events fall."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from voiceos import commands as do
from voiceos import events as ev
from voiceos.turn_taking.machine import ROWS, TABLE, step
from voiceos.turn_taking.policy import Policy
from voiceos.turn_taking.state import IllegalEvent, Phase, State

HEARD = st.sampled_from(
    [
        ev.Nothing(),
        ev.Unclear(),
        ev.Words("yes"),
        ev.Words("stop", intent=ev.Intent("stop")),
        ev.Words("Ada", named=True),
        ev.Words("me again", echo=True),
        ev.Words("mm-hm", backchannel=True),
    ]
)
MOVES = st.lists(
    st.tuples(
        st.floats(0.01, 2.0),
        st.sampled_from(
            [
                "tick",
                "notice",
                "start",
                "pause",
                "resume",
                "full",
                "judge",
                "read",
                "words",
                "sounds",
                "ends",
                "fails",
                "announce",
                "closed",
                "withdraw",
                "opened",
                "echo",
                "call",
                "listen",
                "wake",
                "lost",
                "back",
                "slept",
                "break off",
            ]
        ),
        st.floats(0.0, 1.0),
        HEARD,
        st.integers(0, 2),
    ),
    max_size=60,
)
POLICIES = st.builds(
    Policy,
    mode=st.sampled_from(["open", "name", "push", "wakeword"]),
    barge_in=st.booleans(),
    judges=st.sets(st.sampled_from(["sound", "words"])).map(frozenset),
)


def _event(state: State, at: float, kind: str, number: float, heard: ev.Heard, age: int) -> ev.Event:
    turn, revision = max(0, state.turn - age), max(0, state.revision - age)
    replying = state.replying if state.replying is not None else turn
    events: dict[str, ev.Event] = {
        "tick": ev.Tick(at, at),
        "notice": ev.VoiceNoticed(at),
        "start": ev.SpeechStarted(at, at - 0.06, at),
        "pause": ev.SpeechPaused(at, at - 0.1, number * 2),
        "resume": ev.SpeechResumed(at),
        "full": ev.UtteranceFull(at),
        "judge": ev.EndpointJudged(at, turn, revision, number),
        "read": ev.EndpointJudged(at, turn, revision, number, "words"),
        "words": ev.Transcribed(at, turn, revision, heard),
        "sounds": ev.PlaybackStarted(at, replying),
        "ends": ev.PlaybackFinished(at, replying),
        "fails": ev.WorkFailed(at, turn, revision, "error.llm"),
        "announce": ev.Announce(at, "tea"),
        "closed": ev.MicrophoneClosed(at),
        "withdraw": ev.Withdraw(at, "tea"),
        "opened": ev.MicrophoneOpened(at),
        "echo": ev.EchoRemains(at),
        "call": ev.CallChanged(at, number < 0.5),
        "listen": ev.Listen(at),
        "wake": ev.WakeWordHeard(at, at - 1.5),
        "lost": ev.LoudspeakerLost(at),
        "back": ev.LoudspeakerBack(at),
        "slept": ev.Slept(at),
        "break off": ev.BreakOff(at),
    }
    return events[kind]


@settings(max_examples=400)
@given(MOVES, POLICIES)
def test_whatever_happens_the_books_balance(
    moves: list[tuple[float, str, float, ev.Heard, int]], policy: Policy
) -> None:
    state, at = State(), 0.0
    announced = said = withdrawn = 0
    released: set[int] = set()
    for wait_s, kind, number, heard, age in moves:
        at += wait_s
        event = _event(state, at, kind, number, heard, age)
        before = state
        try:
            state, wanted = step(state, event, policy)
        except IllegalEvent:
            assert state is before
            continue
        assert state.turn >= before.turn
        assert (state.replying is not None) == (
            state.phase in (Phase.ANSWERING, Phase.SPEAKING, Phase.OVERLAP) or state.suspended
        )
        assert not (state.suspended and state.phase not in (Phase.LISTENING, Phase.PAUSED))
        assert state.announcing is None or (state.replying is not None and state.phase is not Phase.ANSWERING)
        if isinstance(event, ev.CallChanged) and event.going_on and not before.on_call:
            assert not state.suspended, "a reply would go on in the call"
            assert state.phase not in (Phase.SPEAKING, Phase.OVERLAP)
            assert state.asking is None
        asleep = policy.sleeps and state.phase is Phase.QUIET and at > max(state.attends_until, state.follow_up_until)
        if isinstance(event, ev.Tick) and asleep:
            assert state.ignoring, "it listens though nobody has called"
        if isinstance(event, ev.Slept):
            assert state.phase is Phase.QUIET
        if state.lost_at is not None:
            assert state.asking is None, "an announcement that nobody could hear"
        for command in wanted:
            if isinstance(command, do.Release):
                assert command.turn == state.turn
                assert not before.voice or before.full, "released while the user was speaking"
                released.add(command.turn)
            if isinstance(command, do.Resume | do.Suspend | do.Stop):
                assert command.turn in released | set(range(state.turn + 1))
        announced += isinstance(event, ev.Announce)
        said += sum(isinstance(c, do.Say) and c.text == "tea" for c in wanted)
        if isinstance(event, ev.Withdraw):
            withdrawn += _waiting(before)
            assert _waiting(state) == 0
    assert said + _waiting(state) + withdrawn >= announced, "an announcement was lost"


def _waiting(state: State) -> int:
    return sum(a.text == "tea" for a in state.announcements)


def test_no_two_rows_meet_the_same_event_in_the_same_phase() -> None:
    assert sum(len(row.phases) for row in ROWS) == len(TABLE)


def test_every_way_in_the_table_is_walked() -> None:
    """Each arrow of the diagram is taken by some conversation (and `step` itself refuses those that are not drawn)."""
    import random

    walked: set[tuple[Phase, type, Phase]] = set()
    random.seed(1)
    kinds = [
        "tick",
        "start",
        "pause",
        "resume",
        "full",
        "judge",
        "words",
        "sounds",
        "ends",
        "fails",
        "announce",
        "closed",
        "withdraw",
        "opened",
        "echo",
        "call",
        "listen",
        "wake",
    ]
    rare = [*kinds * 3, *["break off", "lost", "back", "slept"] * 2]  # sleep ends whatever might become of the rest
    heards: list[ev.Heard] = [ev.Nothing(), ev.Unclear(), ev.Words("yes"), ev.Words("x", intent=ev.Intent("stop"))]
    for trial in range(10_000):
        seldom = trial % 4 == 3
        state, at = State(), 0.0
        for _ in range(40):
            at += random.choice([0.03, 0.1, 0.5, 1.5, *[20.0] * seldom])
            event = _event(
                state,
                at,
                random.choice(rare if seldom else [*kinds, "tick", "start"]),
                random.random(),
                random.choice(heards),
                0,
            )
            if random.random() < 0.2 and isinstance(event, ev.SpeechStarted):
                event = ev.SpeechStarted(at, at - 0.5, at)
            phase = state.phase
            try:
                state, _ = step(state, event, Policy())
            except IllegalEvent:
                continue
            walked.add((phase, type(event), state.phase))
    drawn = {
        (phase, event, target) for (phase, event), row in TABLE.items() for target in row.to if target is not phase
    }
    assert drawn - walked == set()
