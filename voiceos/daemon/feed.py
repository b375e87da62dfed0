"""What goes on, as events for whoever subscribes, and the little that `status` remembers of it."""

from __future__ import annotations

import asyncio
import math
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np

from voiceos import events as ev
from voiceos.audio.frames import Frame, Samples
from voiceos.audio.presence import MUTED
from voiceos.daemon import messages as say
from voiceos.daemon.part import Degraded, Part
from voiceos.engines.process import State as EngineState
from voiceos.thinking.prompt import Said
from voiceos.trace import Trace
from voiceos.turn_taking.state import Phase, State

if TYPE_CHECKING:
    from voiceos.daemon.daemon import Daemon

TURNS = 10
"""Answered turns that `status` tells of."""
LEVEL_FRAMES = 16
"""Half a second of sound."""
METER_FRAMES = 3
"""Frames in each levels event: some ten events a second."""
LOOK_S = 0.25
"""How often it is looked for changes that nobody tells of."""
SILENCE_DBFS = -100.0


class Feed(Part):
    """Args:
    tell: takes every event; must be quick.
    wanted: whether anybody has subscribed to a kind.
    """

    def __init__(self, daemon: Daemon, tell: Callable[[say.Event], None], wanted: Callable[[say.Kind], bool]) -> None:
        self.turns: deque[say.Turn] = deque(maxlen=TURNS)
        self.listening = False
        """It has started up."""
        self._daemon = daemon
        self._tell = tell
        self._wanted = wanted
        self._heard: deque[Samples] = deque(maxlen=LEVEL_FRAMES)
        self._metered = 0
        self._looked_at = 0.0
        self._seen: dict[str, object] = {}
        self._last: Said | None = None
        self._step: asyncio.Future[None] | None = None

    def level_dbfs(self) -> float | None:
        """RMS of the last half second, dB below full scale; None where no sound comes."""
        return None if self._daemon.live.presence.reason or not self._heard else _dbfs(list(self._heard))

    async def next_step(self) -> None:
        """Return when the conductor has dealt with another fact."""
        if self._step is None:
            self._step = asyncio.get_running_loop().create_future()
        await asyncio.shield(self._step)

    def degraded(self) -> Sequence[Degraded]:
        found = []
        live = self._daemon.live
        for name, process in live.engines.processes.items():
            if self.listening and process.state != "ready":
                error = process.last_error
                why = f": {error}" if error is not None else ""
                found.append(Degraded(f"{name} is {process.state}{why}", error.hint if error is not None else ""))
        if self.listening and live.presence.reason not in ("", MUTED):
            found.append(Degraded(f"No sound comes from the microphone: {live.presence.reason}", "`voiceos devices`"))
        if live.conductor.state.half_duplex:
            found.append(
                Degraded("It hears itself, so it does not listen while it speaks.", "Use a headset, or turn it down.")
            )
        if self.listening and (unkept := live.preferences.unkept) is not None:
            found.append(Degraded(f"What was changed last holds until a restart: {unkept}", unkept.hint))
        return found

    def ready(self) -> None:
        self.listening = True

    def frame(self, frame: Frame) -> None:
        self._heard.append(frame.samples)
        if not self._wanted("levels"):
            return
        self._metered += 1
        if self._metered >= METER_FRAMES:
            last, self._metered = list(self._heard)[-METER_FRAMES:], 0
            voice = self._daemon.live.conductor.voice
            self._tell(say.LevelsEvent(time=time.time(), dbfs=_dbfs(last), voice=round(voice, 2)))

    def stepped(self, event: ev.Event, before: State, after: State) -> None:
        if self._step is not None:
            self._step.set_result(None)
            self._step = None
        if before.phase is not after.phase and self._wanted("state"):
            self._tell(say.StateEvent(time=time.time(), state=after.phase.value, turn=after.turn))
        if self._wanted("words"):
            self._words(event, before, after)
        if event.at - self._looked_at >= LOOK_S or not isinstance(event, ev.Tick):
            self._looked_at = event.at
            self._look()

    def answered(self, trace: Trace) -> None:
        latency_ms = None if trace.latency_s is None else round(trace.latency_s * 1000)
        turn = say.Turn(turn=trace.turn, time=time.time(), latency_ms=latency_ms, waterfall_ms=trace.waterfall_ms())
        self.turns.append(turn)
        self._tell(say.TurnEvent(**turn.model_dump()))

    def engine(self, stage: str, state: EngineState) -> None:
        self._tell(say.EngineEvent(time=time.time(), name=stage, state=state))

    def _words(self, event: ev.Event, before: State, after: State) -> None:
        heard = after.heard
        if isinstance(event, ev.Transcribed) and isinstance(event.heard, ev.Words):
            self._said(event.turn, "user", event.heard.text, final=False)
        if before.phase is Phase.PAUSED and after.phase is Phase.ANSWERING and isinstance(heard, ev.Words):
            self._said(after.turn, "user", heard.text, final=True)
        if before.replying is not None and after.replying != before.replying:  # it has ended, one way or another
            last = next((one for one in reversed(self._daemon.live.history()) if not one.aside), None)
            if last is not None and last.role == "assistant" and last is not self._last:
                self._last = last
                self._said(before.replying, "assistant", last.text, final=True)

    def _said(self, turn: int, who: Literal["user", "assistant"], text: str, *, final: bool) -> None:
        self._tell(say.WordsEvent(time=time.time(), turn=turn, who=who, text=text, final=final))

    def _look(self) -> None:
        """Tell of what is other than at the last look."""
        live, now = self._daemon.live, time.time()
        names = live.device_names
        degraded = [say.Degraded(what=one.what, hint=one.hint) for one in self._daemon.degraded()]
        seen = {
            "mode": say.ModeEvent(time=0, mode=live.conductor.mode),
            "microphone": say.MicrophoneEvent(time=0, muted=live.conductor.muted),
            "sound": say.SoundEvent(time=0, microphone=names[0], loudspeaker=names[1], no_sound=live.presence.reason),
            "call": say.CallEvent(time=0, on_call=live.conductor.state.on_call),
            "degraded": say.DegradedEvent(time=0, degraded=degraded),
        }
        for kind, event in seen.items():
            if self._seen and self._seen.get(kind) != event:
                self._tell(event.model_copy(update={"time": now}))
        self._seen = dict(seen)


def _dbfs(frames: list[Samples]) -> float:
    square = float(np.mean([np.dot(samples, samples) / len(samples) for samples in frames]))
    return round(10 * math.log10(square), 1) if square > 1e-10 else SILENCE_DBFS
