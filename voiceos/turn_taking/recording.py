"""What happened in a conversation as lines of JSON, and the same decisions made again from them: no clock, no I/O.

The first line is the head: the format, and the state and policy before the first event. Each further line is one event
with the commands that the machine answered it with, and the policy where that has changed. Events carry their own time,
so a replay needs no clock: it is as fast as the machine decides, and each decision is the one of then.
"""

from __future__ import annotations

import dataclasses
import functools
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Any

from pydantic import TypeAdapter, ValidationError

from voiceos import commands as do
from voiceos import events as ev
from voiceos.turn_taking.machine import step
from voiceos.turn_taking.pauses import PauseProfile
from voiceos.turn_taking.policy import Policy
from voiceos.turn_taking.state import IllegalEvent, State

FORMAT = 1

_KIND = "is"

KINDS: Mapping[str, type] = MappingProxyType(
    {
        kind.__name__: kind
        for module in (ev, do)
        for kind in vars(module).values()
        if isinstance(kind, type) and dataclasses.is_dataclass(kind)
    }
    | {kind.__name__: kind for kind in (State, Policy, PauseProfile)}
)
"""All that stands in a recording, by name."""


class NotARecording(Exception):
    """The line number, from 1, and what is wrong there."""


def encode(value: Any) -> Any:
    """As JSON can hold it; dataclasses of `KINDS` carry their name."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {field.name: encode(getattr(value, field.name)) for field in dataclasses.fields(value)}
        return {_KIND: type(value).__name__} | fields
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {str(name): encode(one) for name, one in value.items()}
    if isinstance(value, frozenset):
        return sorted(encode(one) for one in value)
    if isinstance(value, tuple | list):
        return [encode(one) for one in value]
    if isinstance(value, float) and value in (float("inf"), float("-inf")):
        return str(value)  # JSON has no infinity
    return value


def decode(value: Any) -> Any:
    """What `encode` was given. ValueError for anything else: a recording may come from anywhere."""
    if isinstance(value, list):
        return [decode(one) for one in value]
    if not isinstance(value, dict):
        return value
    name = value.get(_KIND)
    if name is None:
        return {key: decode(one) for key, one in value.items()}
    if name not in KINDS:
        raise ValueError(f"unknown kind {str(name)[:40]!r}")
    known = {field.name for field in dataclasses.fields(KINDS[name])}
    fields = {key: decode(one) for key, one in value.items() if key != _KIND}
    if unknown := set(fields) - known:
        raise ValueError(f"{name} has no {', '.join(sorted(unknown))}")
    return _adapter(name).validate_python(fields)


@functools.cache
def _adapter(name: str) -> TypeAdapter[Any]:
    return TypeAdapter(KINDS[name])


def head(state: State, policy: Policy, **about: str) -> str:
    """The first line, with its end."""
    return _line({"recording": FORMAT, **about, "state": encode(state), "policy": encode(policy)})


def decision(event: ev.Event, commands: Sequence[do.Command] | None, *, policy: Policy | None = None) -> str:
    """A further line, with its end.

    Args:
        commands: None where the machine refused the event.
        policy: where it is another than at the line before.
    """
    content = {"event": encode(event), "commands": None if commands is None else encode(list(commands))}
    return _line(content if policy is None else content | {"policy": encode(policy)})


def _line(content: Mapping[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n"


@dataclass(frozen=True, slots=True)
class Difference:
    """The first decision that is another now."""

    line: int
    event: ev.Event
    state: State
    """Before it."""
    then: Sequence[do.Command] | None
    """None: the event was refused."""
    now: Sequence[do.Command] | None


@dataclass(slots=True)
class Replayed:
    events: int = 0
    turns: int = 0
    seconds: float = 0.0
    """From the first event to the last."""
    cut_short: bool = False
    """The last line is not whole, as after a crash; all before it was replayed."""
    difference: Difference | None = None


def replay(lines: Iterable[str], *, policy: Policy | None = None) -> Replayed:
    """Decide everything again, up to the first difference. Raises NotARecording.

    Args:
        policy: decide by this one instead of what was in force.
    """
    done = Replayed()
    began: float | None = None
    state, ruling = State(), Policy()
    for number, content in _contents(lines, done):
        try:
            if number == 1:
                state, ruling = _opened(content)
                continue
            event = decode(content["event"])
            then = None if content["commands"] is None else decode(content["commands"])
            if "policy" in content:
                ruling = decode(content["policy"])
        except (KeyError, TypeError, ValueError, ValidationError) as error:
            raise NotARecording(f"line {number}: {type(error).__name__}") from error
        if not isinstance(event, ev.Event) or not isinstance(ruling, Policy):
            raise NotARecording(f"line {number}: no event")
        before = state
        now: Sequence[do.Command] | None
        try:
            state, now = step(state, event, policy or ruling)
        except IllegalEvent:
            now = None
        done.events += 1
        done.turns = state.turn
        began = event.at if began is None else began
        done.seconds = event.at - began
        if now != then:
            done.difference = Difference(number, event, before, then, now)
            break
    return done


def _opened(content: Mapping[str, Any]) -> tuple[State, Policy]:
    if content["recording"] != FORMAT:
        raise ValueError(f"format {content['recording']}, and this voiceos reads {FORMAT}")
    state, policy = decode(content["state"]), decode(content["policy"])
    if not isinstance(state, State) or not isinstance(policy, Policy):
        raise TypeError("no state and policy")
    return state, policy


def _contents(lines: Iterable[str], done: Replayed) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(lines, start=1):
        try:
            content = json.loads(line)
        except (ValueError, RecursionError) as error:
            if not line.endswith("\n") and number > 1:
                done.cut_short = True
                return
            raise NotARecording(f"line {number}: not of a recording") from error
        if not isinstance(content, dict):
            raise NotARecording(f"line {number}: not of a recording")
        yield number, content
