"""What stands beside the conversation."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self

from voiceos import commands as do
from voiceos import events as ev
from voiceos.audio.frames import Frame
from voiceos.engines.process import State as EngineState
from voiceos.observer import Observer
from voiceos.trace import Trace
from voiceos.turn_taking.policy import Policy
from voiceos.turn_taking.state import State

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Degraded:
    """Something does not work as it should; `status` tells of it."""

    what: str
    """One sentence."""
    hint: str = ""
    """What to do, one sentence; empty where nothing helps."""


class Part(Observer):
    """Entered before the conversation begins, left after it has ended, and told of it meanwhile.

    A part owns its tasks: begun in `__aenter__`, cancelled and awaited in `__aexit__`. What keeps one from starting
    (a `VoiceosError` out of `__aenter__`) keeps the daemon from starting.
    """

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        """Nothing was begun here."""

    def degraded(self) -> Sequence[Degraded]:
        """What does not work as it should just now, as far as this part knows; asked often, so at hand."""
        return ()


class Observers(Observer):
    """Passes on to many. One that fails is logged, and takes nobody along."""

    def __init__(self, observers: Sequence[Observer]) -> None:
        self._observers = observers

    def ready(self) -> None:
        self._tell(lambda one: one.ready())

    def frame(self, frame: Frame) -> None:
        self._tell(lambda one: one.frame(frame))

    def stepped(self, event: ev.Event, before: State, after: State) -> None:
        self._tell(lambda one: one.stepped(event, before, after))

    def decided(self, event: ev.Event, policy: Policy, before: State, commands: Sequence[do.Command] | None) -> None:
        self._tell(lambda one: one.decided(event, policy, before, commands))

    def engine(self, stage: str, state: EngineState) -> None:
        self._tell(lambda one: one.engine(stage, state))

    def answered(self, trace: Trace) -> None:
        self._tell(lambda one: one.answered(trace))

    def stopping(self) -> None:
        self._tell(lambda one: one.stopping())

    def _tell(self, what: Callable[[Observer], None]) -> None:
        for one in self._observers:
            try:
                what(one)
            except Exception as error:
                # Its text may hold what was said; its kind does not.
                log.error("a bug: %s in %s", type(error).__name__, type(one).__name__)  # noqa: TRY400 - see above
