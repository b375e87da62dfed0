"""The control socket: who may connect, how many, and what each gets."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
import os
from typing import TYPE_CHECKING, Self

import voiceos
from voiceos.daemon import jsonrpc, messages, peers
from voiceos.daemon.announcements import Announcements
from voiceos.daemon.connection import Connection
from voiceos.daemon.feed import Feed
from voiceos.daemon.methods import TABLE, Methods
from voiceos.daemon.part import Part
from voiceos.daemon.places import make_runtime_folder, socket_path
from voiceos.errors import DaemonError

if TYPE_CHECKING:
    from voiceos.daemon.daemon import Daemon

log = logging.getLogger(__name__)

CLIENTS = 16
"""Connections at a time; a command takes one, for as long as it runs."""


class Control(Part):
    """Serves `control.sock` for as long as the daemon runs; its feed and its announcements are parts as well."""

    def __init__(self, daemon: Daemon) -> None:
        self.feed = Feed(daemon, self._tell, self._wanted)
        self.announcements = Announcements()
        carrying = Methods(daemon, self.feed, self.announcements)
        self._methods = {
            method.name: (method.params, functools.partial(method.carry_out, carrying)) for method in TABLE
        }
        self._daemon = daemon
        self._connections: dict[Connection, asyncio.Task[None]] = {}
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        make_runtime_folder()
        path = socket_path()
        try:
            self._server = await asyncio.start_unix_server(self._accept, path, limit=jsonrpc.LINE_BYTES)
            path.chmod(0o600)
        except OSError as error:
            raise DaemonError(
                f"The control socket {path} cannot be opened: {error.strerror or error}.",
                hint="XDG_RUNTIME_DIR names the folder that it belongs into; its path has some 90 characters at most.",
            ) from error
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        tasks = list(self._connections.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        with contextlib.suppress(OSError):
            socket_path().unlink(missing_ok=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = writer.get_extra_info("socket")
        if not peers.is_ours(peer):
            log.warning("somebody else tried to use the control socket, and was refused")
            writer.transport.abort()
            return
        if len(self._connections) >= CLIENTS:
            full = jsonrpc.RpcError(jsonrpc.REFUSED, f"{CLIENTS} clients are connected already")
            writer.write(jsonrpc.failure(None, full))
            writer.close()
            return
        connection = Connection(reader, writer, self._methods)
        self._connections[connection] = asyncio.create_task(self._serve(connection), name="control: client")

    async def _serve(self, connection: Connection) -> None:
        hello = messages.Hello(protocol=messages.PROTOCOL, version=voiceos.__version__, pid=os.getpid())
        try:
            await connection.serve(hello)
        finally:
            del self._connections[connection]

    def _wanted(self, kind: messages.Kind) -> bool:
        return any(kind in connection.kinds for connection in self._connections)

    def _tell(self, event: messages.Event) -> None:
        if self._wanted(event.kind) and (event.kind != "words" or self._daemon.settings.control.words):
            line = jsonrpc.notification("event", event.model_dump())
            for connection in self._connections:
                connection.tell(event, line)
