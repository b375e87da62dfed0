"""What becomes of the engines is told: to who watches, and aloud to the user where no turn tells of it anyway."""

from __future__ import annotations

from collections.abc import Callable

from voiceos.app import Engines, Stage
from voiceos.conductor import Conductor
from voiceos.engines.process import State
from voiceos.observer import Observer
from voiceos.thinking.thinker import Thinker
from voiceos.turn_taking.state import Phase


class EngineNews:
    """Args:
    conductor: the running one; None before there is one.
    """

    def __init__(
        self, engines: Engines, thinker: Thinker, observer: Observer, conductor: Callable[[], Conductor | None]
    ) -> None:
        self._engines = engines
        self._thinker = thinker
        self._observer = observer
        self._conductor = conductor

    def changed(self, stage: Stage, state: State) -> None:
        self._observer.engine(stage, state)
        if stage == "llm" and state == "down":
            self._thinker.lost()
        conductor = self._conductor()
        if conductor is None:
            return
        process = self._engines.processes[stage]
        # In a turn whoever misses the engine tells of it; between two turns nobody does.
        untold = not process.missed or conductor.state.phase is Phase.QUIET
        if state == "down" and process.broke_down and untold and process.last_error is not None:
            spoken = process.last_error.spoken
            sentence = f"error.{stage}" if spoken == "error.engine" else spoken
            conductor.announce(sentence, key=True, urgency="high")
        elif state == "ready":
            # So that it is not called all well while another is down.
            conductor.engine_back(well=self.health() == "healthy", thinks=stage == "llm")

    def health(self) -> str:
        """Key of the phrase that tells how the engines are: of the first that is not there, if any."""
        down = [stage for stage, process in self._engines.processes.items() if process.state != "ready"]
        return f"error.{down[0]}" if down else "healthy"
