"""Tells systemd that the assistant is alive, for as long as it is, and how it is, in plain words."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Self

from voiceos import events as ev
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
    """

    def __init__(self, live: Callable[[], Live], notifier: Notifier, *, clock: Clock | None = None) -> None:
        self._live = live
        self._notifier = notifier
        self._clock = clock or SystemClock()
        self._ready = False
        self._turned_at = self._expected_since = self._clock.monotonic()
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
        self._notifier.ready(condition(self._live()))
        self._task = asyncio.create_task(self._watch(), name="watchdog")

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

    def _tell(self) -> None:
        if self._ready:
            self._notifier.status(condition(self._live()))

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
            frame_at=max(self._expected_since, presence.last_frame_at or self._expected_since),
            silent_because=presence.reason,
            opening_since=presence.since if presence.reason == STARTING else None,
            turned_at=self._turned_at,
            engines={
                name: liveness.EngineFacts(process.waits_s, process.patience_s)
                for name, process in live.engines.processes.items()
            },
        )
