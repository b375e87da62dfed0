"""Recordings: what is written can be read, the same decisions come of it, and nothing foreign is believed."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from voiceos import commands as do
from voiceos import events as ev
from voiceos.turn_taking import recording
from voiceos.turn_taking.machine import step
from voiceos.turn_taking.policy import Policy
from voiceos.turn_taking.recording import NotARecording, decode, encode
from voiceos.turn_taking.state import IllegalEvent, State

EVENTS: tuple[ev.Event, ...] = (
    ev.Tick(1.0),
    ev.SpeechStarted(1.1, 1.0, 1.1),
    ev.SpeechPaused(2.0, 1.9, 0.9),
    ev.Transcribed(2.1, 1, 1, ev.Words("tell me everything", ev.Intent("none", {"n": 3, "s": "x", "f": 0.5}))),
    ev.EndpointJudged(2.1, 1, 1, 0.95),
    ev.EndpointJudged(2.1, 1, 1, 0.95, "words"),
    ev.Tick(3.5, 3.4),
    ev.PlaybackStarted(3.6, 1),
    ev.SpeechStarted(4.5, 4.4, 4.5),
    ev.Tick(4.6, 4.6),
    ev.SpeechPaused(5.3, 5.2, 0.8),
    ev.Transcribed(5.4, 2, 1, ev.Words("wait a moment")),
    ev.Tick(7.9, 7.9),
    ev.EndpointJudged(8.0, 9, 1, 0.5),
    ev.Announce(8.1, "healthy", key=True, urgency="high"),
    ev.PlaybackFinished(9.0, 2),
    ev.Announce(9.1, "tea", number=1),
    ev.Announce(9.1, "tea", number=2),
    ev.Withdraw(9.2, "tea", number=2),
    ev.Withdraw(9.3, "tea"),
)


def recorded(policy: Policy = Policy(), *, later: Policy | None = None) -> list[str]:  # noqa: B008 - frozen
    """The lines of a conversation in which the user speaks over the answer."""
    state = State()
    lines = [recording.head(state, policy, voiceos="1")]
    for number, event in enumerate(EVENTS):
        changed = later if number == 8 else None
        policy = changed or policy
        commands: list[do.Command] | None
        try:
            state, commands = step(state, event, policy)
        except IllegalEvent:
            commands = None
        lines.append(recording.decision(event, commands, policy=changed))
    return lines


@pytest.mark.parametrize("value", [*EVENTS, State(), Policy(mode="name"), do.Perform(1, ev.Intent("time"), "x")])
def test_what_is_written_is_read_again(value: object) -> None:
    assert decode(json.loads(json.dumps(encode(value), allow_nan=False))) == value


def test_a_conversation_with_a_barge_in_is_decided_as_it_was() -> None:
    lines = recorded()
    assert any('"Suspend"' in line for line in lines)
    assert any('"Stop"' in line for line in lines)
    assert any('"commands":null' in line for line in lines), "no event was refused"
    done = recording.replay(lines)
    assert done.difference is None and not done.cut_short
    assert (done.events, done.turns, done.seconds) == (len(EVENTS), 2, 8.3)


def test_a_policy_that_changed_on_the_way_is_followed() -> None:
    lines = recorded(later=Policy(barge_in=False))
    assert recording.replay(lines).difference is None


def test_another_policy_shows_where_it_would_have_gone_another_way() -> None:
    difference = recording.replay(recorded(), policy=Policy(barge_in_s=5.0)).difference
    assert difference is not None
    assert difference.event == EVENTS[8], "the voice that suspended the reply"
    assert difference.line == 10
    assert difference.then == [do.Suspend(1), do.Prepare(2)]
    assert difference.now == []


def test_a_decision_that_was_tampered_with_is_the_difference() -> None:
    lines = recorded()
    place = next(number for number, line in enumerate(lines) if '"Suspend"' in line)
    content = json.loads(lines[place])
    lines[place] = json.dumps(content | {"commands": []}) + "\n"
    difference = recording.replay(lines).difference
    assert difference is not None
    assert difference.line == place + 1
    assert list(difference.then or []) == []


def test_a_last_line_that_a_crash_cut_off_is_left_out() -> None:
    lines = recorded()
    lines[-1] = lines[-1][:20]
    done = recording.replay(lines)
    assert done.cut_short
    assert done.events == len(EVENTS) - 1


@pytest.mark.parametrize(
    "line",
    [
        "",
        "[]\n",
        "hello\n",
        '{"event":{"is":"Tick"},"commands":[]}\n',
        '{"event":{"is":"Tick","at":"soon"},"commands":[]}\n',
        '{"event":{"is":"Tick","at":1,"colour":2},"commands":[]}\n',
        '{"event":{"is":"State"},"commands":[]}\n',
        '{"event":{"is":"Popen","args":"true"},"commands":[]}\n',
        '{"commands":[]}\n',
        "[" * 100_000 + "\n",
    ],
)
def test_what_is_no_recording_is_refused(line: str) -> None:
    opened = recorded()[0]
    with pytest.raises(NotARecording, match="line 1"):
        recording.replay([line])
    with pytest.raises(NotARecording, match="line 2"):
        recording.replay([opened, line or "{}\n"])
    with pytest.raises(NotARecording, match="line 1"):
        recording.replay([opened.replace('"recording":1', '"recording":2')])


def test_the_learned_pauses_are_part_of_the_policy() -> None:
    policy = Policy()
    assert decode(encode(replace(policy, pauses=replace(policy.pauses, inner=3.0)))).pauses.inner == 3.0
