"""A room whose assistant is a daemon, with settings files of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from tests.scenarios.room import FACTORIES
from tests.scenarios.served import Served
from voiceos.app import Specs, Stage
from voiceos.config import Places, Settings
from voiceos.config.source import Source
from voiceos.daemon.daemon import Daemon
from voiceos.daemon.notify import Notifier
from voiceos.engines.process import EngineSpec

SCRIPTED = """\
# The settings of a test.
version = 1

[stt]
engine = "scripted"

[llm]
engine = "scripted"

[tts]
engine = "scripted"
#speed = 1.0  # as fast as you like

[end_of_turn]
engine = "none"

[turn_taking]
pause_ms = 100
fade_ms = 0

[initiative]
level = "off"  # whatever the hour at which the tests run
quiet_hours = ""
"""


class House(Served):
    """`async with House(tmp_path, hears=["louder"]) as house: …`

    Args:
        folder: where its settings file is written.
        text: more of it.
        started: told of each engine that is started, and of the settings that it is started by.
        real: stages whose engines are those that the settings name.
        notifier: who is told that it is alive.
        environ: variables that go before the file.
        greet: see `Daemon`.
    """

    def __init__(
        self,
        folder: Path,
        *,
        hears: Sequence[str] = ("hello there",),
        text: str = "",
        engines: Mapping[Stage, Mapping[str, Any]] | None = None,
        started: Callable[[Stage, Settings], None] = lambda stage, settings: None,
        factories: Callable[[Stage, Settings], str] = lambda stage, settings: FACTORIES[stage],
        real: Collection[Stage] = (),
        notifier: Notifier | None = None,
        environ: Mapping[str, str] = MappingProxyType({}),
        greet: bool = False,
    ) -> None:
        self.file = folder / "config.toml"
        if not self.file.exists():
            self.file.write_text(SCRIPTED + text)
        self.source = Source(environ=environ, places=Places(system=folder / "system.toml", user=self.file))
        self._started = started
        self._factories = factories
        self._real = real
        self._notifier = notifier
        super().__init__(hears=hears, engines=engines, settings=self.source.load().settings, greet=greet)

    def _daemon(self, settings: Settings, specs: Specs, *, greet: bool) -> Daemon:
        def restarted(stage: Stage, first: EngineSpec) -> Callable[[Settings], EngineSpec]:
            def made(settings: Settings) -> EngineSpec:
                self._started(stage, settings)
                return replace(first, factory=self._factories(stage, settings))

            return made

        given = {
            stage: restarted(stage, one)
            for stage, one in specs.items()
            if isinstance(one, EngineSpec) and stage not in self._real
        }
        return Daemon(
            settings,
            source=self.source,
            notifier=self._notifier,
            specs=given,
            sound=self._open,
            parts=[self.seen],
            greet=greet,
        )

    async def changed(self, **values: Any) -> None:
        """Write settings, as `section__key`, into the file, have it read, and wait until they are in force."""
        self.source.keep({key.replace("__", "."): value for key, value in values.items()})
        await self.reloaded()

    async def reloaded(self) -> None:
        await self.daemon.reload()
        await self.applied()

    async def applied(self) -> None:
        """Return once everything that was read is in force, or was refused."""
        assert self.daemon.configuration is not None
        await asyncio.gather(*self.daemon.configuration._tasks)

    async def written(self, text: str) -> None:
        """Return once a line of the settings file is this."""
        async with asyncio.timeout(20):
            while text not in self.file.read_text().splitlines():
                await self.wait(0.1)

    async def announced(self, text: str) -> None:
        """Return once it has said this of its own accord, or in answer."""
        async with asyncio.timeout(20):
            while not any(text in said for said in self.said()):
                await self.wait(0.1)
