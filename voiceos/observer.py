"""What may be seen of the running assistant from beside it: by the control socket, the watchdog, whatever comes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence

from voiceos import commands as do
from voiceos import events as ev
from voiceos.audio.frames import Frame
from voiceos.engines.process import State as EngineState
from voiceos.trace import Trace
from voiceos.turn_taking.policy import Policy
from voiceos.turn_taking.state import State

log = logging.getLogger(__name__)


class Observer:
    """Each method is called in the loop, at once, and must neither wait nor fail; none does anything here."""

    def ready(self) -> None:
        """It listens: sound is open, the engines have loaded, or have failed to and are being restarted."""

    def frame(self, frame: Frame) -> None:
        """A frame has come from the microphone."""

    def stepped(self, event: ev.Event, before: State, after: State) -> None:
        """The machine has dealt with a fact, a `Tick` at least every half second while the loop turns."""

    def decided(self, event: ev.Event, policy: Policy, before: State, commands: Sequence[do.Command] | None) -> None:
        """What the machine wants done about a fact, before it is done; None where it refused the fact."""

    def engine(self, stage: str, state: EngineState) -> None:
        """An engine ("stt", "llm", "tts") came or went."""

    def answered(self, trace: Trace) -> None:
        """The first words of a turn's answer sound."""

    def forgotten(self) -> None:
        """Of what was said something is to be forgotten: whoever holds words lets go of them."""

    def off_the_record(self, off: bool) -> None:
        """What is said from now on is to be kept nowhere, or may be again."""

    def stopping(self) -> None:
        """The end has begun."""


class Witness(Observer):
    """Remembers what it has seen, for whoever runs a conversation to look at it."""

    def __init__(self) -> None:
        self.listens = asyncio.Event()
        """It has started up."""
        self.traces: list[Trace] = []
        """The waterfall of each turn that was answered."""

    def ready(self) -> None:
        self.listens.set()

    def answered(self, trace: Trace) -> None:
        self.traces.append(trace)


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

    def forgotten(self) -> None:
        self._tell(lambda one: one.forgotten())

    def off_the_record(self, off: bool) -> None:
        self._tell(lambda one: one.off_the_record(off))

    def stopping(self) -> None:
        self._tell(lambda one: one.stopping())

    def _tell(self, what: Callable[[Observer], None]) -> None:
        for one in self._observers:
            try:
                what(one)
            except Exception as error:
                # Its text may hold what was said; its kind does not.
                log.error("a bug: %s in %s", type(error).__name__, type(one).__name__)  # noqa: TRY400 - see above
