"""What may be seen of the running assistant from beside it: by the control socket, the watchdog, whatever comes."""

from __future__ import annotations

from collections.abc import Sequence

from voiceos import commands as do
from voiceos import events as ev
from voiceos.audio.frames import Frame
from voiceos.engines.process import State as EngineState
from voiceos.trace import Trace
from voiceos.turn_taking.policy import Policy
from voiceos.turn_taking.state import State


class Observer:
    """Each method is called in the loop, at once, and must neither wait nor fail; none does anything here."""

    def ready(self) -> None:
        """It listens: sound is open, the engines have loaded, or have failed to and are being restarted."""

    def frame(self, frame: Frame) -> None:
        """A frame has come from the microphone."""

    def stepped(self, event: ev.Event, before: State, after: State) -> None:
        """The machine has dealt with a fact, of which a `Tick` comes at least every 100 ms while the loop turns."""

    def decided(self, event: ev.Event, policy: Policy, before: State, commands: Sequence[do.Command] | None) -> None:
        """What the machine wants done about a fact, before it is done; None where it refused the fact."""

    def engine(self, stage: str, state: EngineState) -> None:
        """An engine ("stt", "llm", "tts") came or went."""

    def answered(self, trace: Trace) -> None:
        """The first words of a turn's answer sound."""

    def stopping(self) -> None:
        """The end has begun."""
