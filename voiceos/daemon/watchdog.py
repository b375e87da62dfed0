"""Tells systemd that the assistant is alive, for as long as it is, and how it is, in plain words."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterator
from typing import Self

from voiceos import events as ev
from voiceos.audio.frames import Frame
from voiceos.audio.presence import STARTING
from voiceos.clock import Clock, SystemClock
from voiceos.daemon import liveness
from voiceos.daemon.condition import condition
from voiceos.daemon.notify import Notifier
from voiceos.daemon.part import Part
from voiceos.engines.process import State as EngineState
from voiceos.live import Live
from voiceos.turn_taking.state import State

log = logging.getLogger(__name__)

ROUND_S = 5.0
"""How often it looks where systemd does not watch; where it does, at a quarter of its patience at most."""


class Watchdog(Part):
    """Its task runs in the same loop as everything else: where the loop hangs systemd hears nothing, as it should.

    Args:
        live: the conversation, asked for at each use.
        remark: what else there is to say of how it is; "" for nothing.
    """

    def __init__(
        self,
        live: Callable[[], Live],
        notifier: Notifier,
        *,
        remark: Callable[[], str] = lambda: "",
        clock: Clock | None = None,
    ) -> None:
        self._live = live
        self._notifier = notifier
        self._remark = remark
        self._clock = clock or SystemClock()
        self._ready = False
        self._turned_at = self._frame_at = self._expected_since = self._clock.monotonic()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._notifier.status("Loading the models.")
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        self.stopping()

    def ready(self) -> None:
        self._ready = True
        self._turned_at = self._expected_since = self._clock.monotonic()
        self._notifier.ready(self._condition())
        self._task = asyncio.create_task(self._watch(), name="watchdog")

    def frame(self, frame: Frame) -> None:
        self._frame_at = self._clock.monotonic()

    def stepped(self, event: ev.Event, before: State, after: State) -> None:
        self._turned_at = self._clock.monotonic()
        if not isinstance(event, ev.Tick):
            self._tell()

    def engine(self, stage: str, state: EngineState) -> None:
        self._tell()

    def stopping(self) -> None:
        if self._ready:
            self._ready = False
            self._notifier.stopping("Stopping.")

    @contextlib.contextmanager
    def reloading(self) -> Iterator[None]:
        """While the settings are read again; systemd waits for the end of it."""
        if not self._ready:
            yield
            return
        self._notifier.reloading()
        try:
            yield
        finally:
            if self._ready:
                self._notifier.ready(self._condition())

    def _tell(self) -> None:
        if self._ready:
            self._notifier.status(self._condition())

    def _condition(self) -> str:
        return f"{condition(self._live())} {self._remark()}".rstrip()

    async def _watch(self) -> None:
        patience_s = self._notifier.watchdog_s
        round_s = ROUND_S if patience_s is None else min(ROUND_S, patience_s / 4)
        told: list[str] = []
        while True:
            reasons = liveness.reasons_against(self.facts())
            if not reasons:
                self._notifier.alive()
                self._tell()
            elif reasons != told:
                log.critical("stuck: %s", " ".join(reasons))
                self._notifier.stuck(" ".join(reasons))
            told = reasons
            await asyncio.sleep(round_s)

    def facts(self) -> liveness.Facts:
        """What is known now."""
        now = self._clock.monotonic()
        live = self._live()
        presence = live.presence
        if presence.reason:
            self._expected_since = now
        return liveness.Facts(
            now=now,
            frame_at=max(self._expected_since, self._frame_at),
            silent_because=presence.reason,
            opening_since=presence.since if presence.reason == STARTING else None,
            turned_at=self._turned_at,
            engines={
                name: liveness.EngineFacts(process.waits_s, process.patience_s)
                for name, process in live.engines.processes.items()
            },
        )
