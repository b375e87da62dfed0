"""The same room with the daemon around it, and clients at its socket."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from tests.scenarios.room import Room
from voiceos.app import Specs
from voiceos.audio.duplex import Listeners
from voiceos.audio.virtual import VirtualDuplex
from voiceos.config import Settings
from voiceos.daemon.daemon import Daemon
from voiceos.daemon.places import socket_path
from voiceos.live import Live


class Served(Room):
    """A `Room` whose conversation is commanded over the control socket as well."""

    def _live(self, settings: Settings, specs: Specs, *, greet: bool) -> Live:
        self.daemon = self._daemon(settings, specs, greet=greet)
        return self.daemon.live

    def _daemon(self, settings: Settings, specs: Specs, *, greet: bool) -> Daemon:
        return Daemon(settings, specs=specs, sound=self._open, greet=greet, parts=[self.seen])

    def _open(self, listeners: Listeners) -> VirtualDuplex:
        sound = super()._open(listeners)
        sound.speaker.volume = self.daemon.settings.audio.volume
        return sound

    async def _run(self) -> None:
        await self.daemon.run()


class Wire:
    """A bare connection: what a client sends that is none of ours. `async with Wire() as wire: …`"""

    async def __aenter__(self) -> Wire:
        self.reader, self.writer = await asyncio.open_unix_connection(socket_path(), limit=1 << 24)
        self.hello = await self.line()
        return self

    async def __aexit__(self, *_: object) -> None:
        self.writer.transport.abort()

    def send(self, data: bytes) -> None:
        self.writer.write(data)

    async def line(self) -> dict[str, Any]:
        """The next message; empty at the end."""
        try:
            line = await self.reader.readline()
        except ConnectionError:
            return {}
        message: dict[str, Any] = json.loads(line) if line else {}
        return message

    async def ask(self, method: str, number: int = 1, **params: Any) -> dict[str, Any]:
        """Send a well-formed request; returns the next answer, whatever events come before it."""
        self.send(json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params}).encode() + b"\n")
        while (message := await self.line()).get("id", "event") == "event" and message:
            pass
        return message
